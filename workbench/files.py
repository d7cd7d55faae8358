"""File sizes, icons, hashes, and one way to read an upload wherever it comes from."""

from __future__ import annotations

import hashlib
import io
import mimetypes
import operator
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from workbench.errors import BadInput, NotFound, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Upload",
    "calculate_file_hash",
    "format_file_size",
    "get_file_type_icon",
    "open_upload",
    "safe_filename",
]

_UNITS = ("KB", "MB", "GB", "TB", "PB")
_KILO = 1024
_ALGORITHMS = ("md5", "sha1", "sha256")
# In UTF-8 a name may have 255 bytes.
_LONGEST_STEM = 60
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,12}\Z")
# What some system takes for more than a part of a name.
_NOT_IN_NAMES = frozenset('/\\:*?"<>|')

_ICONS = {
    "fas fa-file-pdf text-danger": "pdf",
    "fas fa-file-word text-primary": "doc docx odt rtf",
    "fas fa-file-excel text-success": "xls xlsx ods",
    "fas fa-file-csv text-success": "csv tsv",
    "fas fa-file-powerpoint text-warning": "ppt pptx odp",
    "fas fa-file-alt text-secondary": "txt md rst log tex",
    "fas fa-file-image text-info": "png jpg jpeg gif svg webp bmp tif tiff ico",
    "fas fa-file-audio text-info": "mp3 wav flac ogg m4a aac",
    "fas fa-file-video text-info": "mp4 mov avi mkv webm",
    "fas fa-file-archive text-warning": "zip tar gz tgz bz2 xz 7z rar zst",
    "fas fa-book text-primary": "ipynb",
    "fas fa-database text-secondary": "db sqlite sqlite3 parquet feather arrow h5 hdf5",
    "fas fa-file-code text-primary": (
        "py js ts jsx tsx html htm css json xml yaml yml toml ini cfg sh sql r jl c h cpp hpp java go rs "
        "rb php swift kt qasm"
    ),
}
_ICON_OF = {extension: icon for icon, extensions in _ICONS.items() for extension in extensions.split()}


def format_file_size(size_bytes: int) -> str:
    """Return a size as people read it: ``512 B``, ``1.0 KB``, ``3.4 GB``.

    Parameters
    ----------
    size_bytes : int
        Bytes, 0 or more; 1024 bytes are a KB.

    Raises
    ------
    BadInput
        If the size is negative or no whole number.
    """
    try:
        size = operator.index(size_bytes)
    except TypeError:
        raise BadInput("A file size must be a whole number of bytes.", "Round it first.") from None
    if size < 0:
        raise BadInput("A file size may not be negative.", "Give the number of bytes, 0 or more.")
    return f"{size} B" if size < _KILO else _in_units(size)


def _in_units(size: int) -> str:
    power = 1
    # rounded first, so that 1,048,575 bytes read 1.0 MB rather than 1024.0 KB
    while round(size / _KILO**power, 1) >= _KILO and power < len(_UNITS):
        power += 1
    return f"{size / _KILO**power:.1f} {_UNITS[power - 1]}"


def get_file_type_icon(filename: str) -> str:
    """Return the FontAwesome and colour classes for a file, by its extension.

    Parameters
    ----------
    filename : str
        A name or a path, upper or lower case.

    Returns
    -------
    str
        For instance ``fas fa-file-pdf text-danger``; ``fas fa-file text-muted`` for others.
    """
    return _ICON_OF.get(PurePosixPath(filename).suffix.lower().lstrip("."), "fas fa-file text-muted")


def calculate_file_hash(file_path: str | os.PathLike[str], algorithm: str = "md5") -> str:
    """Return the hash of a file's bytes, read in pieces.

    Parameters
    ----------
    file_path : str or path
        The file.
    algorithm : {"md5", "sha1", "sha256"}
        Only ``sha256`` says that nobody forged the file; the others are for finding duplicates.

    Returns
    -------
    str
        Lower-case hexadecimal.

    Raises
    ------
    BadInput
        If the algorithm is another one.
    NotFound
        If there is no such file.
    Refused
        If it may not be read.
    """
    if algorithm not in _ALGORITHMS:
        raise BadInput(f"There is no hash algorithm {algorithm!r} here.", f"Use {', '.join(_ALGORITHMS)}.")
    with _opened(Path(file_path)) as file:
        return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()


def safe_filename(text: str) -> str:
    """Return a file name that every system takes, with the ending of the text.

    Parameters
    ----------
    text : str
        Whatever it is to be called; what no name may hold becomes ``_``.
    """
    plain = "".join(sign if sign.isprintable() and sign not in _NOT_IN_NAMES else "_" for sign in text)
    ending = _ENDING.search(plain)
    stem = plain[: ending.start()] if ending else plain
    return (stem[:_LONGEST_STEM].strip(" .") or "file") + (ending[0] if ending else "")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file handed in by a user, open for reading.

    Attributes
    ----------
    name : str
        The bare file name: no folders, no control characters, never empty.
    file : binary file
        Stands at its beginning.
    media_type : str or None
        As the sender said it, or else guessed from the name; not to be trusted.
    """

    name: str
    file: IO[bytes]
    media_type: str | None


@contextmanager
def open_upload(value: Any) -> Iterator[Upload]:
    """Open whatever may stand for an upload.

    Parameters
    ----------
    value : FileStorage, FileUpload value, binary file, path or (name, bytes)
        A werkzeug ``FileStorage``; the ``value`` of an ``ipywidgets.FileUpload``, or one item
        of it; an open binary file; a path; a name with its bytes.

    Yields
    ------
    Upload
        A file that was opened here is closed at the end; the caller's own stays open.

    Raises
    ------
    BadInput
        If the value is none of these, or holds no file or more than one.
    NotFound, Refused
        If the path leads to no file, or to one that may not be read.
    """
    if isinstance(value, str | os.PathLike):
        path = Path(value)
        with _opened(path) as file:
            yield _upload(path.name, file)
    elif hasattr(value, "stream") and hasattr(value, "filename"):
        yield _upload(value.filename, value.stream, value.mimetype)
    elif callable(getattr(value, "read", None)):
        yield _upload(getattr(value, "name", None), value)
    else:
        name, content, media_type = _named_bytes(value)
        yield _upload(name, io.BytesIO(content), media_type)


def _opened(path: Path) -> io.BufferedReader:
    try:
        return path.open("rb")
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"There is no file {path.name!r}.", "Check the path.") from None
    except IsADirectoryError:
        raise BadInput(f"{path.name!r} is a folder.", "Give a file.") from None
    except ValueError:
        raise BadInput("The path of the file holds a null character.", "Check the path.") from None
    except PermissionError:
        raise Refused(f"The file {path.name!r} may not be read.", "Check its permissions.") from None


def _named_bytes(value: Any) -> tuple[str, bytes, str | None]:
    """Return name, content and media type of a pair or of a FileUpload's value."""
    match value:
        case (str() as name, bytes() | bytearray() | memoryview() as content):
            return name, bytes(content), None
        case {"name": str() as name, "content": bytes() | bytearray() | memoryview() as content}:
            return name, bytes(content), value.get("type")
        case [one]:
            return _named_bytes(one)
    raise _unknown(value)


def _unknown(value: Any) -> BadInput:
    if isinstance(value, list | tuple | dict):
        return BadInput(f"Exactly one file is wanted, not {len(value)}.", "Hand the files in one by one.")
    return BadInput(
        f"A {type(value).__name__} is no upload.",
        "Give a path, an open binary file, a FileStorage, a FileUpload's value, or (name, bytes).",
    )


def _upload(name: object, file: Any, media_type: str | None = None) -> Upload:
    if isinstance(file, io.TextIOBase):
        raise BadInput("The file is open as text.", 'Open it with mode "rb".')
    seekable = getattr(file, "seekable", None)
    if seekable is not None and seekable():
        file.seek(0)
    bare = _bare_name(name)
    return Upload(bare, file, media_type or mimetypes.guess_type(bare)[0])


def _bare_name(name: object) -> str:
    """Drop folders, as either system writes them, and control characters."""
    last = re.split(r"[/\\]", name)[-1] if isinstance(name, str) else ""
    bare = re.sub(r"[\x00-\x1f\x7f]", "", last).strip()
    return "file" if bare in {"", ".", ".."} else bare

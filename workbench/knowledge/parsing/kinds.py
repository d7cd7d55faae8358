"""Which type a file is of, by its bytes first and its name second."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from workbench.errors import BadInput, NotFound, Refused
from workbench.knowledge.parsing import registry
from workbench.knowledge.parsing.base import FileKind
from workbench.knowledge.parsing.signatures import BINARY, TEXT, recognise

__all__ = ["detect", "extension_of", "open_regular", "recognised"]

# How a sentence calls what is in the file, or what its name promises.
_NAMES = {
    "pdf": "a PDF document", "docx": "a Word document", "pptx": "a PowerPoint presentation",
    "xlsx": "an Excel workbook", "xls": "an old Excel workbook", "doc": "an old Word document",
    "ppt": "an old PowerPoint presentation", "msg": "an Outlook message", "odt": "an OpenDocument text",
    "ods": "an OpenDocument spreadsheet", "odp": "an OpenDocument presentation", "epub": "an EPUB book",
    "rtf": "an RTF document", "zip": "a ZIP archive", "gz": "a gzip archive", "bz2": "a bzip2 archive",
    "xz": "an xz archive", "7z": "a 7-Zip archive", "zst": "a Zstandard archive", "rar": "a RAR archive",
    "tar": "a tar archive", "png": "a PNG picture", "jpg": "a JPEG picture", "gif": "a GIF picture",
    "tiff": "a TIFF picture", "webp": "a WebP picture", "bmp": "a bitmap picture", "heic": "a HEIC picture",
    "avif": "an AVIF picture", "ico": "an icon", "wav": "a WAV sound", "mp3": "an MP3 sound",
    "ogg": "an Ogg sound",
    "flac": "a FLAC sound", "m4a": "an MPEG-4 sound", "avi": "an AVI film", "mov": "a QuickTime film",
    "mp4": "an MPEG-4 film", "mkv": "a Matroska film", "sqlite": "an SQLite database",
    "parquet": "a Parquet table", "arrow": "an Arrow table", "h5": "an HDF5 file", "npy": "a NumPy array",
    "gguf": "a language model's weights", "elf": "a Linux program", "exe": "a Windows program",
    "class": "a Java class", "wasm": "a WebAssembly program", "woff": "a font", "ttf": "a font",
    "ps": "a PostScript document", "compound": "an OLE compound file", "html": "a web page",
    "eml": "an e-mail",
    "ipynb": "a Jupyter notebook", "csv": "a table in text", "tsv": "a table in text", TEXT: "plain text",
    BINARY: "a binary file of no known format",
}  # fmt: skip
# Other endings of formats that are known by their bytes.
_SAME = {
    "docm": "docx", "dotx": "docx", "dotm": "docx", "pptm": "pptx", "ppsx": "pptx", "potx": "pptx",
    "xlsm": "xlsx", "xltx": "xlsx", "xltm": "xlsx", "jpeg": "jpg", "jpe": "jpg", "tif": "tiff", "tgz": "gz",
    "ott": "odt", "ots": "ods", "dll": "exe", "so": "elf", "hdf5": "h5", "oga": "ogg", "m4v": "mp4",
    "db": "sqlite", "sqlite3": "sqlite", "jfif": "jpg",
}  # fmt: skip
_OLD = {"doc": "docx", "ppt": "pptx", "msg": "eml"}


def extension_of(filename: str) -> str:
    """Return a name's extension in lower case, without the dot."""
    return PurePosixPath(filename.replace("\\", "/")).suffix.lower().lstrip(".")


def detect(path: str | os.PathLike[str], filename: str = "") -> FileKind:
    """Tell what a file is.

    Parameters
    ----------
    path : path
        Its bytes.
    filename : str
        What its owner calls it; by default the path's last part.

    Returns
    -------
    FileKind
        A type that one of the registered parsers reads.

    Raises
    ------
    BadInput
        For an empty file, one whose name says another format than its bytes, and one of a
        format that nobody reads.
    NotFound
        If there is no such file.
    """
    with open_regular(path) as file:
        return recognised(file, filename or Path(path).name)


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a file for reading, and nothing that only looks like one.

    Raises
    ------
    BadInput
        For a folder, pipe or device, and an empty file.
    NotFound, Refused
        If it is not there, or may not be read.
    """
    try:
        # a pipe without a writer would wait for one
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise NotFound("The file is not there.", "Check its path, and where a link leads.") from None
    except (OSError, ValueError):
        raise Refused("The file may not be read.", "Check its path and its permissions.") from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode) or not status.st_size:
        os.close(handle)
        if stat.S_ISREG(status.st_mode):
            raise BadInput("The file is empty.", "Check that it was saved or downloaded to its end.")
        raise BadInput("That is a folder, a pipe or a device, not a file.", "Give the path of a file.")
    return os.fdopen(handle, "rb")


def recognised(file: BinaryIO, filename: str) -> FileKind:
    """Tell what an open file is, as `detect` does."""
    types = registry.file_types()
    said = _SAME.get(extension_of(filename), extension_of(filename))
    found = recognise(file)
    if found == "encrypted":
        raise BadInput("The file is encrypted: it opens with a password only.", "Save it without a password.")
    if found == TEXT:
        return _text(said, types)
    if found == BINARY and _is_foreign(said, types):
        return FileKind(said, types[said])
    if said != found and (said in _NAMES or said in types):
        raise _lies(found, said)
    if found not in types:
        raise _unread(found)
    return FileKind(found, types[found])


def _text(said: str, types: dict[str, str]) -> FileKind:
    if said in registry.text_types() or _is_foreign(said, types):
        return FileKind(said, types[said])
    if said in _NAMES or said in types:
        raise _lies(TEXT, said)
    return FileKind("txt", "text/plain")


def _is_foreign(said: str, types: dict[str, str]) -> bool:
    """Whether only a parser from elsewhere knows the type, so that its bytes are its own affair."""
    return said in types and said not in _NAMES and said not in registry.text_types()


def _named(kind: str) -> str:
    return _NAMES.get(kind, "a text file" if kind in registry.text_types() else "another format")


def _lies(found: str, said: str) -> BadInput:
    return BadInput(
        f"The file is {_named(found)}, but its name says {_named(said)} (.{said}).",
        "Give it its right name, or save it in the format that its name says.",
        details={"found": found, "said": said},
    )


def _unread(found: str) -> BadInput:
    hint = "Its text can be searched once it is saved as PDF, as an Office document or as text."
    if found in _OLD:
        hint = f"Save it as .{_OLD[found]}."
    return BadInput(
        f"The file is {_named(found)}, which cannot be read as text.", hint, details={"found": found}
    )

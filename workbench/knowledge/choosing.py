"""What people mean by a name, a path or a pattern: which base, which files."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, NotFound

if TYPE_CHECKING:
    from workbench.studio import Studio

__all__ = ["base_named", "files_named", "filters_of", "quoted", "uploads_of"]

_NAMED = 8
"""Most names that a sentence lists."""


def quoted(name: str) -> str:
    """Return a name as it is written on a command line."""
    if not any(letter.isspace() or letter in "\"'" for letter in name):
        return name
    return f"'{name}'" if '"' in name else f'"{name}"'


def base_named(studio: Studio, name: str, command: str = "%kb") -> str:
    """Return the identifier of the current user's knowledge base of this name.

    Parameters
    ----------
    studio : Studio
        Whose user asks.
    name : str
        A name, or an identifier.
    command : str
        What makes knowledge bases where the question is asked, for the hint.

    Raises
    ------
    NotFound
        There is none; the hint lists those that there are.
    """
    found: str | None = studio.vectors.find_knowledge_base(studio.user_id, name)
    if found is not None:
        return found
    bases = studio.vectors.list_knowledge_bases(studio.user_id)
    for base in bases:
        if base["id"] == name:
            return name
    if not bases:
        raise NotFound("There is no knowledge base yet.", f"`{command} create {quoted(name)}` makes one.")
    raise NotFound(f"There is no knowledge base {name!r}.", _near(name, [base["name"] for base in bases]))


def files_named(files: Sequence[dict[str, Any]], wanted: str, base: str) -> list[dict[str, Any]]:
    """Return the files of a base that are meant.

    Parameters
    ----------
    files : sequence of dict
        As `VectorService.files` gives them.
    wanted : str
        A file's name, its identifier, or a pattern with ``*`` and ``?``.
    base : str
        The base's name.

    Raises
    ------
    NotFound
        None is.
    BadInput
        Several files have the very name.
    """
    exact = [file for file in files if wanted in {file["file_id"], file["filename"]}]
    if len(exact) > 1:
        ids = ", ".join(file["file_id"] for file in exact)
        raise BadInput(f"{base} holds {len(exact)} files named {wanted!r}.", f"Give one by its id: {ids}.")
    found = exact or [file for file in files if fnmatchcase(file["filename"].casefold(), wanted.casefold())]
    if not found:
        names = [file["filename"] for file in files]
        hint = _near(wanted, names) if names else "It is empty."
        raise NotFound(f"There is no file {wanted!r} in {base}.", hint)
    return found


def filters_of(
    files: Sequence[str] | None, types: Sequence[str] | None, pages: Sequence[int] | None
) -> dict[str, Any] | None:
    """Return the filters of a search; ``None`` where nothing narrows it.

    Parameters
    ----------
    files : sequence of str, optional
        Names of files, with ``*`` and ``?``.
    types : sequence of str, optional
        Types as their extensions, with a dot or without.
    pages : sequence of int, optional
        From 1.
    """
    kinds = [kind.lower().lstrip(".") for kind in types or ()]
    given = {"filename": list(files or ()), "file_type": kinds, "page": list(pages or ())}
    return {name: wanted for name, wanted in given.items() if wanted} or None


def _near(wanted: str, names: Sequence[str]) -> str:
    known = list(dict.fromkeys(names))
    if near := get_close_matches(wanted, known, n=3, cutoff=0.6):
        return f"Did you mean {' or '.join(map(quoted, near))}?"
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    return f"There {'is' if len(known) == 1 else 'are'} {', '.join(map(quoted, known[:_NAMED]))}{more}."


def uploads_of(items: Iterable[Any], *, recursive: bool = False) -> list[Any]:
    """Return the files that paths, patterns, folders and values stand for, each once.

    Parameters
    ----------
    items : iterable
        Paths, patterns with ``*``, ``?`` and ``**``, folders (hidden files left out), whatever
        `workbench.files.open_upload` takes, and lists or table columns of these.
    recursive : bool
        Whether the folders in a folder are gone through too.

    Returns
    -------
    list
        For `VectorService.add_files`. What a pattern or a folder gives is in the order of its path, so
        that it is the same on every machine.

    Raises
    ------
    BadInput, NotFound
        Nothing stands there, or the value is none of these.
    """
    found: list[Any] = []
    seen: set[Path] = set()
    for one in _each(items, recursive):
        if isinstance(one, Path):
            if (there := one.absolute()) in seen:
                continue
            seen.add(there)
        found.append(one)
    if not found:
        raise BadInput("No file is named.", "Give paths, patterns such as 'papers/*.pdf', or folders.")
    return found


def _each(items: Iterable[Any], recursive: bool) -> Iterator[Any]:
    for item in items:
        if isinstance(item, str | os.PathLike):
            yield from _paths(os.fspath(item), recursive)
        elif _is_upload(item):
            yield item
        elif isinstance(item, dict):
            yield from _each(list(item.items()), recursive)
        elif hasattr(item, "columns"):
            raise BadInput("A DataFrame is no file.", "Give the column of paths, as in df['path'].")
        elif isinstance(item, Iterable) and not isinstance(item, bytes | bytearray | memoryview):
            yield from _each(item, recursive)
        else:
            raise BadInput(
                f"A {type(item).__name__} is no file.", "Give a path, (name, bytes), or a list of them."
            )


def _is_upload(item: Any) -> bool:
    if callable(getattr(item, "read", None)) or (hasattr(item, "stream") and hasattr(item, "filename")):
        return True
    match item:
        case (str(), bytes() | bytearray() | memoryview()):
            return True
        case {"name": str(), "content": _}:
            return True
    return False


def _paths(text: str, recursive: bool) -> list[Path]:
    path = Path(text).expanduser()
    try:
        if path.is_dir():
            return _within(path, text, recursive)
        if path.exists():
            return [path]
    except OSError as error:
        raise BadInput(f"The path {text[:80]!r} cannot be looked at: {error.strerror}.") from None
    if not glob.has_magic(text):
        raise NotFound(f"There is no file or folder {text!r}.", "A path starts from the working folder.")
    # Path.glob takes no absolute pattern and gives hidden files.
    matching = glob.glob(str(path), recursive=True)  # noqa: PTH207
    found = sorted(one for one in map(Path, matching) if one.is_file())
    if not found:
        raise NotFound(f"No file matches {text!r}.", "A pattern starts from the working folder.")
    return found


def _within(folder: Path, text: str, recursive: bool) -> list[Path]:
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if recursive and not name.startswith(".")]
        found += [Path(place, name) for name in names if not name.startswith(".")]
    files = sorted(path for path in found if path.is_file())
    if not files:
        hint = "Give a folder that does." if recursive else "--recursive goes through its folders too."
        raise NotFound(f"The folder {text!r} holds no files.", hint)
    return files

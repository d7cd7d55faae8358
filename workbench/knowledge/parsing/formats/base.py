"""What the built-in parsers share."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from workbench.errors import BadInput
from workbench.knowledge.document import Block
from workbench.knowledge.parsing.base import Limits
from workbench.knowledge.parsing.encodings import decode
from workbench.knowledge.parsing.writer import clean, too_long

__all__ = ["Builtin", "broken", "paragraphs", "read_text"]

# UTF-8 takes at most this many bytes for a character.
_WIDEST = 4


class Builtin:
    """A parser whose libraries, if it needs any, come with one extra."""

    name: ClassVar[str] = ""
    version: ClassVar[str] = "1"
    file_types: ClassVar[Mapping[str, str]] = {}
    reads_text: ClassVar[bool] = False
    imports: ClassVar[tuple[str, ...]] = ()

    def available(self) -> str | None:
        """Return None, or one sentence on what is missing."""
        missing = [name for name in self.imports if not _found(name)]
        if not missing:
            return None
        names = ", ".join(sorted(self.file_types))
        return f"Files of type {names} need {', '.join(missing)}, which is not installed."


def _found(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ImportError:
        return False


def broken(what: str) -> BadInput:
    """Return the error of a file that is not what its first bytes promise."""
    return BadInput(f"The file is a damaged or cut off {what}.", "Save or download it again.")


def read_text(path: Path, limits: Limits) -> tuple[str, dict[str, Any]]:
    """Return a file's text, cleaned, and its encoding and losses as a Document's meta has them.

    Raises
    ------
    BadInput
        If it is binary, blank or too long.
    """
    if path.stat().st_size > limits.characters * _WIDEST:
        raise too_long(limits)
    text, encoding, note = decode(path.read_bytes())
    if len(text) > limits.characters:
        raise too_long(limits)
    text = clean(text)
    if not text.strip():
        raise BadInput("The file holds nothing but white space.", "Check that it was saved to its end.")
    return text, {"encoding": encoding} | ({"notes": [note]} if note else {})


def paragraphs(text: str, start: int = 0, end: int | None = None) -> list[Block]:
    """Return the stretches between blank lines of ``text[start:end]``."""
    found: list[Block] = []
    end = len(text) if end is None else end
    begun, at = -1, start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        blank = not text[at:stop].strip()
        if blank and begun >= 0:
            found.append(Block(begun, at - 1))
            begun = -1
        elif not blank and begun < 0:
            begun = at
        at = stop + 1
    if begun >= 0:
        last = end - 1 if text[end - 1 : end] == "\n" else end
        found.append(Block(begun, last))
    return found

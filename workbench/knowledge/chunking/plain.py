"""Plain text by characters, as the specification asks for it."""

from __future__ import annotations

import re

from workbench.errors import BadInput
from workbench.knowledge.chunking.sentences import sentences

__all__ = ["chunk_text"]

_SIZE = 1000
_OVERLAP = 200
_SPACE = re.compile(r"\s(?=\S)")
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*(?=\S)")


def chunk_text(text: str, chunk_size: int | None = None, overlap: int | None = None) -> list[str]:
    """Split text into chunks with overlap, counted in characters.

    Each chunk begins with the last `overlap` characters of the one before it, so the text is the
    first chunk followed by every other chunk without its first `overlap` characters. A chunk ends
    after the last paragraph, else sentence, else white space of its second half, and at
    `chunk_size` characters where there is none.

    Parameters
    ----------
    text : str
        Text of nothing but white space gives no chunk; text no longer than `chunk_size` gives one.
    chunk_size : int, optional
        Most characters of a chunk, 1 or more; 1000 unless told.
    overlap : int, optional
        Characters that neighbours share, from 0 to below `chunk_size`; a fifth of the size and
        200 at most unless told.

    Raises
    ------
    BadInput
        For a text that is no string, and for numbers out of range.
    """
    size, shared = _checked(text, chunk_size, overlap)
    if not text.strip():
        return []
    chunks = []
    start = 0
    while len(text) - start > size:
        end = _end(text, start, size, shared)
        chunks.append(text[start:end])
        start = end - shared
    return [*chunks, text[start:]]


def _checked(text: str, chunk_size: int | None, overlap: int | None) -> tuple[int, int]:
    if not isinstance(text, str):
        raise BadInput(f"Text to split is a string, not {type(text).__name__}.", details={"field": "text"})
    size = _whole(_SIZE if chunk_size is None else chunk_size, "chunk_size", 1)
    shared = _whole(min(_OVERLAP, size // 5) if overlap is None else overlap, "overlap", 0)
    if shared >= size:
        raise BadInput(
            f"Chunks of {size} characters cannot share {shared}: overlap is smaller than chunk_size.",
            "Leave overlap out, or give a fifth of chunk_size.",
            details={"field": "overlap"},
        )
    return size, shared


def _whole(value: int, name: str, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise BadInput(f"{name} is a whole number, {least} or more, not {value!r}.", details={"field": name})
    return value


def _end(text: str, start: int, size: int, shared: int) -> int:
    """Return where a chunk ends: beyond what it shares, and at the best border of its second half."""
    earliest = start + max(shared + 1, (size + 1) // 2)
    latest = start + size
    window = text[earliest - 1 : latest + 1]
    for ends in (_paragraph_ends, _sentence_ends, _word_ends):
        within = [earliest - 1 + end for end in ends(window) if earliest <= earliest - 1 + end <= latest]
        if within:
            return within[-1]
    return latest


def _paragraph_ends(window: str) -> list[int]:
    return [found.end() for found in _PARAGRAPH.finditer(window)]


def _sentence_ends(window: str) -> list[int]:
    return [start for start, _ in sentences(window)[1:]]


def _word_ends(window: str) -> list[int]:
    return [found.end() for found in _SPACE.finditer(window)]

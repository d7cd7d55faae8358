"""Errors that point at a place in a source text."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from workbench.errors import BadInput

__all__ = ["MOST_BITS", "TOO_MANY_BITS", "at", "near"]

MOST_BITS = 100_000
"""Qubits and classical bits of a program: a line of text is not to fill the memory."""
TOO_MANY_BITS = f"A program has at most {MOST_BITS:,} qubits and bits."

_SHOWN = 100


def at(source: str, line: int, column: int, sentence: str, hint: str = "") -> BadInput:
    """Return an error that names the place, and shows it where the line is short.

    Parameters
    ----------
    source : str
        The whole text.
    line, column : int
        From 1; 0 where it is not known.
    sentence : str
        What is wrong, with its full stop.
    hint : str, optional
        What to do.
    """
    place = {"line": line, "column": column} if line else {}
    rows = source.splitlines()
    start = f"Line {line}, column {column}: " if line else ""
    text = rows[line - 1].rstrip() if 0 < line <= len(rows) else ""
    excerpt = ""
    if text and len(text) <= _SHOWN:
        margin = "".join("\t" if char == "\t" else " " for char in text[: column - 1])
        excerpt = f"\n    {text}\n    {margin}^"
    return BadInput(start + sentence + excerpt, hint, details={"field": "circuit", **place})


def near(name: str, known: Iterable[str]) -> str:
    """Return a hint with the names that are most like one, or nothing."""
    found = difflib.get_close_matches(name, sorted(set(known)), n=3, cutoff=0.6)
    return f"Did you mean {' or '.join(repr(item) for item in found)}?" if found else ""

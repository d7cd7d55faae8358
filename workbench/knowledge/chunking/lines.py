# ruff: noqa: RUF001
"""The lines and paragraphs of plain text, and what their shapes tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from workbench.knowledge.chunking.sentences import trimmed

__all__ = ["LIST_ITEM", "Line", "Paragraph", "are_wrapped", "lines_of", "paragraphs_of"]

LIST_ITEM = re.compile(r"\s{0,8}(?:[-*•‣◦▪·+–]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)])\s+\S")
_LINE = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_BLANK_BETWEEN = re.compile(r"(?:\r\n?+|[\n\x0b\x85\u2028])[^\S\n\r]*+[\n\r\x0c\u2029]|[\x0c\u2029]")
# Columns of a typescript or of a printed page; longer lines are not wrapped by hand.
_COLUMNS = (40, 140)
_FULL_LINE = 0.7
_RUNS_ON = 0.4


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its outer white space, and the column in which it starts."""

    start: int
    end: int
    indent: int


Paragraph = list[Line]


def lines_of(text: str, start: int, end: int) -> Iterator[Line]:
    """Yield the lines that are not blank."""
    for found in _LINE.finditer(text, start, end):
        if span := trimmed(text, found.start(), found.end()):
            indent = len(text[found.start() : span[0]].expandtabs(4))
            yield Line(*span, indent)


def paragraphs_of(text: str, start: int, end: int) -> Iterator[Paragraph]:
    """Yield the runs of lines between blank lines."""
    gathered: Paragraph = []
    for line in lines_of(text, start, end):
        if gathered and _BLANK_BETWEEN.search(text, gathered[-1].end, line.start):
            yield gathered
            gathered = []
        gathered.append(line)
    if gathered:
        yield gathered


def are_wrapped(text: str, lines: Sequence[Line]) -> bool:
    """Tell lines that a width broke, whose ends mean nothing, from lines that somebody ended.

    Wrapped lines are about as long as each other and as a page is wide, and many of them go on
    in lower case or, in scripts without case, without a mark at their end.
    """
    if len(lines) < 2:  # noqa: PLR2004
        return False
    lengths = [line.end - line.start for line in lines[:-1]]
    longest = max(lengths)
    if not _COLUMNS[0] <= longest <= _COLUMNS[1] or median(lengths) < _FULL_LINE * longest:
        return False
    going_on = sum(
        text[line.start].islower() or (not text[line.start].isupper() and text[line.start].isalpha())
        for line in lines[1:]
    )
    return going_on >= _RUNS_ON * len(lengths)

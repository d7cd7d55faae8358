# ruff: noqa: RUF001
"""The smallest pieces of a block that stay together, and how willingly they part."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from enum import IntEnum
from itertools import pairwise

from workbench.knowledge.chunking.lines import Line, are_wrapped, lines_of
from workbench.knowledge.chunking.ruler import Ruler
from workbench.knowledge.chunking.sentences import sentences, trimmed
from workbench.knowledge.document import Block

__all__ = ["Border", "Part", "parts_of"]

# A line of so many characters is a paragraph, even where no blank line follows it.
_PARAGRAPH = 160
_CLAUSE = ",;:，；：、،؛)]}>"


class Border(IntEnum):
    """What lies between two parts, from the best place to cut to the worst."""

    BLOCK = 0
    LINE = 1
    SENTENCE = 2
    CLAUSE = 3
    WORD = 4
    INSIDE = 5
    HEADING = 6


# Start, end, and what follows.
Part = tuple[int, int, Border]


def parts_of(text: str, block: Block, ruler: Ruler, size: int, reach: int) -> list[Part]:
    """Return the parts of a block, none of more than `size` tokens or `reach` characters."""
    last = Border.HEADING if block.kind == "heading" else Border.LINE if block.kind == "row" else Border.BLOCK
    found: list[Part] = []
    for start, end, after in _units(text, block, last):
        if end - start <= reach and ruler.count(start, end) <= size:
            found.append((start, end, after))
        else:
            found += _shreds(text, start, end, after, ruler, size, reach)
    return found


def _units(text: str, block: Block, last: Border) -> Iterator[Part]:
    if block.kind in {"heading", "row"}:
        yield block.start, block.end, last
        return
    lines = list(lines_of(text, block.start, block.end))
    if block.kind in {"code", "cell"}:
        yield from _code(text, lines, last)
    elif block.kind == "list" or (len(lines) > 1 and not are_wrapped(text, lines)):
        for line, following in pairwise([*lines, None]):
            if line is not None:
                yield from _prose(
                    text, line.start, line.end, _after(line, last if following is None else None)
                )
    else:
        yield from _prose(text, block.start, block.end, last)


def _after(line: Line, last: Border | None) -> Border:
    if last is not None:
        return last
    return Border.BLOCK if line.end - line.start >= _PARAGRAPH else Border.LINE


def _code(text: str, lines: Sequence[Line], last: Border) -> Iterator[Part]:
    """Part code before a line at the margin that follows a blank or an indented one."""
    margin = min((line.indent for line in lines), default=0)
    for line, following in pairwise([*lines, None]):
        if line is None:
            continue
        if following is None:
            yield line.start, line.end, last
            continue
        opens = following.indent == margin and (
            line.indent > margin or text.count("\n", line.end, following.start) > 1
        )
        yield line.start, line.end, Border.BLOCK if opens else Border.LINE


def _prose(text: str, start: int, end: int, last: Border) -> Iterator[Part]:
    spans = sentences(text[start:end])
    for (left, right), following in pairwise([*spans, (-1, -1)]):
        if following[0] < 0:
            yield start + left, start + right, last
        else:
            broken = "\n" in text[start + right : start + following[0]]
            yield start + left, start + right, Border.LINE if broken else Border.SENTENCE


def _shreds(text: str, start: int, end: int, last: Border, ruler: Ruler, size: int, reach: int) -> list[Part]:
    """Cut what is too long for a chunk into small pieces, at words where there are any."""
    grain = max(1, size // 16)
    found: list[Part] = []
    while start < end:
        cut = _shred_end(text, start, end, ruler, grain, reach)
        if span := trimmed(text, start, cut):
            found.append((*span, _border_at(text, cut) if cut < end else last))
        start = cut
    return found


def _shred_end(text: str, start: int, end: int, ruler: Ruler, grain: int, reach: int) -> int:
    starts = ruler.starts
    first = bisect_left(starts, start)
    last = bisect_left(starts, end)
    limit = min(first + grain, last)
    far = start + reach
    cuts = [
        starts[number] for number in range(first + 1, limit + 1) if number < last and starts[number] <= far
    ]
    if limit == last and end <= far:
        cuts.append(end)
    cuts = [cut for cut in cuts if cut > start]
    if not cuts:
        return min(far, end)
    words = [cut for cut in cuts if cut == end or _border_at(text, cut) != Border.INSIDE]
    return words[-1] if words else cuts[-1]


def _border_at(text: str, cut: int) -> Border:
    before = text[cut - 1]
    if not before.isspace() and not text[cut].isspace():
        return Border.CLAUSE if before in _CLAUSE else Border.INSIDE
    return Border.CLAUSE if text[max(0, cut - 8) : cut].rstrip()[-1:] in _CLAUSE else Border.WORD

# ruff: noqa: RUF001
"""The blocks of a document: as its parser gave them, or read off the text itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from workbench.knowledge.chunking.lines import LIST_ITEM, Paragraph, lines_of, paragraphs_of
from workbench.knowledge.chunking.sentences import trimmed
from workbench.knowledge.document import Block, BlockKind, Document

__all__ = ["blocks_of"]

_FENCE = re.compile(r"(`{3,}|~{3,})")
_MARKED = re.compile(r"(#{1,6})\s+\S")
_UNDERLINE = re.compile(r"={3,}|-{3,}")
_NUMBERED = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?P<first>\S)")
_KNOWN = re.compile(
    r"(?:abstract|summary|keywords|contents|introduction|background|related work|(?:materials and )?methods?|"
    r"methodology|experiments?|evaluation|results?(?: and discussion)?|discussion|limitations|conclusions?|"
    r"future work|acknowledge?ments?|references|bibliography|appendix(?: \w)?)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?。！？؟।]")
_NOT_A_TITLE = re.compile(r"[|=;{}<>\\\t]|\s{3}|https?:|[.,;:!…。！、，；：]$")
_LONGEST_TITLE = 90
_MOST_WORDS = 12
_SHORTEST_PROSE = 80
_CODE_INDENT = 4
# A heading ends before the lines of its paragraph do.
_SHORT_LINE = 0.8
# Lines that are read to tell what one is.
_AHEAD = 50


def blocks_of(document: Document) -> list[Block]:
    """Return blocks that cover every character of the text but white space, in order, without overlap."""
    text = document.text
    if not document.blocks:
        return list(_Reader(text).blocks())
    found: list[Block] = []
    reached = 0
    given = sorted(document.blocks, key=lambda block: (block.start, block.end))
    reader = _Reader(text, given[0].level or 1)
    for block in given:
        start, end = max(block.start, reached), min(block.end, len(text))
        if start >= end:
            continue
        found += _loose(text, reached, start)
        if span := trimmed(text, start, end):
            whole = Block(*span, block.kind, block.level)
            found += reader.parted(whole) if block.kind == "paragraph" else [whole]
        reached = end
    return found + _loose(text, reached, len(text))


def _loose(text: str, start: int, end: int) -> list[Block]:
    """Return what a parser left between its blocks as paragraphs."""
    if trimmed(text, start, end) is None:
        return []
    return [Block(lines[0].start, lines[-1].end) for lines in paragraphs_of(text, start, end)]


class _Reader:
    """Reads structure off plain text, cautiously: what is no clear heading is a paragraph."""

    def __init__(self, text: str, top: int = 1) -> None:
        self.text = text
        self.top = top
        self.fence = ""
        self.depth = 0

    def blocks(self) -> Iterator[Block]:
        before: Paragraph | None = None
        first = True
        for lines in paragraphs_of(self.text, 0, len(self.text)):
            if before is not None:
                yield from self._paragraph(before, lines, first=first)
                first = False
            before = lines
        if before is not None:
            yield from self._paragraph(before, [], first=first)

    def parted(self, block: Block) -> Iterator[Block]:
        """Yield the headings that a parser left at the start of a paragraph, and the rest."""
        lines = list(islice(lines_of(self.text, block.start, block.end), _AHEAD))
        longest = max(line.end - line.start for line in lines)
        start = block.start
        for number, line in enumerate(lines[:-1]):
            words = self._line(lines, number)
            short = len(words) < _SHORT_LINE * longest and _is_title(words)
            heading = self._named(words, lines[number:], []) if short else None
            if heading is None:
                break
            yield Block(line.start, line.end, "heading", heading)
            start = lines[number + 1].start
        yield Block(start, block.end)

    def _paragraph(self, lines: Paragraph, following: Paragraph, *, first: bool) -> Iterator[Block]:
        at = 0
        while at < len(lines):
            opens = first and at == 0
            if self.fence or _FENCE.match(self._line(lines, at)):
                taken = self._fenced(lines, at)
                yield Block(lines[at].start, lines[at + taken - 1].end, "code")
            elif (heading := self._heading(lines, at, following, first=opens)) is not None:
                level, taken = heading
                yield Block(lines[at].start, lines[at + taken - 1].end, "heading", level)
            else:
                taken = self._until_fence(lines, at)
                yield from self._body(lines[at : at + taken])
            at += taken

    def _line(self, lines: Paragraph, number: int) -> str:
        return self.text[lines[number].start : lines[number].end]

    def _fenced(self, lines: Paragraph, at: int) -> int:
        """Return how many of the lines stand within a fence that is open or opens here."""
        for number in range(at, len(lines)):
            line = self._line(lines, number)
            if self.fence:
                if line.startswith(self.fence) and not line.strip(self.fence[0]):
                    self.fence = ""
                    return number + 1 - at
            elif mark := _FENCE.match(line):
                self.fence = mark.group()
        return len(lines) - at

    def _until_fence(self, lines: Paragraph, at: int) -> int:
        for number in range(at + 1, len(lines)):
            line = self._line(lines, number)
            if line[0] in "`~#" and (_FENCE.match(line) or _MARKED.match(line)):
                return number - at
        return len(lines) - at

    def _heading(
        self, lines: Paragraph, at: int, following: Paragraph, *, first: bool
    ) -> tuple[int, int] | None:
        """Return the level of the heading that opens these lines, and how many of them it takes."""
        line = self._line(lines, at)
        if lines[at].indent >= _CODE_INDENT or len(line) > 2 * _LONGEST_TITLE:
            return None
        if marked := _MARKED.match(line):
            return len(marked.group(1)), 1
        under = self._line(lines, at + 1) if at + 1 < len(lines) else ""
        if _UNDERLINE.fullmatch(under) and any(map(str.isalnum, line)):
            return (1 if under[0] == "=" else 2), 2
        return self._title(line, lines[at : at + _AHEAD], following, first=first) if _is_title(line) else None

    def _title(
        self, line: str, lines: Paragraph, following: Paragraph, *, first: bool
    ) -> tuple[int, int] | None:
        if (level := self._named(line, lines, following)) is not None:
            return level, 1
        numbered = _NUMBERED.match(line)
        if (
            numbered
            or len(lines) > 1
            or LIST_ITEM.match(line)
            or not self._is_prose(following, 2 * len(line))
        ):
            return None
        return (1 if first else self.top + self.depth + 1), 1

    def _named(self, line: str, lines: Paragraph, following: Paragraph) -> int | None:
        """Return the level of a heading with a number or a usual name."""
        numbered = _NUMBERED.match(line)
        if numbered and numbered["first"].isalpha() and not numbered["first"].islower():
            return self._numbered(numbered, lines, following)
        if _KNOWN.fullmatch(line.rstrip(":")):
            self.depth = 0
            return self.top + 1
        return None

    def _numbered(self, numbered: re.Match[str], lines: Paragraph, following: Paragraph) -> int | None:
        """Take a line such as ``2.1 Data`` for a heading, unless it is an item of a list."""
        depth = numbered["number"].count(".") + 1
        after = lines[1:] or following
        if depth == 1:
            item = bool(after) and LIST_ITEM.match(self._line(after, 0))
            if item or not (
                self._is_prose(after, 0) or _NUMBERED.match(self._line(after, 0) if after else "")
            ):
                return None
        self.depth = depth
        return self.top + depth

    def _is_prose(self, lines: Paragraph, shortest: int) -> bool:
        if not lines or lines[-1].end - lines[0].start < max(_SHORTEST_PROSE, shortest):
            return False
        beginning = self.text[lines[0].start : lines[-1].end][:2000]
        return _SENTENCE_END.search(beginning) is not None and not LIST_ITEM.match(beginning)

    def _body(self, lines: Paragraph) -> Iterator[Block]:
        kind = self._kind(lines)
        if kind == "row":
            yield from (Block(line.start, line.end, "row") for line in lines)
        else:
            yield Block(lines[0].start, lines[-1].end, kind)

    def _kind(self, lines: Paragraph) -> BlockKind:
        texts = [self._line(lines, number) for number in range(min(len(lines), _AHEAD))]
        if all(line.indent >= _CODE_INDENT for line in lines[:_AHEAD]) and len(lines) > 1:
            return "code"
        if len(texts) > 1 and (_same_count(texts, "|", 2) or _same_count(texts, "\t", 1)):
            return "row"
        if sum(LIST_ITEM.match(line) is not None for line in texts) * 2 >= len(texts):
            return "list"
        return "paragraph"


def _is_title(line: str) -> bool:
    return (
        len(line) <= _LONGEST_TITLE
        and line.count(" ") < _MOST_WORDS
        and any(map(str.isalpha, line))
        and not line[0].islower()
        and (line[0].isalnum() or line[0] in '"“«¿[(')
        and _NOT_A_TITLE.search(line) is None
    )


def _same_count(texts: Sequence[str], mark: str, least: int) -> bool:
    count = texts[0].count(mark)
    return count >= least and all(line.count(mark) == count for line in texts)

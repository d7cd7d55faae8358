"""Blocks gathered under their headings, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from workbench.knowledge.chunking.sentences import trimmed
from workbench.knowledge.document import Block, Document

__all__ = ["Section", "sections_of"]

_LONGEST = 120
_DEEPEST = 6


@dataclass(slots=True)
class Section:
    """What stands under one heading on one page; its own heading comes first."""

    page: int | None
    heading: str
    blocks: list[Block] = field(default_factory=list)


def sections_of(document: Document, blocks: Sequence[Block]) -> Iterator[Section]:
    """Yield the sections in the order of the text, none of them empty."""
    path: list[tuple[int, str]] = []
    section: Section | None = None
    for page, block in _on_pages(document, blocks):
        heading = block.kind == "heading"
        fresh = section is None or section.page != page or (heading and section.blocks[-1].kind != "heading")
        if heading:
            path = _entered(path, block.level or 1, document.text[block.start : block.end])
        if section is not None and fresh:
            yield section
        if section is None or fresh:
            section = Section(page, "")
        if heading or not section.heading:
            section.heading = " > ".join(title for _, title in path)
        section.blocks.append(block)
    if section is not None:
        yield section


def _entered(path: list[tuple[int, str]], level: int, text: str) -> list[tuple[int, str]]:
    title = " ".join(text[: 4 * _LONGEST].lstrip("#").rstrip("#=-\n ").split())
    outer = [(depth, name) for depth, name in path if depth < level]
    return [*outer[-(_DEEPEST - 1) :], (level, title[:_LONGEST])]


def _on_pages(document: Document, blocks: Sequence[Block]) -> Iterator[tuple[int | None, Block]]:
    """Yield each block with its page, in as many pieces as it has pages."""
    regions = list(_regions(document))
    position = 0
    for block in blocks:
        while position < len(regions) - 1 and regions[position][1] <= block.start:
            position += 1
        for number in range(position, len(regions)):
            start, end, page = regions[number]
            if start >= block.end:
                break
            if span := trimmed(document.text, max(start, block.start), min(end, block.end)):
                yield page, Block(*span, block.kind, block.level)


def _regions(document: Document) -> Iterator[tuple[int, int, int | None]]:
    """Yield the pages and what lies between them, from the start of the text to its end."""
    reached = 0
    for page in sorted(document.pages, key=lambda page: (page.start, page.end)):
        start, end = max(page.start, reached), min(page.end, len(document.text))
        if start >= end:
            continue
        if start > reached:
            yield reached, start, None
        yield start, end, page.number
        reached = end
    if reached < len(document.text) or not document.pages:
        yield reached, len(document.text), None

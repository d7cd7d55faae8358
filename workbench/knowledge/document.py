"""What a parser gives: a file's text, and where its pages and its blocks stand in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Block", "BlockKind", "Document", "Page"]

BlockKind = Literal["heading", "paragraph", "list", "row", "code", "cell"]


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the text that a reader would turn to.

    Attributes
    ----------
    number : int
        From 1, as the file's own format counts: pages, slides, sheets, cells of a notebook.
    start, end : int
        Character offsets into the text, ``text[start:end]``.
    label : str
        What it is called where a number does not say it, such as a sheet's name.
    """

    number: int
    start: int
    end: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the text that belongs together.

    Attributes
    ----------
    start, end : int
        Character offsets into the text.
    kind : str
        ``heading``, ``paragraph``, ``list``, ``row`` (of a table), ``code`` or ``cell``.
    level : int
        Of a heading, from 1; otherwise 0.
    """

    start: int
    end: int
    kind: BlockKind = "paragraph"
    level: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one file.

    Attributes
    ----------
    text : str
        All of it; every offset counts its characters.
    pages : sequence of Page
        In order, without overlap; empty where the format has no pages.
    blocks : sequence of Block
        In order, without overlap; empty where the structure is to be read off the text itself.
    meta : dict
        JSON values: ``title``, ``authors``, ``language`` and ``notes``, a list of sentences on what
        could not be read.
    """

    text: str
    pages: Sequence[Page] = ()
    blocks: Sequence[Block] = ()
    meta: dict[str, Any] = field(default_factory=dict)

    def page_at(self, offset: int) -> Page | None:
        """Return the page that the character at ``offset`` stands on."""
        position = bisect_right(self.pages, offset, key=lambda page: page.start) - 1
        if position < 0 or offset >= self.pages[position].end:
            return None
        return self.pages[position]

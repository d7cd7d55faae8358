"""Documents written block by block, so that no offset is ever computed twice."""

from __future__ import annotations

import re
from typing import Any

from workbench.errors import BadInput
from workbench.knowledge.document import Block, BlockKind, Document, Page
from workbench.knowledge.parsing.base import Limits

__all__ = ["MOST_BLOCKS", "Writer", "clean", "too_long"]

MOST_BLOCKS = 2_000_000
_MOST_NOTES = 50
# Control characters have no meaning in text, PostgreSQL stores no NUL and UTF-8 no surrogate.
_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNWANTED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return a text with line feeds as its only line ends and no character that nobody can store."""
    text = _UNWANTED.sub("", _LINE_ENDS.sub("\n", text))
    return _SURROGATES.sub("\ufffd", text) if _SURROGATES.search(text) else text


def too_long(limits: Limits) -> BadInput:
    """Return the error of a text beyond its limit."""
    return BadInput(
        f"The file holds more than {limits.characters:,} characters of text.",
        "Split it, or keep the part that matters.",
    )


class Writer:
    """Grows a Document.

    Parameters
    ----------
    limits : Limits
        `add` raises `BadInput` beyond its characters.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._parts: list[str] = []
        self._length = 0
        self._pages: list[Page] = []
        self._blocks: list[Block] = []
        self._page: tuple[int, str] | None = None
        self._begun: int | None = None
        self._last: BlockKind | None = None
        self._notes: list[str] = []
        self.meta: dict[str, Any] = {}

    @property
    def length(self) -> int:
        """Characters so far."""
        return self._length

    def page(self, number: int, label: str = "") -> None:
        """Begin a page; one on which nothing is added has no place in the text and is left out."""
        self.end_page()
        self._page = number, clean(label).strip()
        self._last = None

    def end_page(self) -> None:
        """End the page that was begun, if any."""
        if self._page and self._begun is not None:
            self._pages.append(Page(self._page[0], self._begun, self._length, self._page[1]))
        self._page = self._begun = None

    def add(self, text: str, kind: BlockKind = "paragraph", level: int = 0) -> None:
        """Add a block; blank text adds nothing."""
        text = clean(text).strip("\n") if kind in {"code", "cell"} else clean(text).strip()
        if text.strip():
            start = self._put(text, kind)
            if len(self._blocks) <= MOST_BLOCKS:
                self._blocks.append(Block(start, self._length, kind, level))

    def add_within(self, text: str, blocks: list[Block]) -> None:
        """Add a cleaned text and the blocks that were found in it."""
        if text.strip():
            start = self._put(text, "paragraph")
            self._blocks += [Block(b.start + start, b.end + start, b.kind, b.level) for b in blocks]

    def note(self, sentence: str) -> None:
        """Say what could not be read."""
        if len(self._notes) < _MOST_NOTES:
            self._notes.append(clean(sentence))

    def document(self) -> Document:
        """Return what was written.

        Raises
        ------
        BadInput
            If that is no text at all.
        """
        self.end_page()
        if not self._length:
            raise BadInput(
                "The file holds no text.", "A picture of text needs OCR before it can be searched."
            )
        if len(self._blocks) > MOST_BLOCKS:
            self._blocks.clear()
            self.note(f"It has more than {MOST_BLOCKS:,} rows or paragraphs; only its lines are kept apart.")
        meta = {key: value for key, value in self.meta.items() if value}
        if self._notes:
            meta["notes"] = self._notes
        return Document("".join(self._parts), self._pages, self._blocks, meta)

    def _put(self, text: str, kind: BlockKind) -> int:
        if self._length:
            gap = "\n" if kind == self._last and kind in {"row", "list"} else "\n\n"
            self._parts.append(gap)
            self._length += len(gap)
        start = self._length
        if self._begun is None:
            self._begun = start
        self._parts.append(text)
        self._length += len(text)
        self._last = kind
        if self._length > self._limits.characters:
            raise too_long(self._limits)
        return start

"""A document's chunks: by its structure, in tokens of the embedder, with exact offsets."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from workbench.errors import BadInput
from workbench.knowledge.chunking.atoms import Part, parts_of
from workbench.knowledge.chunking.outline import blocks_of
from workbench.knowledge.chunking.packing import Costs, packed
from workbench.knowledge.chunking.ruler import Ruler, Spans
from workbench.knowledge.chunking.sections import Section, sections_of
from workbench.knowledge.chunking.sentences import trimmed
from workbench.knowledge.document import Document

__all__ = ["CHUNKER", "Chunk", "chunk_document"]

CHUNKER = "structure-1"
_REACH = 16


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document.

    Attributes
    ----------
    start, end : int
        Character offsets: ``document.text[start:end]`` is the content, without outer white space.
    page : int or None
        The number of its page, where the format has pages.
    heading : str
        The headings that it stands under, from the outermost: ``"Methods > Data"``.
    tokens : int
        Of the content, as the embedder counts them.
    """

    start: int
    end: int
    page: int | None
    heading: str
    tokens: int


def chunk_document(document: Document, spans: Spans, size: int = 240) -> list[Chunk]:
    """Cut a document into chunks.

    Every character but white space stands in exactly one chunk, no chunk crosses a page, and none
    has more than `size` tokens (a single character that is more than that stays whole) or 16 times as
    many characters. A heading opens a chunk. Within a section chunks are even in size and part at
    the end of a block, else of a line, a sentence, a clause, a word; rows of tables stay whole.

    Parameters
    ----------
    document : Document
        Its pages and blocks are kept to; where it has no blocks they are read off the text.
    spans : callable
        Gives the span of each token of a text, as `workbench.embedders.Embedder.spans` does.
    size : int
        Most tokens of a chunk, 1 or more.

    Raises
    ------
    BadInput
        For a size below 1.
    """
    if size < 1:
        raise BadInput("A chunk needs at least 1 token.", details={"field": "size"})
    return list(_Cutter(document, spans, size).chunks())


class _Cutter:
    def __init__(self, document: Document, spans: Spans, size: int, costs: Costs | None = None) -> None:
        self.document = document
        self.text = document.text
        self.spans = spans
        self.size = size
        # Some tokenizers count one or two more at the ends of a text than within it.
        self.target = size - size // 100
        self.reach = _REACH * size
        self.costs = costs or Costs()
        self.ruler = Ruler(self.text, spans)

    def chunks(self) -> Iterator[Chunk]:
        for section in sections_of(self.document, blocks_of(self.document)):
            parts = [
                part
                for block in section.blocks
                for part in parts_of(self.text, block, self.ruler, self.target, self.reach)
            ]
            for start, end in packed(parts, self.ruler, self.target, self.reach, self.costs):
                yield from self._fitting(start, end, parts, section)

    def _fitting(self, start: int, end: int, parts: Sequence[Part], section: Section) -> Iterator[Chunk]:
        """Yield the span as one chunk, or as halves where read alone it has too many tokens."""
        tokens = self.spans(self.text[start:end])
        if len(tokens) <= self.size or end - start == 1:
            yield Chunk(start, end, section.page, section.heading, len(tokens))
            return
        cut = self._middle(start, end, parts, tokens)
        for left, right in ((start, cut), (cut, end)):
            if span := trimmed(self.text, left, right):
                yield from self._fitting(*span, parts, section)

    def _middle(self, start: int, end: int, parts: Sequence[Part], tokens: Sequence[tuple[int, int]]) -> int:
        middle = start + tokens[len(tokens) // 2][0]
        first = bisect_right(parts, start, key=itemgetter(0))
        cuts = [part[0] for part in parts[first : bisect_left(parts, end, first, key=itemgetter(0))]]
        cuts = cuts or [start + left for left, _ in tokens if 0 < left < end - start]
        return min(cuts, key=lambda cut: abs(cut - middle)) if cuts else (start + end) // 2

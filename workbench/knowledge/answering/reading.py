"""The sentences of the passages that were found, and how close each is to the question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from workbench.knowledge.answering.gate import SENTENCE, SENTENCE_WORDS, Evidence
from workbench.knowledge.answering.passages import Passage
from workbench.knowledge.answering.scale import Scale
from workbench.knowledge.chunking import sentences
from workbench.knowledge.chunking.sentences import trimmed
from workbench.knowledge.document import Document
from workbench.knowledge.words import content_terms, coverage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from workbench.embedders import Embedder

__all__ = ["Line", "Reading", "read"]

_ROW = re.compile(r"[^\r\n]+")
MOST_LINES = 64
"""Sentences that are embedded at most, those of the best passages first."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, a row or a line of code in a passage.

    Attributes
    ----------
    passage : Passage
        Where it stands.
    start, end : int
        Character offsets into the document's text.
    terms : frozenset of str
        Its content words.
    announces : bool
        Whether it is a heading or a question, which says what comes and not what is.
    """

    passage: Passage
    start: int
    end: int
    terms: frozenset[str]
    announces: bool

    @property
    def text(self) -> str:
        """The sentence, as it stands in the document."""
        return self.passage.document.text[self.start : self.end]


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read for one question.

    Attributes
    ----------
    embedder : Embedder
        The base's.
    scale : Scale
        Of its cosines.
    terms : frozenset of str
        The question's content words.
    passages : tuple of Passage
        The best first.
    lines : tuple of Line
        Of the passages, in their order.
    vectors : (lines, dimension) float array
        Of the lines.
    asked : (dimension,) float array
        Of the question.
    tokens : int
        What a remote embedder counted.
    """

    embedder: Embedder
    scale: Scale
    question: str
    terms: frozenset[str]
    passages: tuple[Passage, ...]
    lines: tuple[Line, ...]
    vectors: NDArray[np.float32]
    asked: NDArray[np.float32]
    tokens: int

    @cached_property
    def closeness(self) -> NDArray[np.float32]:
        """Cosine of each line and the question, on the measured scale."""
        return self.scale.measured(self.vectors @ self.asked)

    @cached_property
    def strengths(self) -> NDArray[np.float64]:
        """What each line adds to the evidence by itself."""
        import numpy as np

        words = [coverage(self.terms, line.terms) for line in self.lines]
        return SENTENCE * self.closeness.astype(np.float64) + SENTENCE_WORDS * np.array(words)

    @cached_property
    def evidence(self) -> Evidence:
        """What speaks for the question's being answered."""
        import numpy as np

        cosines = np.array([passage.hit.why["cosine"] for passage in self.passages], dtype=np.float32)
        within = (
            coverage(self.terms, content_terms(f"{passage.hit.heading}\n{passage.hit.content}"))
            for passage in self.passages
        )
        best = int(self.strengths.argmax())
        return Evidence(
            cosine=float(self.scale.measured(cosines).max()),
            passage_words=max(within),
            sentence=float(self.closeness[best]),
            sentence_words=coverage(self.terms, self.lines[best].terms),
        )


def read(embedder: Embedder, question: str, passages: tuple[Passage, ...]) -> Reading:
    """Read the passages, at least one, for a question."""
    lines = tuple(line for passage in passages for line in _lines(passage))[:MOST_LINES]
    vectors, tokens = embedder.embed_with_usage([line.text for line in lines])
    asked, more = embedder.embed_with_usage([question], role="query")
    scale, most = Scale.of(embedder)
    return Reading(
        embedder=embedder,
        scale=scale,
        question=question,
        terms=content_terms(question),
        passages=passages,
        lines=lines,
        vectors=vectors,
        asked=asked[0],
        tokens=tokens + more + most,
    )


def _lines(passage: Passage) -> Iterator[Line]:
    text = passage.document.text
    for start, end, heading in _spans(passage.document, passage.hit.start, passage.hit.end):
        line = text[start:end]
        yield Line(
            passage, start, end, content_terms(line), heading or line.endswith(("?", "\uff1f", "\u061f"))
        )


def _spans(document: Document, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Yield the rows, lines of code and sentences of a stretch in order, and whether each is a heading."""
    at = start
    for block in document.blocks:
        if block.end <= at or block.start >= end:
            continue
        yield from _cut(document.text, at, max(at, block.start), "paragraph")
        first, at = max(at, block.start), min(end, block.end)
        yield from _cut(document.text, first, at, block.kind)
    yield from _cut(document.text, at, end, "paragraph")


def _cut(text: str, start: int, end: int, kind: str) -> Iterator[tuple[int, int, bool]]:
    stretch = text[start:end]
    if kind in {"row", "heading"}:
        spans = [(0, len(stretch))]
    elif kind in {"code", "cell"}:
        spans = [match.span() for match in _ROW.finditer(stretch)]
    else:
        spans = sentences(stretch)
    for first, last in spans:
        if found := trimmed(stretch, first, last):
            yield start + found[0], start + found[1], kind == "heading"

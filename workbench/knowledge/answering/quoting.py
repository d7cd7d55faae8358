"""An answer without a language model: the sentences of the documents that come closest to the question."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.knowledge.answering.gate import COSINE, PASSAGE_WORDS
from workbench.knowledge.answering.reading import Line, Reading
from workbench.knowledge.words import content_terms, coverage

__all__ = ["Quote", "best_quotes"]

MOST = 3
_WITHIN = 4.0
"""How far behind the best one a quote may be, on the scale of `Evidence.strength`."""
_NEXT = 1.0
"""What a line loses that owes its place to the heading or the question right before it."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of the documents that may answer the question.

    Attributes
    ----------
    line : Line
        The sentence.
    score : float
        0 to 1: its cosine with the question.
    """

    line: Line
    score: float


def best_quotes(reading: Reading) -> list[Quote]:
    """Return one to three sentences, the likeliest first."""
    strength = _strengths(reading)
    lines = reading.lines
    order = sorted(range(len(lines)), key=lambda at: (lines[at].announces, -strength[at], at))
    chosen: list[int] = []
    for at in order:
        if strength[at] < strength[order[0]] - _WITHIN or (chosen and lines[at].announces):
            continue
        if len(chosen) < MOST and all(lines[at].text != lines[other].text for other in chosen):
            chosen.append(at)
    closeness = reading.closeness
    return [Quote(lines[at], round(min(1.0, max(0.0, float(closeness[at]))), 4)) for at in chosen]


def _strengths(reading: Reading) -> list[float]:
    about = {
        passage.number: COSINE * passage.hit.why["cosine"]
        + PASSAGE_WORDS
        * coverage(reading.terms, content_terms(f"{passage.hit.heading}\n{passage.hit.content}"))
        for passage in reading.passages
    }
    found: list[float] = []
    for at, line in enumerate(reading.lines):
        strength = float(reading.strengths[at]) + about[line.passage.number]
        before = reading.lines[at - 1] if at else None
        if before is not None and before.announces and before.passage is line.passage:
            strength = max(strength, found[-1] - _NEXT)
        found.append(strength)
    return found

"""Which sentence of the passages carries a sentence of the answer, and how well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.knowledge.answering.markers import Claim
from workbench.knowledge.answering.reading import Line, Reading
from workbench.knowledge.words import coverage, numbers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["ATTACHED", "SUPPORTED", "Support", "Supports", "strange_numbers"]

SUPPORTED = 0.50
"""Least support of a sentence that the model marked itself."""
ATTACHED = 0.60
"""Least support of a sentence that it did not mark."""
_COSINE = 0.6
"""Weight of the cosine in the support; the words have the rest."""
_TERSE = 4
"""Content words below which a sentence is read together with the question, as "46 centimetres." must be."""


@dataclass(frozen=True, slots=True)
class Support:
    """The line that carries a claim best.

    Attributes
    ----------
    line : Line
        The line.
    score : float
        0 to 1: .6 of the cosine of both and .4 of the share of the claim's words in the line.
    """

    line: Line
    score: float


class Supports:
    """The support of each of some claims, by each line of a reading.

    Parameters
    ----------
    reading : Reading
        What was read.
    claims : sequence of Claim
        The sentences of the answer.
    """

    def __init__(self, reading: Reading, claims: Sequence[Claim]) -> None:
        self.reading = reading
        self.tokens = 0
        self._claims = claims
        self._scores = self._scored() if claims else None

    def best(self, place: int, passage: int | None = None) -> Support | None:
        """Return the line that carries the claim at this place best, of one passage or of all."""
        lines = self.reading.lines
        chosen = [at for at, line in enumerate(lines) if passage in {None, line.passage.number}]
        if not chosen or self._scores is None:
            return None
        row = self._scores[place]
        at = max(chosen, key=lambda at: (row[at], not lines[at].announces, -at))
        return Support(lines[at], round(float(row[at]), 4))

    def _scored(self) -> NDArray[np.float32]:
        import numpy as np

        reading = self.reading
        texts = [
            claim.text if len(claim.terms) >= _TERSE else f"{reading.question} {claim.text}"
            for claim in self._claims
        ]
        vectors, self.tokens = reading.embedder.embed_with_usage(texts)
        cosines = reading.scale.measured(vectors @ reading.vectors.T)
        words = np.array(
            [[coverage(claim.terms, line.terms) for line in reading.lines] for claim in self._claims],
            dtype=np.float32,
        )
        # With the question in it, anything at all would be close to a line that is close to the question.
        terse = np.array([[len(claim.terms) < _TERSE] for claim in self._claims])
        cosines = np.where(terse, cosines * words, cosines)
        return np.clip(_COSINE * cosines + (1 - _COSINE) * words, 0, 1)


def strange_numbers(claim: Claim, reading: Reading, passages: Iterable[int]) -> list[str]:
    """Return the numbers of a claim that neither the question nor these passages have.

    Numbers are what a small model makes up while the words around them stay right.
    """
    wanted = set(passages)
    there = numbers(reading.question)
    for passage in reading.passages:
        if passage.number in wanted:
            hit = passage.hit
            there |= numbers(f"{hit.content}\n{hit.heading}\n{hit.filename}\n{hit.page}")
    return sorted(numbers(claim.text) - there)

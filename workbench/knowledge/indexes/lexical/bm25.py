"""BM25 as Tantivy computes it, to the last bit that ranks, for engines that have no BM25 of their own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.knowledge.indexes.base import Floats

__all__ = ["Corpus"]

# Robertson and Zaragoza, The Probabilistic Relevance Framework (2009); the values are Tantivy's and Lucene's.
K1 = 1.2
B = 0.75


@dataclass(frozen=True, slots=True)
class Corpus:
    """What BM25 has to know of all the texts.

    Attributes
    ----------
    documents : int
        How many texts.
    tokens : int
        Words of all of them together.
    """

    documents: int
    tokens: int

    def weights(self, frequencies: Sequence[int]) -> Floats:
        """Return the inverse document frequency of words, given how many texts hold each."""
        import numpy as np

        held = np.asarray(frequencies, np.float64)
        return np.log(1 + (self.documents - held + 0.5) / (held + 0.5)).astype(np.float32)

    def scores(self, weights: Floats, counts: Any, lengths: Any) -> Floats:
        """Return BM25.

        Parameters
        ----------
        weights : float32 array of shape (words,)
            From `weights`.
        counts : array of shape (texts, words)
            How often each word stands in each text.
        lengths : array of shape (texts,)
            Words of each text.
        """
        import numpy as np

        counts = np.asarray(counts, np.float32)
        average = np.float32(self.tokens / max(1, self.documents))
        norms = np.float32(K1) * (np.float32(1 - B) + np.float32(B) * _kept_length(lengths) / average)
        return np.asarray((counts / (counts + norms[:, None]) * (weights * np.float32(1 + K1))).sum(axis=1))

    def bound(self, weights: Floats) -> float:
        """Return what no text can reach by these words alone."""
        return float(weights.sum()) * (1 + K1)


@cache
def _lengths() -> Any:
    """Return the 256 lengths that Tantivy's one byte a text can hold: steps double every eight."""
    import numpy as np

    table = list(range(41))
    step = 2
    while len(table) < 256:  # noqa: PLR2004
        table += [table[-1] + step * (i + 1) for i in range(8)]
        step *= 2
    return np.array(table[:256], np.float64)


def _kept_length(lengths: Any) -> Any:
    import numpy as np

    table = _lengths()
    return table[np.searchsorted(table, lengths, "right") - 1].astype(np.float32)

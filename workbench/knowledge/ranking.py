"""How passages are ranked: cosine and BM25 fused, near-duplicates folded, and what a score says.

The fusion is the weighted sum of both sides, each brought to 0..1 over the candidates of the query
(Fox and Shaw 1994, CombSUM over min-max scores); the weight of the dense side is flat from .6 to .75 on
the collections it was measured on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.knowledge.source import FLOAT16

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["CANDIDATES", "DENSE_WEIGHT", "fold", "fuse", "lift", "score_of"]

CANDIDATES = 100
"""Passages that each side brings."""
DENSE_WEIGHT = 0.65
NEAR_DUPLICATE = 0.97
"""Cosine from which two passages may say the same."""
NEAR_OVERLAP = 0.8
"""Share of their words that two passages that say the same have in common."""


def fuse(
    cosine: NDArray[np.float32], bm25: NDArray[np.float32], weight: float = DENSE_WEIGHT
) -> NDArray[np.float64]:
    """Return the evidence of each candidate, on the scale of a cosine.

    Parameters
    ----------
    cosine : (n,) float array
        Of the angles between query and candidates, -1 to 1.
    bm25 : (n,) float array
        0 and more; 0 where no word matches.
    weight : float
        Of the dense side, above 0 and at most 1.

    Returns
    -------
    (n,) float array
        In the order of ``weight * minmax(cosine) + (1 - weight) * minmax(bm25)``: the cosine, raised
        by what the words add, so that it can be compared between queries.
    """
    import numpy as np

    dense = np.asarray(cosine, dtype=np.float64)
    words = np.asarray(bm25, dtype=np.float64)
    if not len(dense):
        return dense
    span = float(dense.max() - dense.min())
    best = float(words.max())
    return dense + ((1 - weight) / weight * span / best * words if best > 0 else 0.0)


def lift(
    evidence: NDArray[np.float64], named: NDArray[np.bool_], floor: float, *, identifier: bool
) -> NDArray[np.float64]:
    """Return the evidence of a query of a few words, with those passages raised that have all of them.

    One or two words point nowhere in particular, so that even the passage that is about them lies far
    from them; and an identifier's nearest neighbours are other identifiers.

    Parameters
    ----------
    evidence : (n,) float array
        As `fuse` gives it.
    named : (n,) bool array
        Which passages have every word of the query.
    floor : float
        To which they are raised at least.
    identifier : bool
        Whether these passages come before all others, too.
    """
    import numpy as np

    if not named.any():
        return evidence
    raised = np.maximum(evidence, floor + 0.1 * evidence)
    if identifier and not named.all():
        raised += max(0.0, float(evidence[~named].max() - raised[named].min()) + 1e-6)
    return np.where(named, raised, evidence)


def score_of(evidence: float, floor: float) -> float:
    """Return the score, 0 to 1, of an evidence as `fuse` gives it.

    Parameters
    ----------
    evidence : float
        On the scale of a cosine.
    floor : float
        The evidence below which a passage is more likely beside the point than not, for the embedder.

    Returns
    -------
    float
        .7 at the floor, .5 at half of it, towards 1 above; the same whatever the index.
    """
    import math

    scale = floor / math.log(0.7 / 0.3) / 2
    return 1 / (1 + math.exp(-(evidence - floor / 2) / scale))


def fold(passages: Sequence[Any]) -> list[int]:
    """Return for each passage, best first, the place of the earlier one that it repeats, or its own.

    Two repeat each other when their stored vectors point the same way and they share most of their words.

    Parameters
    ----------
    passages : sequence of rows
        With ``vector``, float16 bytes, and ``content``.
    """
    import numpy as np

    if not passages:
        return []
    vectors = np.stack([np.frombuffer(passage.vector, dtype=FLOAT16) for passage in passages])
    wide = vectors.astype(np.float32)
    wide /= np.linalg.norm(wide, axis=1, keepdims=True)
    first = list(range(len(passages)))
    for place, earlier in np.argwhere(np.tril(wide @ wide.T >= NEAR_DUPLICATE, -1)).tolist():
        if first[place] == place and first[earlier] == earlier and _same(passages[place], passages[earlier]):
            first[place] = earlier
    return first


def _same(left: Any, right: Any) -> bool:
    words, others = (frozenset(passage.content.casefold().split()) for passage in (left, right))
    return len(words & others) >= NEAR_OVERLAP * max(1, len(words | others))

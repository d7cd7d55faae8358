"""How good a ranking is, by the measures of the retrieval literature.

A ranking is a sequence of identifiers, best first; judgements map identifiers to grades, and what
is not judged has grade 0. All measures lie between 0 and 1, 1 being best, and follow trec_eval,
which BEIR (Thakur et al. 2021) reports by: a grade above 0 is relevant, and the gain of nDCG is the
grade itself. Where nothing is relevant they are not defined and give ``nan``. An identifier that
stands in a ranking twice counts where it comes first; the repetition keeps its rank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from workbench.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Gain", "mrr_at", "ndcg_at", "recall_at", "recall_within"]

Gain = Literal["linear", "exponential"]
"""What a grade is worth to nDCG: itself, or ``2**grade - 1``."""


def recall_at(ranking: Sequence[str], judgements: Mapping[str, float], k: int) -> float:
    """Return the share of the relevant items that stand among the first ``k``.

    Parameters
    ----------
    ranking : sequence of str
        Best first.
    judgements : mapping
        Identifier to grade.
    k : int
        1 or more. Where more than ``k`` items are relevant, 1 cannot be reached.
    """
    return _share_found(_grades(ranking, judgements)[: _checked(k)], judgements)


def recall_within(
    ranking: Sequence[str], tokens: Sequence[int], judgements: Mapping[str, float], budget: int
) -> float:
    """Return the share of the relevant items among those that fit a context together.

    Parameters
    ----------
    ranking : sequence of str
        Best first.
    tokens : sequence of int
        Length of each item of the ranking.
    judgements : mapping
        Identifier to grade.
    budget : int
        Tokens. Items are taken whole, from the first on, until one does not fit.
    """
    import numpy as np

    fitting = int(np.searchsorted(np.cumsum(tokens, dtype=np.int64), _checked(budget), side="right"))
    return _share_found(_grades(ranking, judgements)[:fitting], judgements)


def mrr_at(ranking: Sequence[str], judgements: Mapping[str, float], k: int) -> float:
    """Return one divided by the rank of the first relevant item, 0 where none is among the first ``k``.

    Its mean over queries is the mean reciprocal rank (Voorhees 1999).

    Parameters
    ----------
    ranking : sequence of str
        Best first.
    judgements : mapping
        Identifier to grade.
    k : int
        1 or more.
    """
    import numpy as np

    if not _relevant(judgements):
        return float("nan")
    found = np.flatnonzero(_grades(ranking, judgements)[: _checked(k)] > 0)
    return 1.0 / (1 + int(found[0])) if len(found) else 0.0


def ndcg_at(
    ranking: Sequence[str], judgements: Mapping[str, float], k: int, *, gain: Gain = "linear"
) -> float:
    """Return the normalised discounted cumulative gain of the first ``k`` items.

    The gain at rank r is divided by ``log2(r + 1)``; the sum is divided by that of the best ranking
    that the judgements allow (Järvelin and Kekäläinen 2002).

    Parameters
    ----------
    ranking : sequence of str
        Best first.
    judgements : mapping
        Identifier to grade; a negative one counts as 0.
    k : int
        1 or more.
    gain : {"linear", "exponential"}
        ``linear`` is that of trec_eval, BEIR and scikit-learn; ``exponential``, ``2**grade - 1``, that of
        Burges et al. 2005. With grades of 0 and 1 they are equal.
    """
    import numpy as np

    best = np.sort(np.array(_relevant(judgements), dtype=np.float64))[::-1]
    if not len(best):
        return float("nan")
    grades = _grades(ranking, judgements)[: _checked(k)]
    return _discounted(grades, gain) / _discounted(best[:k], gain)


def _discounted(grades: NDArray[np.float64], gain: Gain) -> float:
    import numpy as np

    worth = grades if gain == "linear" else np.exp2(grades) - 1
    return float((worth / np.log2(np.arange(2, len(grades) + 2))).sum())


def _grades(ranking: Sequence[str], judgements: Mapping[str, float]) -> NDArray[np.float64]:
    """Return the grade of each item; what stood before and what is not relevant has 0."""
    import numpy as np

    first = dict(zip(reversed(ranking), range(len(ranking) - 1, -1, -1), strict=True))
    grades = np.zeros(len(ranking))
    for item, place in first.items():
        grades[place] = max(0.0, judgements.get(item, 0.0))
    return grades


def _share_found(grades: NDArray[np.float64], judgements: Mapping[str, float]) -> float:
    wanted = len(_relevant(judgements))
    return float((grades > 0).sum()) / wanted if wanted else float("nan")


def _relevant(judgements: Mapping[str, float]) -> list[float]:
    return [grade for grade in judgements.values() if grade > 0]


def _checked(k: int) -> int:
    if k < 1:
        raise BadInput(f"The cut-off is {k}; expected 1 or more.", details={"field": "k"})
    return k

"""What a list of passages is worth as the answer to one question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from workbench.knowledge.evaluation.metrics import mrr_at, ndcg_at, recall_at, recall_within
from workbench.knowledge.evaluation.questions import Question
from workbench.knowledge.results import Hit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["BUDGET", "CUT", "MEASURES", "judge", "reranked"]

CUT = 10
"""Results that nDCG, MRR and the wider recall look at."""
BUDGET = 1000
"""Tokens of a model's context that passages may fill."""
NARROW = 5
IN_CONTEXT = f"recall_{BUDGET}_tokens"
MEASURES = {
    f"ndcg@{CUT}": "nDCG@10",
    f"mrr@{CUT}": "MRR@10",
    f"recall@{NARROW}": "recall@5",
    f"recall@{CUT}": "recall@10",
    IN_CONTEXT: "recall in 1,000 tokens",
    "answered": "answered",
    "refused": "refused",
}
"""What is measured, and how it is called."""

Count = Callable[[str], int]


def judge(question: Question, hits: Sequence[Hit], threshold: float, count: Count) -> dict[str, Any]:
    """Return what is known of one question.

    Parameters
    ----------
    question : Question
        And its answer. Where the answer's words are known, a passage is relevant that holds them whole;
        where only documents are judged, the passages stand for their documents.
    hits : sequence of Hit
        Best first, none cut off by a threshold.
    threshold : float
        The score from which a search would have shown a passage.
    count : callable
        Gives the tokens of a text.

    Returns
    -------
    dict
        ``id``, ``question``, ``rank`` (of the first relevant passage or document, ``None`` without one),
        ``score`` (the best one), ``first`` (the citation of the first) and those of `MEASURES` that apply; of
        an absent subject, ``near``.
    """
    score = max((hit.score for hit in hits), default=0.0)
    row: dict[str, Any] = {
        "id": question.id,
        "question": question.text,
        "rank": None,
        "score": score,
        "first": hits[0].citation if hits else None,
    }
    if question.absent:
        return row | {"near": question.near, "refused": float(score < threshold)}
    if question.answer is None:
        ranking, judged = [hit.filename for hit in hits], dict(question.judgements)
        ranking = list(dict.fromkeys(ranking))
    else:
        ranking, judged = [_answered(question, hit) for hit in hits], {"answer": 1.0}
        row[IN_CONTEXT] = recall_within(ranking, _lengths(hits, count), judged, BUDGET)
    relevant = (place for place, item in enumerate(ranking, 1) if judged.get(item, 0) > 0)
    return row | {
        "rank": next(relevant, None),
        f"ndcg@{CUT}": ndcg_at(ranking, judged, CUT),
        f"mrr@{CUT}": mrr_at(ranking, judged, CUT),
        f"recall@{NARROW}": recall_at(ranking, judged, NARROW),
        f"recall@{CUT}": recall_at(ranking, judged, CUT),
        "answered": float(score >= threshold),
    }


def reranked(hits: Sequence[Hit], weight: float) -> list[Hit]:
    """Return passages in the order that another weight of the dense side gives them.

    Parameters
    ----------
    hits : sequence of Hit
        With ``cosine`` and ``bm25`` in ``why``.
    weight : float
        1 ranks by meaning only, 0 by words only; passages without a word of the query then fall out.
    """
    import numpy as np

    if weight == 0:
        hits = [hit for hit in hits if hit.why["bm25"] > 0]
    cosine = np.array([hit.why["cosine"] for hit in hits])
    words = np.array([hit.why["bm25"] for hit in hits])
    order = np.argsort(-(weight * _scaled(cosine) + (1 - weight) * _scaled(words)), kind="stable")
    return [hits[place] for place in order]


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring values to 0..1 over the candidates; BM25 of a passage without a match is 0 already."""
    import numpy as np

    span = float(np.ptp(values)) if len(values) else 0.0
    return (values - values.min()) / span if span else np.zeros(len(values))


def _lengths(hits: Sequence[Hit], count: Count) -> list[int]:
    """Count the tokens of each passage; past the budget nothing needs counting."""
    lengths: list[int] = []
    for hit in hits:
        lengths.append(count(hit.content) if sum(lengths) <= BUDGET else 1)
    return lengths


def _answered(question: Question, hit: Hit) -> str:
    holds = hit.filename in question.judgements and (question.answer or "") in hit.content
    return "answer" if holds else f"passage {hit.chunk_id}"

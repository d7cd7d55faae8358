"""What one question's passages are worth, and how evaluations are shown and compared."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workbench.errors import BadInput
from workbench.knowledge import Hit
from workbench.knowledge.evaluation import Evaluation, Question, compare
from workbench.knowledge.evaluation.judging import judge, reranked

ASKED = Question("q", "How much?", {"a.txt": 1.0}, "7 kg")


def hit(
    number: int, filename: str, content: str, *, score: float = 0.8, cosine: float = 0.5, bm25: float = 0.0
) -> Hit:
    why = {"cosine": cosine, "bm25": bm25, "evidence": cosine, "terms": []}
    return Hit(content, score, "f", filename, number, 0, len(content), None, "", filename, why, [])


def words(text: str) -> int:
    return len(text.split())


def test_the_passage_must_hold_the_answer_and_be_of_its_file() -> None:
    hits = [hit(1, "b.txt", "it is 7 kg"), hit(2, "a.txt", "it is 8 kg"), hit(3, "a.txt", "it is 7 kg")]
    row = judge(ASKED, hits, 0.7, words)
    assert (row["rank"], row["mrr@10"], row["recall@5"], row["ndcg@10"]) == (3, pytest.approx(1 / 3), 1, 0.5)
    assert (row["answered"], row["score"], row["first"]) == (1, 0.8, "b.txt")


def test_passages_that_overlap_on_the_answer_count_once() -> None:
    hits = [hit(1, "a.txt", "7 kg"), hit(2, "a.txt", "about 7 kg")]
    assert judge(ASKED, hits, 0.7, words)["ndcg@10"] == 1


def test_a_passage_beyond_the_context_is_not_in_it() -> None:
    long = "x " * 600
    hits = [hit(1, "b.txt", long), hit(2, "b.txt", long), hit(3, "a.txt", "7 kg")]
    assert judge(ASKED, hits, 0.7, words)["recall_1000_tokens"] == 0
    assert judge(ASKED, hits[1:], 0.7, words)["recall_1000_tokens"] == 1


def test_documents_are_ranked_by_their_best_passage() -> None:
    question = Question("q", "?", {"a": 2.0, "c": 1.0})
    hits = [hit(1, "b", ""), hit(2, "b", ""), hit(3, "a", ""), hit(4, "c", "")]
    row = judge(question, hits, 0.7, words)
    assert (row["rank"], row["recall@5"]) == (2, 1)
    assert "recall_1000_tokens" not in row


def test_absent_subjects_are_refused_below_the_threshold() -> None:
    question = Question("q", "?", near=False)
    assert judge(question, [hit(1, "a", "", score=0.69)], 0.7, words)["refused"] == 1
    assert judge(question, [hit(1, "a", "", score=0.7)], 0.7, words)["refused"] == 0
    assert judge(question, [], 0.7, words)["refused"] == 1


def test_other_weights_reorder_the_same_passages() -> None:
    hits = [
        hit(1, "a", "", cosine=0.9, bm25=0.0),
        hit(2, "a", "", cosine=0.5, bm25=9.0),
        hit(3, "a", "", cosine=0.8, bm25=6.0),
    ]
    order = {weight: [one.chunk_id for one in reranked(hits, weight)] for weight in (0.0, 0.5, 1.0)}
    assert order == {0.0: [2, 3], 0.5: [3, 1, 2], 1.0: [1, 3, 2]}
    assert reranked([], 0.5) == []


# results


def row(number: int, value: float) -> dict[str, Any]:
    return {
        "id": f"q{number}", "question": f"Why <{number}>?", "rank": 1 if value else None, "score": 0.8,
        "first": "a.txt", "ndcg@10": value, "answered": 1.0,
    }  # fmt: skip


def made(name: str, values: list[float]) -> Evaluation:
    rows = [row(number, value) for number, value in enumerate(values)]
    rows.append(
        {
            "id": "z",
            "question": "No?",
            "rank": None,
            "score": 0.1,
            "first": None,
            "near": True,
            "refused": 1.0,
        }
    )
    return Evaluation(name, "papers", "lake", tuple(rows), {"embedder": "minilm"}, 0, "01RUN")


def test_an_evaluation_sums_up() -> None:
    one = made("hybrid", [1, 1, 0, 1])
    assert one.measures == ("ndcg@10", "answered", "refused")
    assert one.interval("ndcg@10").mean == 0.75
    assert one.summary().loc["nDCG@10", "questions"] == 4
    assert list(one.missed().index) == ["q2"]
    assert one.to_frame().loc["z", "near"]
    assert json.loads(one.to_json())["measures"]["refused"] == 1
    assert "nDCG@10" in str(one) and "0.750" in str(one)
    with pytest.raises(BadInput, match="hybrid has no measure 'f1'"):
        one.values("f1")


def test_a_comparison_says_what_differs() -> None:
    compared = compare([made("old", [0.2] * 9), made("new", [0.9] * 9), made("same", [0.2] * 9)])
    frame = compared.to_frame("ndcg@10")
    assert frame.loc["new", "difference"] == pytest.approx(0.7)
    assert frame.loc["same", ["difference_low", "difference_high"]].tolist() == [0, 0]
    assert list(compared.to_frame().columns) == ["nDCG@10", "answered", "refused"]
    shown = compared._repr_mimebundle_()["text/html"]
    assert "<b>0.900</b>" in shown and "<b>0.200</b>" not in shown


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(BadInput, match="nothing to compare"):
        compare([])
    with pytest.raises(BadInput, match="the same name"):
        compare([made("a", [1]), made("a", [0])])
    with pytest.raises(BadInput, match="same questions"):
        compare([made("a", [1]), made("b", [0, 1])])


def test_displays_hold_no_markup_of_others_and_figures_are_drawn() -> None:
    one = made("<b>hybrid</b>", [1, 0, 1])
    shown = one._repr_mimebundle_()["text/html"]
    assert "&lt;b&gt;hybrid" in shown and "<script" not in shown
    for figure in (one.plot(), compare([one, made("other", [0, 0, 1])]).plot(["ndcg@10"])):
        labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
        assert labels[0] == "nDCG@10"

"""The measures: by hand, by law, and against trec_eval."""

from __future__ import annotations

import math

import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import BadInput
from workbench.knowledge.evaluation import mrr_at, ndcg_at, recall_at, recall_within

ITEMS = [f"d{number}" for number in range(12)]
GRADES = st.dictionaries(st.sampled_from(ITEMS), st.integers(0, 3), max_size=12)
RANKINGS = st.lists(st.sampled_from(ITEMS), unique=True, max_size=12)
CUTS = st.integers(1, 12)


# by hand


def test_recall_counts_the_relevant_ones_that_were_found() -> None:
    judged = {"a": 1, "b": 2, "c": 0, "d": 1}
    assert recall_at(["a", "c", "x", "b", "d"], judged, 1) == pytest.approx(1 / 3)
    assert recall_at(["a", "c", "x", "b", "d"], judged, 4) == pytest.approx(2 / 3)
    assert recall_at(["a", "c", "x", "b", "d"], judged, 100) == 1


def test_mrr_is_one_over_the_first_relevant_rank() -> None:
    judged = {"a": 1, "b": 3}
    assert mrr_at(["x", "y", "b", "a"], judged, 10) == pytest.approx(1 / 3)
    assert mrr_at(["x", "y", "b", "a"], judged, 2) == 0
    assert mrr_at([], judged, 2) == 0


def test_ndcg_as_in_the_textbook() -> None:
    # The example of Järvelin and Kekäläinen, discounted by log2(rank + 1).
    judged = {"a": 3, "b": 2, "c": 3, "e": 1, "f": 2}
    ranking = ["a", "b", "c", "d", "e", "f"]
    dcg = 3 + 2 / math.log2(3) + 3 / 2 + 0 + 1 / math.log2(6) + 2 / math.log2(7)
    ideal = 3 + 3 / math.log2(3) + 2 / 2 + 2 / math.log2(5) + 1 / math.log2(6)
    assert ndcg_at(ranking, judged, 6) == pytest.approx(dcg / ideal)
    steep = 7 + 3 / math.log2(3) + 7 / 2 + 1 / math.log2(6) + 3 / math.log2(7)
    best = 7 + 7 / math.log2(3) + 3 / 2 + 3 / math.log2(5) + 1 / math.log2(6)
    assert ndcg_at(ranking, judged, 6, gain="exponential") == pytest.approx(steep / best)


def test_what_fits_a_context_is_taken_whole_and_in_order() -> None:
    judged = {"a": 1, "b": 1}
    ranking, tokens = ["x", "a", "y", "b"], [300, 400, 400, 10]
    assert recall_within(ranking, tokens, judged, 699) == 0
    assert recall_within(ranking, tokens, judged, 700) == 0.5
    # "b" would fit after "x" and "a", but "y" comes before it and does not.
    assert recall_within(ranking, tokens, judged, 1000) == 0.5
    assert recall_within(ranking, tokens, judged, 1110) == 1
    assert recall_within([], [], judged, 1000) == 0


def test_a_repetition_keeps_its_rank_and_counts_once() -> None:
    judged = {"a": 1, "b": 1}
    assert recall_at(["a", "a"], judged, 2) == 0.5
    assert ndcg_at(["a", "a", "b"], judged, 3) == ndcg_at(["a", "x", "b"], judged, 3)


@pytest.mark.parametrize("judged", [{}, {"a": 0}])
def test_without_anything_relevant_nothing_is_defined(judged) -> None:
    found = [recall_at(["a"], judged, 5), mrr_at(["a"], judged, 5), ndcg_at(["a"], judged, 5)]
    assert all(math.isnan(value) for value in [*found, recall_within(["a"], [3], judged, 10)])


@pytest.mark.parametrize("measure", [recall_at, mrr_at, ndcg_at])
def test_a_cut_off_below_one_is_refused(measure) -> None:
    with pytest.raises(BadInput, match="expected 1 or more"):
        measure(["a"], {"a": 1}, 0)


# by law


@given(RANKINGS, GRADES, CUTS)
def test_measures_lie_between_0_and_1_and_grow_with_the_cut_off(ranking, judged, k) -> None:
    if not any(judged.values()):
        return
    for measure in (recall_at, mrr_at):
        assert 0 <= measure(ranking, judged, k) <= measure(ranking, judged, k + 1) <= 1
    for gain in ("linear", "exponential"):
        assert 0 <= ndcg_at(ranking, judged, k, gain=gain) <= 1 + 1e-12


@given(GRADES, CUTS)
def test_the_best_ranking_has_ndcg_1(judged, k) -> None:
    best = sorted(judged, key=lambda item: -judged[item])
    if any(judged.values()):
        assert ndcg_at(best, judged, k) == pytest.approx(1)
        assert mrr_at(best, judged, k) == 1


@given(RANKINGS, GRADES, CUTS, st.integers(0, 10))
def test_moving_a_better_item_up_never_hurts(ranking, judged, k, place) -> None:
    if len(ranking) < place + 2 or not any(judged.values()):
        return
    upper, lower = ranking[place], ranking[place + 1]
    if judged.get(lower, 0) <= judged.get(upper, 0):
        return
    moved = [*ranking[:place], lower, upper, *ranking[place + 2 :]]
    for measure in (recall_at, mrr_at, ndcg_at):
        assert measure(moved, judged, k) >= measure(ranking, judged, k) - 1e-12


@given(RANKINGS, GRADES, CUTS)
def test_a_budget_of_k_equal_items_is_a_cut_off_at_k(ranking, judged, k) -> None:
    within = recall_within(ranking, [250] * len(ranking), judged, 250 * k + 249)
    assert within == pytest.approx(recall_at(ranking, judged, k), nan_ok=True)


# against another


@given(RANKINGS.filter(bool), GRADES, st.sampled_from([1, 3, 5, 10]))
def test_equal_to_trec_eval(ranking, judged, k) -> None:
    if not any(judged.values()):
        return
    run = {"q": {item: float(len(ranking) - place) for place, item in enumerate(ranking)}}
    evaluator = pytrec_eval.RelevanceEvaluator({"q": judged}, {f"ndcg_cut.{k}", f"recall.{k}", "recip_rank"})
    found = evaluator.evaluate(run)["q"]
    assert ndcg_at(ranking, judged, k) == pytest.approx(found[f"ndcg_cut_{k}"], abs=1e-6)
    assert recall_at(ranking, judged, k) == pytest.approx(found[f"recall_{k}"], abs=1e-6)
    assert mrr_at(ranking, judged, len(ITEMS)) == pytest.approx(found["recip_rank"], abs=1e-6)

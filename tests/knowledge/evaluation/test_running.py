"""A real base, asked real questions; the embedder makes it slow."""

from __future__ import annotations

import pytest

from workbench.errors import BadInput, ReplayMiss
from workbench.knowledge.evaluation import (
    EvaluationSet,
    Question,
    base_for,
    compare,
    evaluate,
    evaluate_weights,
)
from workbench.studio import Studio

pytestmark = pytest.mark.slow

TEXTS = (
    ("snow", "Snow melts in spring and fills the soil. The melt lasts eleven days."),
    ("bread", "Bread rises because yeast makes carbon dioxide. The dough rests for ninety minutes."),
    ("cats", "Cats sleep most of the day. A cat purrs at about twenty-six hertz."),
)
ASKED = EvaluationSet(
    "small",
    (
        Question("melt", "How long does it take until the snow is gone?", {"snow": 1.0}, "eleven days"),
        Question("dough", "How long must dough rest?", {"bread": 1.0}, "ninety minutes"),
        Question("purr", "At which frequency does a cat purr?", {"cats": 1.0}, "twenty-six hertz"),
        Question("tax", "Which tax form do self-employed architects file?", near=False),
    ),
    texts=TEXTS,
)


@pytest.fixture
def base(studio: Studio) -> str:
    return base_for(studio.vectors, ASKED, "small")


def test_an_evaluation_is_a_run_that_replays(studio: Studio, base: str) -> None:
    told: list[int] = []
    found = evaluate(studio.vectors, base, ASKED, progress=lambda done, *_: told.append(done))
    assert found.interval("recall@5").mean == 1
    assert found.interval("mrr@10").mean == 1
    assert found.interval("refused").mean == 1
    assert (found.setting["passages"], told) == (3, [0, 1, 2, 3, 4])
    assert (found.run.kind, found.run.metrics["ndcg@10"]) == ("knowledge.evaluate", 1)
    assert len(studio.runs.frame(kind="knowledge.search")) == 0
    studio.runs.begin_execution()
    with studio.runs.replay("strict"):
        again = evaluate(studio.vectors, base, ASKED)
        assert (again.rows, again.run_id) == (found.rows, found.run_id)
        with pytest.raises(ReplayMiss):
            evaluate(studio.vectors, base, ASKED, dense_weight=0.1)


def test_settings_are_compared_on_one_base_and_on_another(studio: Studio, base: str) -> None:
    small = base_for(studio.vectors, ASKED, "tiny passages", chunk_tokens=16)
    compared = compare(
        [
            *evaluate_weights(studio.vectors, base, ASKED),
            evaluate(studio.vectors, small, ASKED, name="16 tokens"),
        ]
    )
    assert list(compared.to_frame().index) == ["hybrid", "meaning only", "words only", "16 tokens"]
    alone = evaluate(studio.vectors, base, ASKED, dense_weight=1.0)
    assert alone.rows == compared.evaluations[1].rows
    assert compared.evaluations[3].setting["chunk_tokens"] == 16


def test_wrong_settings_are_refused(studio: Studio, base: str) -> None:
    with pytest.raises(BadInput, match="dense_weight is 2"):
        evaluate(studio.vectors, base, ASKED, dense_weight=2)
    with pytest.raises(BadInput, match="has no questions"):
        evaluate(studio.vectors, base, EvaluationSet("none", ()))

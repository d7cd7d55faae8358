"""What is refused and what is answered, with the embedder that is the default."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.knowledge.words import WordsEmbedder
from workbench.knowledge.answering.gate import Evidence
from workbench.knowledge.answering.scale import ALIEN, PAIRS, Scale
from workbench.knowledge.words import content_terms, coverage, numbers

SAMPLES = Path(__file__).parents[3] / "data"


@pytest.mark.slow
def test_sample_questions_are_refused_and_answered(studio):
    rows = [json.loads(line) for line in (SAMPLES / "questions.jsonl").read_text().splitlines()]
    base = studio.files.create_knowledge_base(studio.user_id, "samples")
    folders = (SAMPLES / "documents", SAMPLES / "texts")
    studio.vectors.add_files(base, [path for folder in folders for path in sorted(folder.iterdir())])
    present = [row for row in rows if row["answer"] is not None][::6]
    absent = [row for row in rows if row["answer"] is None and not row["near"]]
    answered = [not studio.vectors.ask(base, row["question"]).refused for row in present]
    refused = [studio.vectors.ask(base, row["question"]).refused for row in absent]
    assert sum(refused) >= 0.95 * len(absent)
    assert sum(answered) >= 0.8 * len(present)


def test_more_of_anything_is_more_evidence():
    weak, strong = Evidence(0.2, 0.2, 0.0, 0.0), Evidence(0.7, 0.7, 1.0, 1.0)
    assert strong.strength > weak.strength
    assert (weak.enough, strong.enough) == (False, True)


def test_an_embedder_of_another_scale_is_brought_to_the_measured_one():
    class Narrow(WordsEmbedder):
        """All its cosines lie close together, as some models' do."""

        fingerprint = "words/narrow"

        def embed_with_usage(self, texts, **options):
            rows, _ = super().embed_with_usage(texts, **options)
            rows = np.hstack([rows * 0.5, np.full((len(texts), 1), 0.75**0.5, dtype=np.float32)])
            return rows, 7 * len(texts)

    narrow = Narrow(None)
    scale, tokens = Scale.of(narrow)
    assert tokens == 2 * 7 * len(PAIRS)
    assert Scale.of(narrow) == (scale, 0)
    assert scale.alien > 0.7
    assert scale.measured(np.array([scale.alien], dtype=np.float32))[0] == pytest.approx(ALIEN)


def test_words_of_questions_say_nothing():
    assert content_terms("How many of them were there?") == frozenset()
    assert content_terms("How many probes were installed?") == content_terms("The probe is installing")
    assert coverage(frozenset(), frozenset("a")) == 1
    assert coverage(frozenset("ab"), frozenset("bc")) == 0.5


def test_numbers_are_told_whatever_separates_them():
    assert numbers("3,012 m, 3 012 m? 41.6 and 7") == {"3012", "3", "012", "416", "7"}
    assert numbers("3'012") == numbers("3.012") == {"3012"}

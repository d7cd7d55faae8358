"""Knowledge bases in a shared PostgreSQL keep the promises that they keep in the embedded file."""

from __future__ import annotations

import pytest

from tests.knowledge.promises import PROMISES, QUESTION, filled
from tests.knowledge.words import register
from workbench.settings import load_settings
from workbench.studio import Studio


@pytest.fixture
def words(monkeypatch, request):
    register()
    monkeypatch.setenv("WORKBENCH_EMBEDDER", "words")
    return request.getfixturevalue("shared")


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_promise(words, promise):
    promise(words)


def test_vectors_lie_in_the_server_and_answers_are_those_of_the_embedded_database(words, tmp_path):
    base, _ = filled(words)
    assert words.vectors.stats(base)["index"] == "pgvector"
    alone = Studio(load_settings(workbench_home=tmp_path, database_url=None))
    assert alone.database.embedded
    own, _ = filled(alone)
    for query in (QUESTION, "snow in spring", "what rises", "lake and salt"):
        here, there = (
            [(hit["filename"], hit["start"], hit["score"]) for hit in found]
            for found in (
                words.vectors.search_knowledge_base(base, query, 10, 0),
                alone.vectors.search_knowledge_base(own, query, 10, 0),
            )
        )
        assert here == there
    alone.close()


def test_another_process_sees_what_was_added_and_removed(words):
    base, ids = filled(words)
    other = Studio(words.settings)
    assert other.vectors.search(base, QUESTION, 1, 0)[0].filename == "moon"
    words.vectors.remove_file(base, ids["moon"])
    words.vectors.add_text(base, "The moon is made of cheese.", "tale")
    assert other.vectors.search(base, QUESTION, 1, 0)[0].filename == "tale"
    other.close()

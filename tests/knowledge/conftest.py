"""A Studio whose knowledge bases need no model, and some texts to find."""

from __future__ import annotations

import pytest

from tests.knowledge.words import register

TEXTS = {
    "moon": "The moon is made of basalt and anorthosite. It has no air.",
    "bread": "Bread is made of flour, water and salt. It rises with yeast.",
    "river": "The river carries snow melt down to the lake in spring.",
}


@pytest.fixture
def _words():
    register()


@pytest.fixture
def words(_words, monkeypatch, request):
    """A Studio whose default embedder counts words."""
    monkeypatch.setenv("WORKBENCH_EMBEDDER", "words")
    return request.getfixturevalue("studio")


@pytest.fixture
def base(words):
    """A knowledge base that holds `TEXTS`."""
    made = words.files.create_knowledge_base(words.user_id, "notes")
    words.vectors.add_texts(made, list(TEXTS.items()))
    return made

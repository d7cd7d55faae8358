"""A Studio whose embedder counts words and whose language model is the stand-in."""

from __future__ import annotations

import pytest

TEXTS = {
    "moon": (
        "The crust of the moon is made of basalt and anorthosite. The moon has no air. It is 3474 km wide."
    ),
    "bread": "Bread dough is made of flour, water and salt. The dough rises with yeast for 90 minutes.",
    "river": "The river carries snow melt down to the lake in spring. Trout live in the upper river.",
}


@pytest.fixture
def asked(server, monkeypatch, request):
    """The Studio; ``server`` scripts what its model says."""
    for name, value in server.environment("openai").items():
        monkeypatch.setenv(name, value)
    return request.getfixturevalue("words")


@pytest.fixture
def texts(asked):
    """A knowledge base that holds `TEXTS`."""
    made = asked.files.create_knowledge_base(asked.user_id, "notes")
    asked.vectors.add_texts(made, list(TEXTS.items()))
    return made

"""What every embedder does alike: the ones on this machine for real, the others against the stand-in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from workbench.embedders import Embedder
from workbench.errors import BadInput

TEXTS = [
    "The ship sailed out of the harbour.",
    "A boat left the port.",
    "The central bank raised interest rates.",
]
LONG = "A much longer text that says a good deal more than the others do. " * 5


def test_it_says_what_it_is(embedder: Embedder):
    assert isinstance(embedder, Embedder)
    assert embedder.available() is None
    assert embedder.remote == (embedder.name in {"cohere", "google", "openai"})
    assert embedder.fingerprint.startswith(f"{embedder.name}:")
    assert embedder.window > 100
    assert isinstance(embedder.exact, bool)


def test_one_row_of_unit_length_a_text(embedder: Embedder):
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (3, embedder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_rows_keep_the_order_of_the_texts(embedder: Embedder):
    texts = [*TEXTS, "Short.", LONG]
    together = embedder.embed(texts)
    alone = np.concatenate([embedder.embed([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    if embedder.exact:
        assert (together == alone).all()


@pytest.mark.parametrize("role", ["passage", "query"])
def test_both_roles_are_known(embedder: Embedder, role: Any):
    vectors, tokens = embedder.embed_with_usage(TEXTS, role=role)
    np.testing.assert_allclose(vectors, embedder.embed(TEXTS, role=role), atol=1e-6)
    assert (tokens > 0) == embedder.remote


def test_progress_ends_with_all(embedder: Embedder):
    told: list[tuple[int, int]] = []
    embedder.embed([*TEXTS, LONG], progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (4, 4)
    assert told == sorted(told)


def test_what_progress_raises_stops_the_work(embedder: Embedder):
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embedder.embed([LONG] * 20, progress=stop)
    assert embedder.embed(TEXTS).shape[0] == 3


def test_spans_cover_the_whole_text(embedder: Embedder):
    text = "Words, words.\n\n" * 500 + "the énd 语言"
    spans = embedder.spans(text)
    assert len(spans) > embedder.window or embedder.remote
    assert spans == sorted(spans)
    covered = {at for start, end in spans for at in range(start, end)}
    assert {at for at, character in enumerate(text) if not character.isspace()} <= covered
    assert embedder.spans("") == []
    assert embedder.spans(" \n") == []


def test_no_texts_give_no_rows(embedder: Embedder):
    assert embedder.embed([]).shape == (0, embedder.dimension)


@pytest.mark.parametrize("texts", ["one string", ["fine", ""], ["fine", "  \n"], ["fine", None], [7]])
def test_texts_that_hold_nothing(embedder: Embedder, texts: Any):
    with pytest.raises(BadInput, match=r"[Tt]ext"):
        embedder.embed(texts)


@pytest.mark.parametrize("name", ["minilm", "fast", "sentence"])
def test_it_knows_what_texts_are_about(request: pytest.FixtureRequest, name: str):
    vectors = request.getfixturevalue(name).embed(TEXTS)
    likeness = vectors @ vectors.T
    assert likeness[0, 1] > 0.5 > likeness[0, 2]

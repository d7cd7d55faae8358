from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.errors import BadInput
from workbench.knowledge.chunking import Chunk, chunk_document
from workbench.knowledge.document import Block, Document, Page

Spans = Callable[[str], list[tuple[int, int]]]


def words(text: str) -> list[tuple[int, int]]:
    """Tokens as a word-piece tokenizer cuts them: pieces of up to four letters, every mark alone."""
    return [found.span() for found in re.finditer(r"\w{1,4}|[^\w\s]", text)]


def characters(text: str) -> list[tuple[int, int]]:
    """Tokens of a tokenizer that counts white space, and puts two marks in front of every text."""
    return [(0, 0), (0, 0), *((place, place + 1) for place in range(len(text)))]


def crooked(text: str) -> list[tuple[int, int]]:
    """Tokens that depend on where the text starts, and several of which share one character."""
    found = [(place, place + 3) for place in range(0, len(text), 3)]
    return [span for span in found for _ in range(1 + (ord(text[span[0]]) > 0xFFFF))]


TOKENIZERS: list[Spans] = [words, characters, crooked]
SMALLEST = 8
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
prose = st.lists(
    st.sampled_from(
        ["The cell divides. ", "See Fig. 3 ", "word ", "\n", "\n\n", "# Title\n\n", "2.1 Data\n", "- item\n",
         "| a | b |\n", "今天天气很好。", "x" * 50, "```\n",
         "    return 1\n", "\t", "\r\n", " ", "🙂", "é", "\x0c", "\x00", "END. "]
    )
).map("".join)  # fmt: skip
texts = st.one_of(st.text(), prose, st.text(alphabet=st.characters()))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Any text with any pages and blocks, well made or not."""
    text = draw(texts)
    offsets = st.integers(0, len(text) + 3)
    marks = sorted(draw(st.lists(offsets, max_size=6)))
    pages = [Page(number, left, right) for number, (left, right) in enumerate(pairwise(marks), 1)]
    kinds = st.sampled_from(["heading", "paragraph", "list", "row", "code", "cell"])
    spans = draw(st.lists(st.tuples(offsets, offsets, kinds, st.integers(0, 7)), max_size=8))
    blocks = [Block(left, right, kind, level) for left, right, kind, level in spans]
    return Document(text, pages, blocks if draw(st.booleans()) else ())


def check(document: Document, chunks: list[Chunk], spans: Spans, size: int) -> None:
    text = document.text
    covered = 0
    for chunk in chunks:
        assert chunk.start >= covered
        assert not text[covered : chunk.start].strip()
        content = text[chunk.start : chunk.end]
        assert content == content.strip() != ""
        assert chunk.tokens == len(spans(content))
        assert chunk.tokens <= size
        page = document.page_at(chunk.start)
        last = document.page_at(chunk.end - 1)
        assert (page and page.number) == (last and last.number) == chunk.page
        covered = chunk.end
    assert not text[covered:].strip()


@patient
@given(documents(), st.sampled_from(TOKENIZERS), st.integers(SMALLEST, 300))
def test_chunks_lose_nothing_repeat_nothing_and_fit(document: Document, spans: Spans, size: int) -> None:
    chunks = chunk_document(document, spans, size)
    check(document, chunks, spans, size)
    assert chunks == chunk_document(document, spans, size)


@patient
@given(texts)
def test_a_size_that_a_character_exceeds_still_gives_every_character(text: str) -> None:
    chunks = chunk_document(Document(text), characters, 1)
    assert "".join(text[c.start : c.end] for c in chunks) == re.sub(r"\s", "", text) or not text.strip()


PAPER = """A study of cells

Abstract
We count cells. There are many of them in the dish, and they divide every day without a pause.

1 Introduction

Cells are small. They were first seen by R. Hooke in 1665 through a lens of his own making, and named.

2 Methods

2.1 Counting

We counted by hand, each dish twice, and noted the larger of the two numbers in a book.

2.2 Statistics

- means of ten dishes
- medians of ten dishes
"""


def contents(text: str, size: int = 240, blocks: tuple[Block, ...] = ()) -> list[tuple[str, str]]:
    chunks = chunk_document(Document(text, blocks=blocks), words, size)
    return [(chunk.heading, text[chunk.start : chunk.end]) for chunk in chunks]


def test_headings_are_read_off_plain_text() -> None:
    found = contents(PAPER)
    assert [heading for heading, _ in found] == [
        "A study of cells > Abstract",
        "A study of cells > 1 Introduction",
        "A study of cells > 2 Methods > 2.1 Counting",
        "A study of cells > 2 Methods > 2.2 Statistics",
    ]
    assert found[0][1].startswith("A study of cells\n\nAbstract\nWe count")
    assert found[3][1].endswith("- medians of ten dishes")


def test_markdown_is_read_with_its_fences() -> None:
    text = "# Top\n\ntext here\n\n```python\n# no heading\n\nx = 1\n```\n\nSub\n---\n\nmore\n\n# Next\nend"
    assert contents(text) == [
        ("Top", "# Top\n\ntext here\n\n```python\n# no heading\n\nx = 1\n```"),
        ("Top > Sub", "Sub\n---\n\nmore"),
        ("Next", "# Next\nend"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "1. Buy milk\n\n2. Buy eggs\n\n3. Buy bread",
        "Roses are red,\nviolets are blue.\n\nSugar is sweet.",
        "He left.\n\nThen she came back to the house and said that it had been a long day for her.",
        "name = value;\n\nThis is a text of several words that goes on for a good while and ends here.",
    ],
)
def test_what_is_no_heading_is_not_taken_for_one(text: str) -> None:
    assert contents(text) == [("", text)]


def test_a_heading_is_kept_with_what_follows() -> None:
    sentence = "It was a long day and we walked. "
    blocks, text = [], ""
    for number in range(40):
        for kind, part in (("heading", f"Part {number}"), ("paragraph", sentence * (number + 1))):
            blocks.append(Block(len(text), len(text) + len(part), kind, 1 if kind == "heading" else 0))
            text += part + "\n"
    found = contents(text, 60, tuple(blocks))
    assert not [content for _, content in found if re.fullmatch(r"Part \d+", content.splitlines()[-1])]
    assert {heading for heading, _ in found} == {f"Part {number}" for number in range(40)}


def test_a_section_is_cut_evenly_at_sentences() -> None:
    text = "".join(f"Sentence {number:02d} has just these words. " for number in range(26))
    chunks = chunk_document(Document(text), words, 100)
    assert max(c.tokens for c in chunks) - min(c.tokens for c in chunks) <= 20
    assert all(text[chunk.end - 1] == "." for chunk in chunks)


def test_rows_of_a_table_stay_whole() -> None:
    rows = [f"name: n{number}; weight: {number * 7} g; colour: deep blue" for number in range(50)]
    text = "\n".join(rows)
    blocks, at = [], 0
    for row in rows:
        blocks.append(Block(at, at + len(row), "row"))
        at += len(row) + 1
    found = contents(text, 64, tuple(blocks))
    assert [row for _, content in found for row in content.split("\n")] == rows


def test_code_parts_between_functions() -> None:
    code = "\n\n\n".join(f"def f{n}(x):\n    y = x + {n}\n\n    return y * y" for n in range(12))
    found = contents(code, 50, (Block(0, len(code), "code"),))
    assert len(found) > 3
    assert all(content.startswith("def ") for _, content in found)


def test_wrapped_lines_are_no_borders() -> None:
    sentence = "The quick brown fox jumps over the lazy dog and runs away from it until the day is over. "
    text = textwrap.fill(sentence * 40, 70)
    found = contents(text, 150)
    assert len(found) > 3
    assert all(content.endswith("over.") for _, content in found)


def test_text_without_spaces_is_cut_at_tokens() -> None:
    text = "ACGT" * 2_000
    chunks = chunk_document(Document(text), words, 100)
    check(Document(text), chunks, words, 100)
    assert all(chunk.start % 4 == 0 for chunk in chunks)


def test_a_token_as_long_as_a_book_is_cut_all_the_same() -> None:
    text = "A" * 100_000
    chunks = chunk_document(Document(text), lambda text: [(0, len(text))], 100)
    assert {chunk.tokens for chunk in chunks} == {1}
    assert max(chunk.end - chunk.start for chunk in chunks) <= 1_600


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_nothing_gives_no_chunk(text: str) -> None:
    assert chunk_document(Document(text), words) == []


def test_a_size_below_one_is_refused() -> None:
    with pytest.raises(BadInput, match="at least 1"):
        chunk_document(Document("a"), words, 0)

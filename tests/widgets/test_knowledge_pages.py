from __future__ import annotations

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from workbench.knowledge.document import Document, Page
from workbench.widgets.knowledge_answers import cited_blocks
from workbench.widgets.knowledge_pages import (
    LEAF,
    SNIPPET,
    Place,
    leaf_at,
    leaves,
    page_html,
    page_view,
    snippet_html,
)

PAGES = "First page.\fSecond page, which is longer.\fThird."
DOCUMENT = Document(PAGES, (Page(1, 0, 11), Page(2, 12, 41, "Results"), Page(3, 42, 48)))


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


def test_pages_are_turned_as_the_format_counts_them() -> None:
    found = leaves(DOCUMENT)
    assert [leaf.number for leaf in found] == [1, 2, 3]
    assert [leaf_at(found, offset) for offset in (0, 11, 12, 20, 47)] == [0, 0, 1, 1, 2]
    view = page_view(DOCUMENT, found, 1, Place("f", 12, 18), "talk.pptx", "pptx")
    assert view["title"] == "Slide 2 of 3 · Results"
    assert view["citation"] == "talk.pptx, p. 2"
    assert view["html"].startswith('<mark class="wb-passage" tabindex="-1">Second</mark> page')


def test_the_citation_stays_the_passage_s_when_the_page_is_turned() -> None:
    view = page_view(DOCUMENT, leaves(DOCUMENT), 2, Place("f", 12, 18), "paper.pdf", "pdf")
    assert (view["citation"], view["here"], view["quote"]) == ("paper.pdf, p. 2", False, "Second")


@given(st.text(alphabet="ab \n<&", max_size=60), st.integers(0, 40), st.integers(0, 40))
def test_a_text_of_any_length_is_cut_without_loss(unit: str, times: int, at: int) -> None:
    text = (unit + "x") * (times * 40)
    found = leaves(Document(text))
    assert "".join(text[leaf.start : leaf.end] for leaf in found) == text
    assert all(leaf.end - leaf.start <= LEAF for leaf in found)
    if text:
        offset = min(at * 1_000, len(text) - 1)
        leaf = found[leaf_at(found, offset)]
        assert leaf.start <= offset < leaf.end


@given(st.text(alphabet="ab <&>\"'\n", min_size=1, max_size=80), st.data())
def test_the_page_s_text_is_whole_and_the_passage_exact(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    (leaf,) = leaves(Document(text))
    html = page_html(text, leaf, Place("f", start, end, ("ab", "<")))
    assert plain(html) == text
    if start < end:
        inside = re.search(r'<mark class="wb-passage" tabindex="-1">(.*)</mark>', html, re.DOTALL)
        assert plain(inside[1]).startswith(text[start:end])
    else:
        assert "<mark" not in html


def test_a_long_page_comes_in_parts_that_cut_between_paragraphs() -> None:
    text = "A paragraph of some words.\n\n" * 900
    document = Document(text, (Page(1, 0, len(text)),))
    found = leaves(document)
    assert len(found) == 3
    assert all(text[leaf.start : leaf.end].startswith("A paragraph") for leaf in found)
    view = page_view(document, found, 1, Place("f", 0, 0), "book.pdf", "pdf")
    assert view["title"] == "Page 1 of 1 · part 2 of 3"


def test_full_lines_of_a_pdf_flow_and_short_ones_stay() -> None:
    text = "Heading\nThis line of the page is as full as it can be and goes\non here.\nAnother line."
    document = Document(text, (Page(1, 0, len(text)),))
    place = Place("f", 8, 20)
    flowing = plain(page_view(document, leaves(document), 0, place, "a.pdf", "pdf")["html"])
    assert flowing == text.replace("goes\non", "goes on")
    assert plain(page_view(document, leaves(document), 0, place, "a.py", "py")["html"]) == text


def test_a_snippet_shows_where_the_words_are() -> None:
    content = (
        "Nothing to see here. " * 60 + "The catchment drains 41.6 square kilometres. " + "And so on. " * 60
    )
    html = snippet_html(content, ["catchment", "square"])
    assert len(plain(html)) <= SNIPPET + 4
    assert plain(html).startswith("… ")
    assert plain(html).endswith(" …")
    assert re.search(r"<mark[^>]*>catchment</mark>", html)
    assert plain(snippet_html("Short <b>.", ["no"])) == "Short <b>."


def test_markers_become_buttons_outside_code_alone() -> None:
    blocks = cited_blocks("It melts [1][2]. See `a[1]` and [9].\n\n    x[1]\n", {1, 2})
    assert blocks[0].count("<button") == 2
    assert "<code>a[1]</code>" in blocks[0]
    assert "[9]" in blocks[0]
    assert "<button" not in blocks[1]

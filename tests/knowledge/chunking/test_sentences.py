# ruff: noqa: Q003, RUF001
from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.knowledge.chunking import sentences

patient = settings(deadline=None)
MARKS = st.sampled_from(
    [". ", "? ", "。", "\n", "\n\n", "Dr. ", "e.g. ", "A", "b ", "3.1", "[2] ", ")", "\r\n", "\t", "- "]
)


@patient
@given(st.one_of(st.text(), st.lists(MARKS).map("".join)))
def test_every_character_stands_in_one_sentence(text: str) -> None:
    covered = 0
    for start, end in sentences(text):
        assert covered <= start < end
        assert not text[covered:start].strip()
        assert text[start:end] == text[start:end].strip()
        covered = end
    assert not text[covered:].strip()


# A bar stands where a sentence ends.
@pytest.mark.parametrize(
    "marked",
    [
        "We follow Smith et al. (2019) here.|See Fig. 3 for more.|The value was 3.14 mm.",
        "Dr. J. R. Tolkien wrote it, e.g. in Vol. 2, pp. 3-4, No. 5.|It ended at 5 p.m.|Then we left.",
        "It works [12].|Next one [3, 4].|He said \"Stop.\"|She left.|(See Sec. 4.)|What?|Yes!|Really?!|No.",
        "The U.S. Army is big.|I live in the U.S.|It is big.|The E. coli strain grew.|As in Eq. (3).",
        "The results of Jones et al. are clear.|So are those of Lee et al.|We repeat them.",
        "Results were clear.[2]|Then more came.2,3|And so on.",
        "\"Is it so?\" he asked.|“Yes!” she said.|Wait…|What?",
        "Version 1.2.3 is out.|Visit www.example.com.|Then go on.",
        "p < .05 in 2019.|iPhone sales grew.|mRNA was found.",
        "Das ist z. B. gut.|Am 3. Mai kam Prof. Dr. Müller.|Vgl. Abb. 3 und Tab. 2.|Voilà.",
        "El Sr. García vive aquí.|¿Qué pasa?|¡Nada!",
        "Привет.|Как дела?|См. рис. 3.|Это т. е. так.",
        "今天天气很好。|我们去公园吧！|你来吗？|「他说。」|然后走了。",
        "هل هذا صحيح؟|نعم.|هذا جيد۔|ثم ذهب.",
        "यह अच्छा है।|वह गया।",
        "This is a line\nthat wraps over.|And the next\r\nsentence follows.",
    ],
)  # fmt: skip
def test_sentences_of_many_kinds(marked: str) -> None:
    expected = marked.split("|")
    text = (
        marked.replace("。|", "。")
        .replace("！|", "！")
        .replace("？|", "？")
        .replace("」|", "」")
        .replace("|", " ")
    )
    assert [text[start:end] for start, end in sentences(text)] == expected


def test_blank_lines_bullets_and_indents_end_a_sentence() -> None:
    text = "Steps:\n1. Do this\n2. Do that\n- one\n- two\n\nTitle\n\nA text\n    x = 1"
    found = [text[start:end] for start, end in sentences(text)]
    assert found == ["Steps:", "1. Do this", "2. Do that", "- one", "- two", "Title", "A text", "x = 1"]

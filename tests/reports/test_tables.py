from __future__ import annotations

import re

import pandas as pd
import pytest

from workbench.reports.page import clean
from workbench.reports.tables import aligned

LEFT = ' style="text-align:left"'


def test_words_start_at_the_left_and_numbers_stay_at_the_right() -> None:
    frame = pd.DataFrame(
        {"what": ["a text", ""], "count": [1, -2], "share": [0.5, None], "cost": ["$0.10", "3 %"]},
        index=pd.Index(["first", "second"], name="name"),
    )
    html = aligned(frame.to_html())
    for text in ("what", "a text", "first", "second", "name"):
        assert f"{LEFT}>{text}</t" in html
    for text in ("count", "-2", "0.5", "NaN", "share", "cost", "$0.10", "3 %"):
        assert re.search(f"<t[hd]>{re.escape(text)}</t", html)
    assert html.replace(LEFT, "") == frame.to_html()


def test_a_page_keeps_the_alignment() -> None:
    assert f"<td{LEFT}>a text</td>" in clean(pd.DataFrame({"what": ["a text"]}).to_html())


@pytest.mark.parametrize(
    "html",
    [
        pd.DataFrame({("a", "b"): ["x"], ("a", "c"): ["y"]}).to_html(),
        pd.DataFrame().to_html(),
        "<table><tr><td>not of pandas</td></tr></table>",
        '<table class="dataframe"><tr><td>one</td></tr><tr><td>one</td><td>two</td></tr></table>',
        "",
    ],
)
def test_what_is_no_plain_table_of_pandas_stays_as_it_is(html: str) -> None:
    assert aligned(html) == html

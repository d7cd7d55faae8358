from __future__ import annotations

import math
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.quantum.drawing.circuits import HOSTILE
from workbench.errors import BadInput
from workbench.quantum.drawing.histogram import histogram_svg
from workbench.quantum.drawing.outcomes import header, select, short_key

SVG = "{http://www.w3.org/2000/svg}"
COUNTS = st.dictionaries(st.text("01", min_size=6, max_size=6), st.integers(0, 5000), max_size=40)


def bars(svg):
    return {one[0].text: float(one.get("height")) for one in ET.fromstring(svg).iter(f"{SVG}rect")}


@settings(deadline=None)
@given(COUNTS, st.integers(2, 20))
def test_nothing_is_lost_when_bars_are_cut(counts, most):
    chosen = select(counts, most=most)
    assert len(chosen.keys) + bool(chosen.rest) <= most
    assert len(chosen.keys) + chosen.rest == len(counts)
    assert sum(chosen.values) + chosen.rest_value == sum(counts.values())
    if chosen.rest:
        assert min(chosen.values) >= max(counts[key] for key in counts.keys() - set(chosen.keys))
    else:
        assert list(chosen.keys) == sorted(counts)


@settings(deadline=None)
@given(COUNTS)
def test_bars_are_as_high_as_their_counts(counts):
    drawn = bars(histogram_svg(counts, bits=["c"] * 6, most=64))
    assert len(drawn) == len(counts)
    top = max(counts.values(), default=0)
    for key, count in counts.items():
        if top:
            height, highest = drawn[f"{key}: {count:,}"], max(drawn.values())
            assert math.isclose(height, highest * count / top, abs_tol=0.1)


def test_sampled_bars_beside_exact_probabilities():
    chosen = select({"0": 30, "1": 70}, expected={"1": 0.75, "0": 0.25})
    assert chosen.values == (0.3, 0.7)
    assert chosen.errors == pytest.approx((math.sqrt(0.3 * 0.7 / 100),) * 2)
    assert chosen.expected == (0.25, 0.75)
    marks = [
        one.text
        for one in ET.fromstring(
            histogram_svg({"0": 30, "1": 70}, bits=["c[0]"], expected={"1": 0.75, "0": 0.25})
        ).iter(f"{SVG}title")
    ]
    assert marks == ["0: 0.3", "1: 0.7", "exact: 0.25", "exact: 0.75"]


def test_outcomes_that_were_never_sampled_are_shown_beside_what_was_expected():
    assert select({"0": 10}, expected={"0": 0.9, "1": 0.1}).values == (1.0, 0.0)


@settings(deadline=None)
@given(st.dictionaries(HOSTILE, st.floats(0, 1), max_size=5), HOSTILE)
def test_hostile_keys_stay_text(values, title):
    drawn = ET.fromstring(histogram_svg(values, bits=[title], title=title))
    known = {"svg", "g", "style", "title", "text", "path", "rect"}
    assert {one.tag.removeprefix(SVG) for one in drawn.iter()} <= known


@pytest.mark.parametrize("values", [{"0": -0.1}, {"0": math.nan}, {"0": math.inf}])
def test_impossible_weights_are_refused(values):
    with pytest.raises(BadInput, match="Outcome '0' has the weight"):
        histogram_svg(values, bits=["c[0]"])


def test_a_single_bar_cannot_hold_a_rest():
    with pytest.raises(BadInput, match="2 bars or more, not 1"):
        select({"0": 1}, most=1)


def test_long_headers_and_keys_keep_their_ends():
    assert header(["c[0]", "c[1]"]) == "c[0] c[1]"
    assert header([f"c[{at}]" for at in range(30)]) == "c[0] c[1] … c[29]"
    assert short_key("01") == "01"
    assert short_key("0" * 15 + "1" * 15) == "0" * 9 + "…" + "1" * 9

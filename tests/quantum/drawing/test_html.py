from __future__ import annotations

from dataclasses import dataclass, field, replace
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from workbench.quantum.drawing.html import agreement_html, jobs_html, result_html, result_text

HOSTILE = "<b>&\"'</b>"


@dataclass(frozen=True)
class Expectation:
    observable: str
    value: float
    error: float = 0.0


@dataclass(frozen=True)
class Agreement:
    engines: tuple = ("qsim", "aer")
    distances: tuple = ((0.0, 2e-14), (2e-14, 0.0))
    bound: tuple = ((0.0, 1e-9), (1e-9, 0.0))
    seconds: tuple = (0.0012, 1.5)
    refused: dict = field(default_factory=lambda: {"stim": "line 3: t is no Clifford gate"})
    agree: bool = True


@dataclass(frozen=True)
class Result:
    run_id: str = "01RUN"
    bits: tuple = ("c[0]", "c[1]")
    counts: dict | None = field(default_factory=lambda: {"00": 520, "11": 504})
    probabilities: dict | None = None
    expval: tuple = ()
    sweep: pd.DataFrame | None = None
    agreement: Agreement | None = None
    mitigation: object = None
    meta: dict = field(
        default_factory=lambda: {"on": "qsim", "why": "static and pure", "shots": 1024, "seed": 7}
    )
    diagram: str = '<svg xmlns="http://www.w3.org/2000/svg"><title>the circuit</title></svg>'


def cells(html):
    """The rows of every table in a page that must be well formed."""
    return [["".join(cell.itertext()) for cell in row] for row in ET.fromstring(html).iter("tr")]


def said(html):
    return "".join(ET.fromstring(html).itertext())


def test_outcomes_stand_under_the_names_of_their_bits():
    assert cells(result_html(Result())) == [
        ["c[0]", "c[1]", "counts", "frequency"],
        ["0", "0", "520", "0.5078"],
        ["1", "1", "504", "0.4922"],
    ]


def test_the_foot_says_where_why_and_how_often():
    meta = {
        "on": "aer",
        "why": "dynamic",
        "shots": 2000,
        "seed": 0,
        "precision": "double",
        "seconds": 2.0,
        "cost": 0.3,
    }
    assert said(result_html(Result(meta=meta))).endswith(
        "aer · dynamic · 2,000 shots · seed 0 · precision double · 2.0 s · $0.30 · run 01RUN"
    )


def test_exact_probabilities_are_marked_where_counts_were_drawn_from_them():
    assert "exact: 0.5" in said(result_html(Result(probabilities={"00": 0.5, "11": 0.5})))
    same = {"00": 520 / 1024, "11": 504 / 1024}
    assert "exact:" not in said(result_html(Result(probabilities=same)))


def test_probabilities_stand_for_themselves():
    assert cells(result_html(Result(counts=None, probabilities={"00": 0.25, "01": 0.75}))) == [
        ["c[0]", "c[1]", "probability"],
        ["0", "1", "0.7500"],
        ["0", "0", "0.2500"],
    ]


def test_many_bits_share_a_column_and_the_rest_is_counted():
    counts = {format(at, "010b"): 100 - at for at in range(20)}
    html = result_html(Result(bits=tuple(f"c[{at}]" for at in range(10)), counts=counts))
    assert cells(html)[0][0] == "c[0] c[1] … c[9]"
    assert len(cells(html)) == 9
    assert "the 8 most likely of 20" in said(html)


def test_values_sweep_and_agreement_are_shown():
    frame = pd.DataFrame({"θ": [0.1 * at for at in range(9)], "ZZ": [0.5] * 9})
    values = (Expectation("ZZ", 1.0), Expectation("XI", -0.25, 0.0312))
    html = result_html(Result(counts=None, expval=values, sweep=frame, agreement=Agreement()))
    rows = cells(html)
    assert ["ZZ", "+1.000000", "exact"] in rows and ["XI", "-0.250000", "0.031"] in rows
    assert "9 points, the first 6 shown" in said(html)
    assert ["qsim", "·", "2.0e-14 ✓", "1 ms"] in rows
    assert "stim left out: line 3: t is no Clifford gate" in said(html)


@dataclass(frozen=True)
class Value:
    observable: str
    raw: float


@dataclass(frozen=True)
class Mitigated:
    method: str
    values: tuple


def test_a_mitigated_value_stands_beside_what_was_measured():
    values = (Expectation("ZZ", 0.98, 0.01), Expectation("X0", 0.0, 1e-16))
    mitigation = Mitigated("zne <1,3>", (Value("ZZ", 0.8), Value("X0", 0.1)))
    result = Result(expval=values, mitigation=mitigation)
    page = result_html(result)
    assert '<th style="text-align:right">as measured</th>' in page
    assert "+0.800000" in page
    assert "mitigated by zne &lt;1,3&gt;" in page
    text = result_text(result)
    assert "⟨ZZ⟩ = +0.980000 ± 0.01, mitigated; measured +0.800000" in text
    assert "⟨X0⟩ = +0.000000, mitigated" in text
    assert "as measured" not in result_html(Result(expval=values))


@pytest.mark.parametrize("distance", [0.5, float("nan")])
def test_a_distance_above_its_bound_or_unknown_is_marked(distance):
    apart = replace(Agreement(), distances=((0.0, distance), (distance, 0.0)), agree=False)
    html = agreement_html(apart)
    assert "✗ The engines do not agree" in said(html)
    assert cells(html)[1][2].endswith("✗")


def test_nothing_that_a_result_holds_becomes_markup():
    result = Result(
        run_id=HOSTILE,
        bits=(HOSTILE, HOSTILE),
        counts={HOSTILE: 3},
        expval=(Expectation(HOSTILE, 1.0),),
        sweep=pd.DataFrame({HOSTILE: [HOSTILE]}),
        agreement=Agreement(engines=(HOSTILE, "b"), refused={HOSTILE: HOSTILE}),
        meta={"on": HOSTILE, "why": HOSTILE, "noise": HOSTILE},
    )
    html = result_html(result)
    assert HOSTILE not in html
    assert said(html).count(HOSTILE) >= 10


def test_text_for_a_terminal():
    result = Result(expval=(Expectation("ZZ", 0.5, 0.1),), agreement=Agreement())
    assert result_text(result).splitlines() == [
        "c[0] c[1]",
        "00       520  0.5078",
        "11       504  0.4922",
        "⟨ZZ⟩ = +0.500000 ± 0.1",
        "qsim, aer agree",
        "qsim · static and pure · 1,024 shots · seed 7 · run 01RUN",
    ]


def test_jobs_say_state_cost_and_time():
    frame = pd.DataFrame(
        {
            "run_id": ["01", "02"],
            "on": [HOSTILE, "aws"],
            "state": ["failed", "submitted"],
            "cost": [None, 0.3],
            "seconds": [2.0, None],
        }
    )
    html = jobs_html(frame)
    assert cells(html) == [
        ["run_id", "on", "state", "cost", "seconds"],
        ["01", HOSTILE, "failed", "unknown", "2.0 s"],
        ["02", "aws", "submitted", "$0.30", "—"],
    ]
    assert "No jobs yet." in jobs_html(frame.iloc[:0])

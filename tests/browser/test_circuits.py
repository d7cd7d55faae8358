"""The circuit panel in Chromium: typed, drawn, run, turned by a slider, and told where it is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import ROOT, Server
from tests.browser.test_lab import DARK, run_all, write_notebook
from workbench.settings import load_settings
from workbench.studio import Studio

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELL = "import workbench\nworkbench.CircuitWidget(shots=1000, seed=7)"
TEXT = ".wb-circuits textarea"
TURNED = """OPENQASM 3.0;
include "stdgates.inc";
input float[64] theta;
qubit[2] q;
bit[2] c;
ry(theta) q[0];
cx q[0], q[1];
c = measure q;
"""
# What the titles of the bars say: "00: 0.512".
BARS = """() => Object.fromEntries([...document.querySelectorAll('.wb-q-histogram rect title')]
  .map(title => title.textContent.split(': ')).map(([key, value]) => [key, Number(value)]))"""
DRAG = """value => {
  const slider = document.querySelector('.wb-q-slider input[type=range]');
  slider.value = value;
  slider.dispatchEvent(new Event('input', { bubbles: true }));
}"""
INSIDE = "() => document.querySelector('.wb-circuits').scrollWidth <= document.documentElement.clientWidth"


def run(page: Any) -> str:
    """Run the circuit; return the identifier of its Run."""
    page.click(".wb-q-run")
    page.wait_for_selector(".wb-circuits[data-result=run] .wb-q-answer:not([data-stale])")
    said: str = page.inner_text(".wb-q-run-id code")
    return said


def test_a_circuit_is_typed_drawn_run_and_turned_in_jupyterlab(
    lab: Callable[..., Server],
    open_page: Callable[..., Any],
    keep_picture: Callable[[Any, str], Path],
    tmp_path: Path,
    strayed: list[str],
) -> None:
    write_notebook(tmp_path / "work", "circuits.ipynb", CELL)
    page = run_all(open_page, lab(tmp_path / "work"), "circuits.ipynb", width=1440, height=1000)
    page.wait_for_selector(".wb-q-diagram svg")
    first = run(page)
    bars = page.evaluate(BARS)
    assert bars.keys() == {"00", "11"} and sum(bars.values()) == pytest.approx(1)
    keep_picture(page, "lab-circuits-bell")

    page.fill(TEXT, "")
    page.locator(TEXT).press_sequentially(TURNED.replace("cx", "cxx"))
    page.wait_for_selector(".wb-q-wrong:has-text('Line 7, column 1')")
    assert page.inner_text(".wb-q-lines [data-wrong]") == "7"
    assert page.locator(".wb-q-diagram[data-stale] svg").count() == 1
    keep_picture(page, "lab-circuits-wrong")
    page.click(".wb-q-wrong button")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    page.wait_for_selector(".wb-q-diagram:not([data-stale])")
    page.wait_for_selector(".wb-q-wrong:empty", state="attached")
    page.wait_for_selector(".wb-q-slider:has-text('theta')")
    assert page.locator(".wb-q-answer[data-stale]").count() == 1

    page.press(TEXT, "Control+Enter")
    page.wait_for_selector(".wb-circuits[data-result=run] .wb-q-answer:not([data-stale])")
    second = page.inner_text(".wb-q-run-id code")
    assert second != first
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == 1
    for value in (1.0, 2.0, 3.0):
        page.evaluate(DRAG, value)
    page.wait_for_function(f"() => ({BARS})()['11'] > 0.99")
    assert "not recorded" in page.inner_text(".wb-q-state")
    assert page.locator(".wb-q-run-id").count() == 0
    page.dispatch_event(".wb-q-slider input[type=range]", "change")
    page.wait_for_selector(".wb-circuits[data-result=run] .wb-q-run-id")
    released = page.inner_text(".wb-q-run-id code")
    assert released not in {first, second}
    assert page.evaluate(BARS)["11"] == pytest.approx(0.995, abs=0.02)
    keep_picture(page, "lab-circuits-turned")
    page.evaluate(DARK)
    page.wait_for_selector("body[data-jp-theme-light='false']", state="attached")
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    keep_picture(page, "lab-circuits-dark")
    assert strayed == []


def test_stakeholders_turn_a_circuit_and_see_what_was_run_before(
    voila: Callable[..., Server],
    open_page: Callable[..., Any],
    keep_picture: Callable[[Any, str], Path],
    tmp_path: Path,
    strayed: list[str],
) -> None:
    studio = Studio(
        load_settings(workbench_home=tmp_path / "home" / "workbench", workbench_user="researcher")
    )
    bell = (ROOT / "workbench" / "widgets" / "circuit_examples" / "bell.qasm").read_text()
    first, second = (
        studio.quantum.run(bell, seed=1, **given).run_id
        for given in ({"name": "Bell <pair>"}, {"compare": ["aer", "stim"]})
    )
    studio.close()
    page = open_page(
        voila("--theme=dark").address("voila/render/circuits.ipynb"), width=760, height=1500, dark=True
    )
    page.wait_for_selector(".wb-q-diagram svg")
    rows = page.locator(".wb-recent-circuits tr").all_inner_texts()
    assert [first in row for row in rows] == [False, False, True]
    assert "Bell <pair> · 2 qubits" in rows[2] and "yes" in rows[1].split("\t")
    page.select_option(".wb-q-head select", "qaoa")
    page.wait_for_selector(".wb-q-slider:has-text('gamma')")
    page.fill(".wb-q-wide input", "Z0*Z1, Z1*Z2, Z0*Z2, Z2*Z3")
    page.focus(".wb-q-slider:has-text('gamma') input[type=range]")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_selector(".wb-circuits[data-result=run] .wb-q-values td:has-text('Z2*Z3')")
    assert page.locator(".wb-q-run-id code").inner_text() not in {first, second}
    assert page.evaluate(INSIDE)
    # the static twin of the panel must not stand below it
    assert page.locator(".wb-fallback").first.is_hidden()
    keep_picture(page, "voila-circuits-dark-narrow")
    assert strayed == []

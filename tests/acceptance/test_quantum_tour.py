"""The tour of quantum circuits, from top to bottom; it needs no model."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from workbench.reports import run_report
from workbench.studio import Studio

pytestmark = [pytest.mark.acceptance, pytest.mark.slow]
TOUR = Path(__file__).parents[2] / "notebooks/tour/quantum.ipynb"
KINDS = {"circuit", "circuit.estimate", "circuit.job", "circuit.optimise", "circuit.transpile"}


def test_the_tour_runs_and_its_engines_agree(tmp_path: Path, studio: Studio) -> None:
    result = run_report(TOUR, None, tmp_path, studio)
    assert set(result.runs["status"]) == {"finished"}
    assert set(result.runs["kind"]) == KINDS
    compared = result.runs["metric.agree"].dropna()
    assert len(compared) == 2
    assert set(compared) == {1.0}
    assert result.notebook is not None
    cells = nbformat.read(result.notebook, as_version=4).cells
    said = "\n".join(str(output) for cell in cells for output in cell.get("outputs", []))
    assert "Traceback" not in said
    assert "-1.137306 hartree; exact: -1.137306" in said
    assert "Did you mean 'h'?" in said
    assert studio.runs.verify() == []

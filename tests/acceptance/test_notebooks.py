"""The notebooks that ship, from top to bottom, on the local model."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from workbench.reports import run_report
from workbench.reports.execution import environment, execute
from workbench.reports.notebook import parameterised
from workbench.studio import Studio

pytestmark = [pytest.mark.acceptance, pytest.mark.slow]
ROOT = Path(__file__).parents[2] / "notebooks"


@pytest.fixture(autouse=True)
def _local(local_model: str) -> str:
    return local_model


def outputs(path: Path | None) -> str:
    """All text that the cells of an executed notebook show."""
    assert path is not None
    found = []
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            found += [output.get("text", ""), *map(str, output.get("data", {}).values())]
    return "\n".join(found)


def test_the_flagship_report_is_ten_runs_a_table_and_a_plot(
    local_model: str, tmp_path: Path, studio: Studio
) -> None:
    result = run_report(ROOT / "reports/flagship.ipynb", {"max_tokens": 16}, tmp_path / "out", studio)
    chats = result.runs[result.runs["kind"] == "chat"]
    assert len(chats) == 10
    assert (result.runs["kind"] == "knowledge.search").sum() == 6
    assert set(result.runs["status"]) == {"finished"}
    assert set(result.runs["parent"]) == {result.run.id}
    assert (chats["tokens_output"] > 0).all()
    assert (result.runs["cost_usd"] == 0).all()
    shown = outputs(result.notebook)
    assert all(run in shown for run in chats.index)
    assert "10 Runs in" in shown
    page = result.html.read_text() if result.html else ""
    assert page.count("data:image/png;base64,") == 1
    assert "<script" not in page
    assert studio.runs.verify() == []


def test_the_flagship_notebook_replays_to_the_same_bytes(tmp_path: Path, studio: Studio) -> None:
    path, few = ROOT / "reports/flagship.ipynb", {"max_tokens": 8, "questions": []}
    first = run_report(path, few, tmp_path / "first", studio)
    env = environment(studio.settings, WORKBENCH_REPLAY="strict")
    # no model is to be found: every answer can only come from the record
    env["WORKBENCH_MODELS_FOLDER"] = str(tmp_path / "empty")
    again = parameterised(path, few)
    execute(again, path.parent, env, lambda *_: None, str)
    (tmp_path / "again.ipynb").write_text(nbformat.writes(again))
    assert outputs(tmp_path / "again.ipynb") == outputs(first.notebook)
    assert len(studio.runs.list(kind="chat")) == 5


def test_the_knowledge_report_measures_and_compares(tmp_path: Path, studio: Studio) -> None:
    given = {"chunk_tokens": [240], "weights": [1.0]}
    result = run_report(ROOT / "reports/knowledge.ipynb", given, tmp_path, studio)
    measured = result.runs[result.runs["kind"] == "knowledge.evaluate"]
    assert len(measured) == 2
    # a floor under what the default settings reach on the questions that ship
    served = measured[measured["name"] == "hybrid"].iloc[0]
    assert served["metric.recall@5"] >= 0.88
    assert served["metric.recall_1000_tokens"] >= 0.885
    page = result.html.read_text() if result.html else ""
    assert page.count("data:image/png;base64,") == 3
    assert studio.vectors.list_knowledge_bases(studio.user_id) == []


def test_the_circuit_report_says_whether_engines_agree(tmp_path: Path, studio: Studio) -> None:
    folder = tmp_path / "circuits"
    folder.mkdir()
    for name in ("ghz_8", "teleportation"):
        shutil.copy(ROOT.parent / f"data/circuits/{name}.qasm", folder)
    (folder / "broken.qasm").write_text("OPENQASM 2.0;\nqreg q[2];\nhh q[0];\n")
    given = {"folder": str(folder), "engines": ["aer", "qiskit", "qsim", "stim"]}
    result = run_report(ROOT / "reports/circuits.ipynb", given, tmp_path / "out", studio)
    assert sorted(result.runs["name"].dropna())[-2:] == ["ghz_8", "teleportation"]
    shown = outputs(result.notebook)
    assert "the engines agree on 2 of 2 circuits" in shown
    assert "'hh'" in shown
    page = result.html.read_text() if result.html else ""
    assert page.count("data:image/svg+xml;base64,") == 2


@pytest.mark.parametrize("name", ["start", "tour/chat", "tour/knowledge"])
def test_a_notebook_runs_from_top_to_bottom(name: str, tmp_path: Path, studio: Studio) -> None:
    result = run_report(ROOT / f"{name}.ipynb", None, tmp_path, studio)
    assert set(result.runs["status"]) == {"finished"}
    assert "Traceback" not in outputs(result.notebook)
    assert studio.runs.verify() == []

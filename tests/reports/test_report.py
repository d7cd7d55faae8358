from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from workbench.errors import BadInput, ReplayMiss, WorkbenchError
from workbench.reports import run_report
from workbench.settings import load_settings
from workbench.studio import Studio


def test_a_report_is_one_run_with_its_notebooks_runs_below_it(
    studio: Studio, toy: Path, tmp_path: Path
) -> None:
    result = run_report(toy, {"count": 3}, tmp_path / "out", studio)
    run = result.run
    assert (run.kind, run.name, run.status) == ("report", "toy", "finished")
    assert run.inputs["parameters"] == {"count": 3}
    assert [item.name for item in run.artifacts] == ["toy.ipynb", "toy.html"]
    assert list(result.runs["kind"]) == ["toy"] * 3
    assert result.runs["started_at"].is_monotonic_increasing
    assert set(result.runs["parent"]) == {run.id}
    assert run.metrics["runs"] == 3
    assert studio.runs.verify() == []


def test_the_files_are_the_artifacts(studio: Studio, toy: Path, tmp_path: Path) -> None:
    result = run_report(toy, out=tmp_path / "out", studio=studio)
    notebook, page = result.run.artifacts
    assert result.notebook
    assert result.notebook.read_bytes() == studio.runs.artifact_bytes(notebook)
    assert result.html
    assert result.html.read_bytes() == studio.runs.artifact_bytes(page)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["toy.html", "toy.ipynb"]
    executed = nbformat.read(result.notebook, as_version=4)
    assert executed.cells[-1].outputs[0].data["text/html"] == "<b>a</b>"


def test_without_a_folder_nothing_is_written(studio: Studio, toy: Path) -> None:
    result = run_report(toy, studio=studio)
    assert result.html is None
    assert sorted(toy.parent.iterdir()) == [toy]


def test_a_failing_cell_fails_the_run_and_writes_no_file(studio: Studio, toy: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="Code cell 3 failed with ValueError: the fuse blew") as caught:
        run_report(toy, {"fail": True}, tmp_path / "out", studio)
    assert caught.value.details == {"cell": 3, "error": "ValueError"}
    (run,) = studio.runs.list(kind="report")
    assert run.status == "failed"
    assert run.error
    assert "the fuse blew" in run.error["message"]
    assert [item.name for item in run.artifacts] == ["toy.ipynb"]
    assert len(studio.runs.frame(parent=run.id, kind="toy")) == 2
    assert not (tmp_path / "out").exists()


def test_a_dying_kernel_is_told(studio: Studio, make_notebook: Callable[..., Path]) -> None:
    with pytest.raises(WorkbenchError, match="Code cell 2 failed with the kernel died"):
        run_report(make_notebook("import os; os._exit(9)"), studio=studio)
    assert [run.status for run in studio.runs.list(kind="report")] == ["failed"]


def test_a_folder_that_is_a_file_is_refused_before_anything_runs(studio: Studio, toy: Path) -> None:
    with pytest.raises(BadInput, match="is a file"):
        run_report(toy, out=toy, studio=studio)
    assert studio.runs.list() == []


def test_a_folder_that_cannot_be_written_is_refused_before_anything_runs(
    studio: Studio, toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda path, _: Path(path) != tmp_path)
    with pytest.raises(BadInput, match="cannot be written"):
        run_report(toy, out=tmp_path / "deep" / "out", studio=studio)
    assert studio.runs.list(kind="report") == []


def test_a_disk_that_fills_up_loses_no_report(
    studio: Studio, toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    replace = Path.replace

    def full(path: Path, target: Path) -> Path:
        if path.parent == out:
            raise OSError(28, "No space left on device")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(BadInput, match="No space left on device") as caught:
        run_report(toy, out=out, studio=studio)
    (run,) = studio.runs.list(kind="report")
    assert run.status == "finished"
    assert run.id in caught.value.hint
    assert list(out.iterdir()) == []


def test_the_kernel_has_the_studios_settings(tmp_path: Path, make_notebook: Callable[..., Path]) -> None:
    """Settings given by argument reach the notebook, though the environment says otherwise."""
    source = "from workbench.studio import studio as s\nprint(s().settings.workbench_retries, s().user_id)"
    studio = Studio(
        load_settings(workbench_home=tmp_path / "other", workbench_retries=7, workbench_user="ada")
    )
    try:
        result = run_report(make_notebook(source), {}, tmp_path / "out", studio)
        assert result.notebook is not None
        executed = nbformat.read(result.notebook, as_version=4)
        assert executed.cells[-1].outputs[0].text == f"7 {studio.user_id}\n"
    finally:
        studio.close()


def test_no_secret_gets_into_a_report(
    make_notebook: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = "sk-canary-0123456789abcdef"
    monkeypatch.setenv("OPENAI_API_KEY", canary)
    studio = Studio(load_settings())
    try:
        source = "import os\nprint(os.environ['OPENAI_API_KEY'])\nos.environ['OPENAI_API_KEY']"
        run_report(make_notebook(source), {}, tmp_path / "out", studio)
        with pytest.raises(WorkbenchError) as caught:
            run_report(
                make_notebook("import os; raise ValueError(os.environ['OPENAI_API_KEY'])"), studio=studio
            )
    finally:
        studio.close()
    home = Path(os.environ["WORKBENCH_HOME"])
    written = [path for path in (*tmp_path.rglob("*"), *home.rglob("*")) if path.is_file()]
    assert len(written) > 4
    assert not [path for path in written if canary.encode() in path.read_bytes()]
    assert canary not in str(caught.value)


def test_progress_counts_cells(studio: Studio, toy: Path) -> None:
    seen: list[tuple[Any, ...]] = []
    run_report(
        toy, studio=studio, progress=lambda done, total, message, _: seen.append((done, total, message))
    )
    assert [done for done, *_ in seen] == [0, 1, 2, 3, 4]
    assert {total for _, total, _ in seen} == {4}
    assert seen[-1][2] == "done"


def test_reuse_takes_a_finished_run_and_writes_its_files(studio: Studio, toy: Path, tmp_path: Path) -> None:
    first = run_report(toy, studio=studio)
    again = Studio(studio.settings)
    try:
        second = run_report(toy, out=tmp_path / "out", studio=again, reuse=True)
    finally:
        again.close()
    assert second.run.replayed
    assert second.run.id == first.run.id
    assert second.html is not None
    assert second.html.is_file()


def test_strict_replay_of_a_report_that_never_ran(studio: Studio, toy: Path) -> None:
    with studio.runs.replay("strict"), pytest.raises(ReplayMiss):
        run_report(toy, studio=studio)
    assert studio.runs.list() == []

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done
from workbench.studio import Studio

Command = Callable[..., Done]


@pytest.fixture
def recorded(studio: Studio) -> list[str]:
    """Three Runs, one of them failed; their ids."""
    ids = [studio.runs.execute("toy", {"n": n}, lambda _: "same", name=f"number {n}").id for n in range(2)]
    with pytest.raises(ZeroDivisionError):
        studio.runs.execute("toy", {"n": 2}, lambda _: 1 / 0)
    return [*ids, studio.runs.list(limit=1)[0].id]


def test_version_and_help(run: Command) -> None:
    from workbench import __version__

    assert run("--version").stdout == f"workbench {__version__}\n"
    shown = run("--help")
    assert shown.returncode == 0
    for command in ("doctor", "lab", "dashboards", "report", "runs", "db", "models", "--install-completion"):
        assert command in shown.stdout


@pytest.mark.parametrize(
    "start", [["-m", "workbench.cli"], ["-c", "from workbench.cli import main; exit(main())"]]
)
def test_an_error_of_ours_is_one_sentence_on_stderr(start: list[str]) -> None:
    command = [sys.executable, *start, "runs", "show", "nosuchrun"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("workbench: There is no Run 'nosuchrun'.")
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_bad_setting_is_one_sentence(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_RETRIES", "many")
    done = run("doctor")
    assert done.returncode == 2
    assert "The setting WORKBENCH_RETRIES is not valid" in done.stderr
    assert "Traceback" not in done.stderr


def test_runs_are_listed_shown_and_compared(run: Command, recorded: list[str]) -> None:
    listed = run("runs", "list")
    assert all(one in listed.stdout for one in recorded)
    assert "failed" in listed.stdout
    as_json = json.loads(run("runs", "list", "--json", "--status", "finished").stdout)
    assert [row["run"] for row in as_json] == recorded[1::-1]
    shown = json.loads(run("runs", "show", recorded[0]).stdout)
    assert (shown["id"], shown["inputs"], shown["output"]) == (recorded[0], {"n": 0}, "same")
    differs = run("runs", "diff", recorded[0], recorded[1])
    assert differs.returncode == 1
    assert "inputs.n" in differs.stdout


def test_runs_travel_to_another_home(
    run: Command, recorded: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.zip"
    assert run("runs", "export", str(bundle)).returncode == 0
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "elsewhere"))
    assert run("runs", "import", str(bundle)).stdout == f"Took in 3 Runs from {bundle}.\n"
    assert json.loads(run("runs", "show", recorded[0]).stdout)["output"] == "same"
    assert run("runs", "verify").returncode == 0


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_narrow_terminal_loses_columns_and_never_breaks_an_id(
    run: Command, recorded: list[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setattr("workbench.cli.show._width", lambda: columns)
    listed = run("runs", "list").stdout
    assert all(one in listed for one in recorded)
    assert all(len(line) <= columns for line in listed.splitlines())
    assert ("number 0" in listed) == (columns == 120)


def test_a_run_is_tagged(run: Command, studio: Studio, recorded: list[str]) -> None:
    assert run("runs", "tag", recorded[0], "paper", "figure").stdout.endswith("is tagged figure, paper.\n")
    assert studio.runs.get(recorded[0]).tags == ("figure", "paper")
    assert run("runs", "tag", recorded[0]).returncode == 2


def test_a_list_says_why_it_is_empty(run: Command, recorded: list[str]) -> None:
    assert "There is no such Run" in run("runs", "list", "--kind", "nothing").stdout
    unknown = run("runs", "list", "--status", "done")
    assert unknown.returncode == 2
    assert "cancelled" in unknown.stderr
    assert "There is no Run 'nothing'" in run("runs", "list", "--parent", "nothing").stderr
    run("runs", "prune", "--days", "0", "--yes")
    assert "There are no Runs yet" in run("runs", "list").stdout


def test_the_machines_refusal_is_one_sentence(
    run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "bundle.zip")

    monkeypatch.setattr("workbench.runs.service.Runs.export", full)
    done = run("runs", "export", str(tmp_path / "bundle.zip"))
    assert done.returncode == 2
    assert done.stderr == "workbench: bundle.zip: No space left on device.\n"


def test_prune_asks_first_and_keeps_what_is_tagged(run: Command, studio: Studio, recorded: list[str]) -> None:
    studio.runs.tag(recorded[0], "keep")
    refused = run("runs", "prune", "--days", "0")
    assert refused.returncode == 1
    assert len(studio.runs.list()) == 3
    assert run("runs", "prune", "--days", "0", "--yes").stdout == "Removed 2 Runs.\n"
    assert [one.id for one in studio.runs.list()] == recorded[:1]


def test_verify_and_check_find_a_changed_object(run: Command, studio: Studio) -> None:
    made = studio.runs.execute(
        "toy", {}, lambda recorder: recorder.artifact("a", b"12345", "text/plain").digest
    )
    assert run("runs", "verify").returncode == 0
    path = studio.objects.path(made.artifacts[0].digest)
    path.chmod(0o600)
    path.write_bytes(b"12346")
    for command in (("runs", "verify"), ("db", "check")):
        done = run(*command)
        assert done.returncode == 1
        assert made.artifacts[0].digest in done.stdout


def test_database_status_and_upgrade(run: Command) -> None:
    assert "SQLite" in run("db", "status").stdout
    assert "The database is at schema" in run("db", "upgrade").stdout
    assert run("db", "check").returncode == 0


def test_doctor_tells_presence_and_never_a_value(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    canary = "sk-canary-0123456789abcdef"
    monkeypatch.setenv("OPENAI_API_KEY", canary)
    done = run("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert canary not in done.stdout + done.stderr
    assert "OPENAI_API_KEY" in done.stdout
    assert "present" in done.stdout
    assert "kernels" in done.stdout


def test_doctor_fails_when_something_needed_is_broken(run: Command, home: Path) -> None:
    home.mkdir()
    (home / "workbench.db").write_text("this is no database, and long enough to be sure of it" * 20)
    done = run("doctor")
    assert done.returncode == 1
    assert "problem" in done.stdout
    assert "Traceback" not in done.stderr


def test_no_checkout_here(run: Command) -> None:
    for command, wanted in (("lab", "notebooks/start.ipynb"), ("dashboards", "dashboards")):
        done = run(command, "--no-browser")
        assert done.returncode == 2
        assert f"There is no {wanted} in this folder or above it." in done.stderr


def test_a_folder_without_dashboards_is_refused(run: Command, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        done = run("dashboards", str(folder), "--no-browser")
        assert done.returncode == 2
        assert f"There are no dashboards in {folder}." in done.stderr


def test_models_are_listed(run: Command) -> None:
    listed = run("models", "list").stdout
    for name in ("openai:", "anthropic:", "google:", "cohere:", "local:smollm2"):
        assert name in listed


def test_an_unknown_model_cannot_be_fetched(run: Command) -> None:
    done = run("models", "get", "nosuchmodel")
    assert done.returncode == 2
    assert "nosuchmodel" in done.stderr
    assert "Traceback" not in done.stderr

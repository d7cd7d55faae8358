from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from tests.cli.conftest import Done
from workbench.cli.report import _sets, _value
from workbench.errors import BadInput
from workbench.studio import Studio

Command = Callable[..., Done]
CODE = """
from workbench.studio import studio
studio().runs.execute("toy", {"label": label}, lambda recorder: label)
assert label != "bad", "the label is bad"
"""


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    parameters = nbformat.v4.new_code_cell("label = 'a'", metadata={"tags": ["parameters"]})
    path = tmp_path / "small.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[parameters, nbformat.v4.new_code_cell(CODE)]), path)
    return path


def test_a_report_prints_its_runs_and_its_page(
    run: Command, studio: Studio, notebook: Path, tmp_path: Path
) -> None:
    done = run("report", str(notebook), "-p", "label=b", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    page = tmp_path / "out/small.html"
    assert f"Page:      {page}" in done.stdout
    assert page.is_file()
    (report,) = studio.runs.list(kind="report")
    (child,) = studio.runs.list(kind="toy")
    assert child.parent_id == report.id
    assert child.output == "b"
    assert f"1 Run under report {report.id}" in done.stdout
    assert child.id in done.stdout


def test_a_failing_report_is_one_sentence(run: Command, notebook: Path, tmp_path: Path) -> None:
    done = run("report", str(notebook), "-p", "label=bad", "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "Code cell 2 failed with AssertionError: the label is bad." in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["json", "csv"])
def test_a_batch_of_parameter_sets(run: Command, notebook: Path, tmp_path: Path, kind: str) -> None:
    params = tmp_path / f"sets.{kind}"
    params.write_text('[{"label": "x"}, {"label": "bad"}]' if kind == "json" else "label\nx\nbad\n")
    done = run("report", str(notebook), "--params", str(params), "--out", str(tmp_path / "out"))
    assert done.returncode == 1
    assert "1 of 2 reports failed" in done.stderr
    assert "finished" in done.stdout
    assert "failed" in done.stdout
    assert len(list((tmp_path / "out").glob("*.html"))) == 1


def test_values_are_json_or_text() -> None:
    assert [_value(text) for text in ("3", "0.5", "true", "[1]", "abc", "NaN", "local:x")] == [
        3,
        0.5,
        True,
        [1],
        "abc",
        "NaN",
        "local:x",
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", "{oops", "is not JSON"),
        ("a.json", "[]", "holds no parameter sets"),
        ("a.json", "[1, 2]", "holds no parameter sets"),
        ("a.csv", "label\n", "holds no parameter sets"),
        ("a.csv", "label,seed\nx\n", "another number of cells in line 2"),
        ("a.csv", "label,seed\nx,1\nx,1,2\n", "another number of cells in line 3"),
    ],
)
def test_a_bad_parameter_file_is_told(tmp_path: Path, name: str, content: str, said: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(BadInput, match=said):
        _sets(tmp_path / name)


def test_parameter_files(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        _sets(tmp_path / "missing.json")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="is not UTF-8 text"):
        _sets(tmp_path / "bytes.csv")
    (tmp_path / "lines.csv").write_text('label\n"two\nlines"\n')
    assert _sets(tmp_path / "lines.csv") == [{"label": "two\nlines"}]
    (tmp_path / "one.json").write_text(json.dumps({"seed": 1}))
    assert _sets(tmp_path / "one.json") == [{"seed": 1}]
    (tmp_path / "two.csv").write_text("seed,label\n1,x\n2,y\n")
    assert _sets(tmp_path / "two.csv") == [{"seed": 1, "label": "x"}, {"seed": 2, "label": "y"}]


@pytest.mark.parametrize("pair", ["label", "=x"])
def test_a_parameter_needs_a_name_and_a_value(run: Command, notebook: Path, pair: str) -> None:
    done = run("report", str(notebook), "-p", pair)
    assert done.returncode == 2
    assert "expected NAME=VALUE" in done.stderr

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.errors import BadInput, NotFound
from workbench.reports.notebook import declared_parameters, find_notebook, parameterised, read_notebook


def test_declared_parameters_have_defaults_and_help(toy: Path) -> None:
    declared = declared_parameters(toy)
    assert {name: one.default for name, one in declared.items()} == {
        "count": 2,
        "label": "a",
        "rate": 0.5,
        "fail": False,
    }
    assert declared["count"].help == "how many Runs"


def test_a_notebook_may_declare_none(make_notebook: Callable[..., Path]) -> None:
    plain = make_notebook("1 + 1", parameters=None)
    assert declared_parameters(plain) == {}
    assert len(parameterised(plain, {}).cells) == 2


def test_parameters_go_into_a_cell_below_the_declared_ones(toy: Path) -> None:
    cells = parameterised(toy, {"count": 5, "label": "it's"}).cells
    assert cells[2].metadata.tags == ["injected-parameters"]
    assert "count = 5" in cells[2].source
    assert """label = "it's\"""" in cells[2].source


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"counts": 3}, "declares no parameter 'counts'. It declares: count, label, rate, fail."),
        ({"count": "three"}, "'count' of toy.ipynb takes type int, not str. Its default is 2."),
        ({"count": True}, "takes type int, not bool"),
        ({"fail": 1}, "takes type bool, not int"),
        ({"label": 3}, "takes type str, not int"),
    ],
)
def test_what_does_not_fit_is_refused(toy: Path, given: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput) as caught:
        parameterised(toy, given)
    assert said in str(caught.value)


def test_a_whole_number_fits_a_float(toy: Path) -> None:
    assert "rate = 1" in parameterised(toy, {"rate": 1}).cells[2].source


def test_reports_are_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toy: Path) -> None:
    folder = tmp_path / "project/notebooks/reports"
    folder.mkdir(parents=True)
    toy.rename(folder / "toy.ipynb")
    monkeypatch.chdir(tmp_path / "project")
    for name in ("toy", "notebooks/reports/toy", "notebooks/reports/toy.ipynb"):
        assert find_notebook(name) == folder / "toy.ipynb"
    with pytest.raises(NotFound, match="one of the reports: toy"):
        find_notebook("tyo")


def test_another_file_is_no_notebook(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ipynb"
    broken.write_text("not json")
    with pytest.raises(BadInput, match=r"broken\.ipynb is not a Jupyter notebook"):
        read_notebook(broken)

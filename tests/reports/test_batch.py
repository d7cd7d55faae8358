from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import BadInput
from workbench.reports import run_batch
from workbench.studio import Studio

pytestmark = pytest.mark.slow

SETS = [{"label": "x"}, {"label": "y", "fail": True}, {"label": "x"}]


def test_a_batch_tells_what_happened_and_goes_on_where_it_stopped(
    studio: Studio, toy: Path, tmp_path: Path
) -> None:
    result = run_batch(toy, SETS, tmp_path / "out", studio, workers=1)
    frame = result.to_frame()
    assert list(frame["status"]) == ["finished", "failed", "finished"]
    assert list(frame["label"]) == ["x", "y", "x"]
    assert "the fuse blew" in frame["error"].iloc[1]
    assert [studio.runs.get(run).status for run in frame.index] == ["finished", "failed", "finished"]
    # equal sets are one report
    assert frame.index[0] == frame.index[2]
    assert len(studio.runs.list(kind="report")) == 2
    assert len(list((tmp_path / "out").iterdir())) == 2

    again = run_batch(toy, SETS, tmp_path / "out", studio, workers=1)
    assert [item.reused for item in again.items] == [True, False, True]
    assert len(studio.runs.list(kind="report")) == 3
    assert [item.status for item in again.failed] == ["failed"]


def test_several_at_a_time(studio: Studio, toy: Path, tmp_path: Path) -> None:
    counted: list[tuple[int, int]] = []
    sets = [{"count": 1}, {"count": 2}]
    result = run_batch(
        toy, sets, tmp_path / "out", studio, workers=2, progress=lambda *at: counted.append(at)
    )
    assert not result.failed
    assert counted == [(1, 2), (2, 2)]
    frame = studio.runs.frame(kind="toy")
    assert sorted(frame.groupby("parent").size()) == [1, 2]
    assert studio.runs.verify() == []


def test_nothing_runs_when_one_set_does_not_fit(studio: Studio, toy: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="declares no parameter 'lable'"):
        run_batch(toy, [{"label": "x"}, {"lable": "y"}], tmp_path, studio)
    with pytest.raises(BadInput, match="at least one parameter set"):
        run_batch(toy, [], tmp_path, studio)
    assert studio.runs.list() == []

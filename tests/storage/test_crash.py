"""What a kill -9 and a crowd of writers leave behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.settings import load_settings
from workbench.studio import Studio

KILLS = 200
WRITERS = """
import sys
from workbench.settings import load_settings
from workbench.studio import Studio
studio = Studio(load_settings(workbench_home=sys.argv[1]))
for number in range(1000):
    studio.runs.execute("crowd", {"who": sys.argv[2], "number": number}, lambda _: number)
"""

FORKED = """
import os, sys
from workbench.settings import load_settings
from workbench.studio import Studio
studio = Studio(load_settings(workbench_home=sys.argv[1]))
studio.runs.execute("fork", {"who": "parent"}, lambda _: 1)
ready, closed = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    studio.runs.execute("fork", {"who": "child", "number": 0}, lambda _: 1)
    os.write(ready[1], b"x")
    os.read(closed[0], 1)
    for number in range(1, 20):
        studio.runs.execute("fork", {"who": "child", "number": number}, lambda _: 1)
    os._exit(0)
os.read(ready[0], 1)
studio.runs.execute("fork", {"who": "parent again"}, lambda _: 1)
studio.close()
os.write(closed[1], b"x")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_childs_runs_outlive_its_parents_closing(tmp_path):
    command = [sys.executable, "-c", FORKED, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    studio = Studio(load_settings(workbench_home=tmp_path))
    who = [run.inputs["who"] for run in studio.runs.list(status="finished")]
    assert (who.count("child"), len(who)) == (20, 22)
    assert studio.runs.verify() == []
    studio.close()


@pytest.mark.slow
def test_kill_at_random_instants_loses_no_finished_run_and_leaves_none_half(tmp_path):
    script = Path(__file__).with_name("crashing.py")
    done = subprocess.run(
        [sys.executable, script, tmp_path, str(KILLS)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    finished = json.loads(done.stdout)
    assert len(finished) > KILLS, "the writers were killed before they wrote enough to tell"
    studio = Studio(load_settings(workbench_home=tmp_path))
    assert studio.database.integrity() == []
    assert studio.runs.verify() == []
    by_id = {run.id: run for run in studio.runs.list()}
    assert {by_id[one].status for one in finished} == {"finished"}
    assert {run.status for run in by_id.values()} <= {"finished", "cancelled"}
    assert all(run.output is not None for run in by_id.values() if run.status == "finished")
    studio.close()


@pytest.mark.slow
def test_two_processes_write_a_thousand_runs_each(tmp_path):
    crowd = [
        subprocess.Popen([sys.executable, "-c", WRITERS, tmp_path, who], stderr=subprocess.PIPE, text=True)
        for who in ("a", "b")
    ]
    for process in crowd:
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
    studio = Studio(load_settings(workbench_home=tmp_path))
    seen = {(run.inputs["who"], run.inputs["number"]) for run in studio.runs.list(status="finished")}
    assert seen == {(who, number) for who in "ab" for number in range(1000)}
    assert studio.runs.verify() == []
    studio.close()

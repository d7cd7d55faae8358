"""Jobs through the service: submitted here, fetched anywhere."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.quantum.conformance import bell, lopsided
from workbench.errors import BadInput, NotFound
from workbench.quantum import grid
from workbench.studio import Studio

FETCH = """
import json, sys
import workbench
result = workbench.studio().quantum.result(sys.argv[1])
print(json.dumps([result.counts, result.bits, result.run.status]))
"""


@pytest.mark.slow
def test_a_job_outlives_its_process(studio: Studio) -> None:
    job = studio.quantum.submit(bell(), "fake:manila", 400, seed=5)
    assert studio.runs.get(job.run_id).status == "submitted"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FETCH, job.run_id],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    counts, bits, status = json.loads(done.stdout.splitlines()[-1])
    assert (bits, status) == (["c[0]", "c[1]"], "finished")
    assert sum(counts.values()) == 400
    assert counts["00"] + counts["11"] > 320
    here = studio.quantum.result(job.run_id)
    assert here.counts == counts
    assert here.meta["on"] == "fake:manila"
    assert here.circuit == bell()
    assert "fake:manila" in here._repr_mimebundle_()["text/html"]
    assert studio.quantum.jobs()["state"].tolist() == ["finished"]
    assert studio.runs.verify() == []


def test_what_a_machine_does_not_do(studio: Studio) -> None:
    with pytest.raises(BadInput, match="takes no sweep"):
        studio.quantum.run(bell(), "fake:manila", sweep=grid(a=[1.0, 2.0]))
    with pytest.raises(BadInput, match="takes no observables"):
        studio.quantum.run(bell(), "fake:manila", observables="ZZ")
    with pytest.raises(BadInput, match=r"measures nothing|nothing"):
        studio.quantum.submit(lopsided(), "fake:manila")
    with pytest.raises(NotFound):
        studio.quantum.job("01HZZZZZZZZZZZZZZZZZZZZZZZ")
    assert len(studio.runs.list(status="submitted")) == 0

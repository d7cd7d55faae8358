"""What a kill -9 in the middle of adding, deleting and reindexing leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = 100


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_kills_leave_database_and_indexes_agreeing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.knowledge.crashing", tmp_path, str(KILLS)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["wrong"] == [], done.stdout
    assert told["added"] > KILLS and told["deleted"] > KILLS // 4

"""Fan-out."""

from __future__ import annotations

import math
import os
import sys

import pytest

from workbench.compute import parallel
from workbench.errors import MissingExtra
from workbench.settings import load_settings


def _pid(_: int) -> int:
    return os.getpid()


def test_results_come_in_order_and_progress_is_told(settings):
    told = []
    results = parallel(
        math.sqrt, [4, 9, 16], settings, workers=2, progress=lambda done, total: told.append((done, total))
    )
    assert results == [2, 3, 4]
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_work_happens_in_other_processes(settings):
    assert os.getpid() not in parallel(_pid, range(4), settings, workers=2)


def test_an_error_of_the_work_passes_through(settings):
    with pytest.raises(ValueError, match="math domain error"):
        parallel(math.sqrt, [4, -1], settings, workers=2)


def test_a_cluster_without_its_library_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtra, match="Ray is not installed"):
        parallel(math.sqrt, [1], load_settings(ray_address="ray://127.0.0.1:1"))

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.magics.summaries import cut, render


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {"city": ["Oslo", "Bern", None], "people": [709_000, 134_000, 1], "area": [454.0, np.nan, 3.5]}
    )


def test_a_frame_becomes_a_typed_summary():
    written = render(frame(), name="cities")
    assert written.startswith("DataFrame cities: 3 rows x 3 columns")
    assert "- city: str, 1 missing" in written or "- city: object, 1 missing" in written
    assert "- area: float64, 1 missing" in written
    assert "first rows:" in written
    assert "Oslo" in written
    assert "statistics:" in written
    assert "mean" in written


@pytest.mark.parametrize(
    "odd",
    [
        pd.DataFrame(),
        pd.DataFrame({"a": []}),
        pd.DataFrame({"a": [[1], {2}]}),
        pd.DataFrame([[1, 2]], columns=["same", "same"]),
        pd.DataFrame({"z": [1 + 2j], "when": [pd.Timestamp("2026-01-01")], "long": [pd.Timedelta("1D")]}),
        pd.DataFrame({"inf": [np.inf, -np.inf]}),
        pd.DataFrame({("a", "b"): [1]}),
        pd.DataFrame(np.zeros((2, 300))),
        pd.Series([], dtype=float),
        pd.Series(["x", None], name="words"),
        pd.Series([1.5, np.nan]),
        np.array(3),
        np.array([]),
        np.array([np.nan, np.nan]),
        np.array(["a", "b"]),
        np.array([object()]),
        np.arange(10_000).reshape(10, 1000),
    ],
)
def test_odd_frames_series_and_arrays_are_written_within_the_cap(odd):
    written = render(odd, name="odd", max_chars=600)
    assert 0 < len(written) <= 600
    assert " odd" in written.splitlines()[0]


def test_an_array_tells_shape_type_and_figures():
    written = render(np.array([[1.0, np.nan], [3.0, 4.0]]), name="a")
    assert written.startswith("numpy array a: shape 2 x 2, dtype float64")
    assert "min 1, max 4, mean 2.66667" in written
    assert "1 missing" in written


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=50),
        lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=5), inner, max_size=9),
        max_leaves=60,
    ),
    st.integers(100, 400),
)
def test_any_value_stays_within_its_cap(value, cap):
    assert len(render(value, max_chars=cap)) <= cap


@given(st.text(max_size=500), st.integers(100, 600))
def test_cutting_twice_changes_nothing_more(text, cap):
    assert cut(cut(text, cap), cap) == cut(text, cap)


def test_a_container_too_long_to_show_is_counted_and_sampled():
    assert render(list(range(5000)), name="n", max_chars=400).startswith("list n: 5,000 items\nfirst 20:")
    assert render(set(range(5000)), max_chars=400) == "set: 5,000 items"


def test_the_same_value_reads_the_same_in_every_process():
    program = (
        "from workbench.magics.summaries import render\n"
        "class Thing: ...\n"
        "print(render({'names': {'b', 'a', 'c', 'd', 'e'}, 'thing': Thing()}), render(Thing()))"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert "0x" not in runs.pop()

"""Intervals: seeded, covering, and paired."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import BadInput
from workbench.knowledge.evaluation import mean_interval, paired_interval

VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(VALUES, st.integers(0, 5))
def test_the_interval_lies_within_the_values_and_repeats(values, seed) -> None:
    found = mean_interval(values, seed=seed, resamples=200)
    assert found == mean_interval(values, seed=seed, resamples=200)
    assert min(values) - 1e-12 <= found.low <= found.high <= max(values) + 1e-12
    assert found.mean == pytest.approx(float(np.mean(values)))


@given(VALUES)
def test_a_setting_does_not_differ_from_itself(values) -> None:
    found = paired_interval(values, values, resamples=50)
    assert (found.mean, found.low, found.high) == (0, 0, 0)
    assert not found.excludes_zero


def test_the_interval_is_that_of_the_normal_distribution_where_that_holds() -> None:
    values = np.random.default_rng(3).normal(0.5, 0.1, 400)
    found, half = mean_interval(values.tolist()), 1.96 * values.std() / math.sqrt(len(values))
    assert found.low == pytest.approx(values.mean() - half, abs=half * 0.1)
    assert found.high == pytest.approx(values.mean() + half, abs=half * 0.1)


def test_it_covers_the_truth_as_often_as_it_says() -> None:
    draw = np.random.default_rng(11)
    held = 0
    for number in range(200):
        sample = draw.binomial(1, 0.7, 60).astype(float).tolist()
        found = mean_interval(sample, confidence=0.9, resamples=400, seed=number)
        held += found.low <= 0.7 <= found.high
    assert 165 <= held <= 195


def test_pairs_show_what_means_alone_do_not() -> None:
    hard = np.random.default_rng(5).uniform(0, 0.9, 100)
    better = (hard + 0.02).tolist()
    apart = paired_interval(hard.tolist(), better)
    assert apart.excludes_zero
    assert apart.mean == pytest.approx(0.02)
    assert mean_interval(hard.tolist()).high > mean_interval(better).low


def test_what_is_not_defined_is_left_out() -> None:
    nan = math.nan
    assert mean_interval([1.0, nan, 1.0]).mean == 1
    assert paired_interval([0.0, nan, 0.5], [1.0, 1.0, nan]).mean == 1
    assert math.isnan(mean_interval([nan]).low)


def test_large_samples_are_drawn_in_parts() -> None:
    values = np.random.default_rng(2).uniform(size=30_000).tolist()
    found = mean_interval(values, resamples=300)
    assert found.low < found.mean < found.high


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(BadInput, match="same questions"):
        paired_interval([1.0], [1.0, 2.0])
    with pytest.raises(BadInput, match="confidence is 95"):
        mean_interval([1.0], confidence=95)

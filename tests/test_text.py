from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import BadInput
from workbench.text import format_datetime, time_ago, truncate_text

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

patient = settings(deadline=None)


def test_the_specified_example_is_cut_without_its_trailing_space() -> None:
    assert truncate_text("Very long text here", 10) == "Very long..."


@pytest.mark.parametrize(
    ("text", "length", "suffix", "expected"),
    [
        ("exactly", 7, "...", "exactly"),
        ("", 0, "...", ""),
        ("word", 0, "...", "..."),
        ("one two", 3, " [more]", "one [more]"),
        ("one two", 3, "", "one"),
    ],
)
def test_truncation_at_its_edges(text: str, length: int, suffix: str, expected: str) -> None:
    assert truncate_text(text, length, suffix) == expected


def test_a_negative_length_is_refused() -> None:
    with pytest.raises(BadInput, match="max_length"):
        truncate_text("text", -1)


@patient
@given(st.text(), st.integers(0, 50), st.text(max_size=5))
def test_truncation_keeps_a_beginning_and_says_so(text: str, length: int, suffix: str) -> None:
    short = truncate_text(text, length, suffix)
    if len(text) <= length:
        assert short == text
    else:
        kept = short.removesuffix(suffix)
        assert short.endswith(suffix)
        assert text.startswith(kept)
        assert len(short) <= length + len(suffix)


def test_times_are_shown_in_utc() -> None:
    east = datetime(2026, 3, 1, 2, 30, tzinfo=timezone(timedelta(hours=5)))
    assert format_datetime(east) == "2026-02-28 21:30:00"
    assert format_datetime(east.replace(tzinfo=None), "%Y-%m-%d %z") == "2026-03-01 +0000"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=59.9), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=2), "2 minutes ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=2), "2 hours ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=30), "30 days ago"),
        (timedelta(days=31), "1 month ago"),
        (timedelta(days=364), "11 months ago"),
        (timedelta(days=365), "1 year ago"),
        (timedelta(days=731), "2 years ago"),
        (timedelta(seconds=-30), "just now"),
        (timedelta(hours=-2), "in 2 hours"),
        (timedelta(days=-1), "in 1 day"),
    ],
)
def test_how_long_ago(before: timedelta, expected: str) -> None:
    assert time_ago(NOW - before, now=NOW) == expected
    assert time_ago((NOW - before).replace(tzinfo=None), now=NOW.replace(tzinfo=None)) == expected


def test_ago_counts_from_the_present() -> None:
    assert time_ago(datetime.now(UTC) - timedelta(hours=2, minutes=5)) == "2 hours ago"


@patient
@given(st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=5000)))
def test_past_and_future_mirror_each_other(span: timedelta) -> None:
    past, future = time_ago(NOW - span, now=NOW), time_ago(NOW + span, now=NOW)
    assert past.removesuffix(" ago") == future.removeprefix("in ")

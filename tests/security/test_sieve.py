from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.security.sieve import Sieve

needles = st.lists(st.text("ab", min_size=1, max_size=40), max_size=6)
parts = st.lists(st.text("ab", max_size=30), max_size=4)


@settings(deadline=None)
@given(needles, parts, st.data())
def test_it_finds_exactly_what_is_there(wanted: list[str], rest: list[str], data: st.DataObject) -> None:
    inside = data.draw(st.sampled_from(["", *wanted]))
    text = inside.join(rest)
    expected = any(needle in text for needle in wanted)
    assert Sieve(wanted).finds(text) == expected
    assert Sieve([needle.encode() for needle in wanted]).finds(text.encode()) == expected


def test_nothing_is_found_by_an_empty_sieve_or_in_an_empty_text() -> None:
    assert not Sieve[str]([]).finds("text" * 100)
    assert not Sieve(["needle", "n" * 30]).finds("")

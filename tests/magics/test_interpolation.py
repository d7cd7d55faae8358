from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import BadInput
from workbench.magics.interpolation import interpolate

PLAIN = st.text().filter(lambda text: not set("{}@") & set(text))
ANY = st.text(alphabet=st.sampled_from("ab {}@.\n(x'\"![:]"), max_size=40)


def text(source: str, **names: object) -> str:
    return interpolate(source, names).text


@given(PLAIN)
def test_a_text_without_markers_stays_as_it_is(source):
    result = interpolate(source, {"a": 1, "b": "2"})
    assert result.text == source
    assert result.insertions == result.notes == ()


@given(st.text())
def test_doubled_braces_bring_any_text_through(source):
    escaped = source.replace("{", "{{").replace("}", "}}")
    assert interpolate(escaped, {}).text == source


@given(ANY)
def test_what_a_value_brings_in_is_never_read_again(value):
    inner = {"value": value, "a": "WRONG", "b": "WRONG", "x": "WRONG", "ab": "WRONG"}
    assert interpolate("<{value}>", inner).text == f"<{value}>"
    assert interpolate("( @value )", inner).text == f"( {value} )"
    assert interpolate("@value{value}", inner).text == value + value


@given(ANY)
def test_every_text_either_reads_or_is_refused_in_one_sentence(source):
    refused = None
    try:
        interpolate(source, {"a": 1, "x": [2]})
    except BadInput as error:
        refused = error
    assert refused is None or (refused.message.endswith(".") and refused.hint)


@given(st.text(max_size=3000), st.integers(100, 2500))
def test_the_cap_holds_and_what_is_cut_says_so(value, cap):
    written = interpolate("{value}", {"value": value}, max_chars=cap).text
    assert len(written) <= cap or written == value
    assert (written == value) == (len(value) <= cap)
    if written != value:
        assert "characters left out]" in written


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{x}", "5"),
        ("{ x + 1 }", "6"),
        ("{x:.2f} {x!r} {name!r:>8}", "5.00 5    'Ada'"),
        ('{d["a}"]}', "brace"),
        ("{ {'k': x}['k'] }", "5"),
        ("{[i for i in range(x) if i != 3]}", "[0, 1, 2, 4]"),
        ("{(lambda: name)()}", "Ada"),
        ("{{x}} {{{x}}}", "{x} {5}"),
        ("{x if x == 5 else 0}", "5"),
        ("{name[0:2]}", "Ad"),
    ],
)
def test_expressions(source, expected):
    assert text(source, x=5, name="Ada", d={"a}": "brace"}) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("@x", "5"),
        ("see @x.", "see 5."),
        ("see @x, and\n@x\n", "see 5, and\n5\n"),
        ("(@x) [@x]", "(5) [5]"),
        ("@x's", "5's"),
        ("write to a@x.org or me@x", "write to a@x.org or me@x"),
        ("@x.shape", "@x.shape"),
        ("@x(1)", "@x(1)"),
        ("@x/y @x-y", "@x/y @x-y"),
        ("@x\ndef f(): ...", "@x\ndef f(): ..."),
        ("    @x\n    @other\n    class A: ...", "    @x\n    @other\n    class A: ..."),
        ("@x\nasync def f(): ...", "@x\nasync def f(): ..."),
        ("@missing stays", "@missing stays"),
        ("@@ -1,2 +1,2 @@", "@@ -1,2 +1,2 @@"),
        ("`@x`", "`@x`"),
        ("@xy", "@xy"),
        ("@é", "accent"),
    ],
)
def test_names(source, expected):
    assert text(source, x=5, é="accent") == expected


def test_functions_and_modules_are_text_and_a_near_miss_is_told():
    result = interpolate("@print1 and @math and @frme", {"print1": print, "math": math, "frame": 1})
    assert result.text == "@print1 and @math and @frme"
    assert len(result.notes) == 3
    assert "did you mean @frame?" in result.notes[2]


def test_an_unknown_name_is_refused_with_close_ones():
    with pytest.raises(BadInput, match="names 'fram', which is no variable") as caught:
        interpolate("Look: {fram}", {"frame": 1, "other": 2})
    assert "Did you mean frame?" in caught.value.hint
    assert caught.value.details == {"name": "fram"}


def test_what_ipython_put_there_is_no_close_name():
    with pytest.raises(BadInput, match="no variable") as caught:
        interpolate("{nope}", {"open": open, "exit": None})
    assert "Did you mean" not in caught.value.hint


@pytest.mark.parametrize("source", ["{", "}", "{}", "{ }", "{a b}", "f() { return 1; }", "{x:{y}}", "{x!z}"])
def test_braces_that_are_no_expression_are_refused_with_the_escape(source):
    with pytest.raises(BadInput) as caught:
        interpolate(source, {"x": 1, "y": 2})
    assert "{{" in caught.value.hint


@pytest.mark.parametrize("source", ["{1/0}", "{x.y}", '{"a": 1}', "{x:q}"])
def test_an_expression_that_fails_says_how(source):
    with pytest.raises(BadInput, match=r"failed|cannot be formatted"):
        interpolate(source, {"x": 1})


def test_what_went_in_is_listed():
    @dataclasses.dataclass
    class Point:
        x: int

    result = interpolate("@a then {b}", {"a": "hello", "b": Point(1)})
    assert [(one.marker, one.kind, one.chars) for one in result.insertions] == [
        ("@a", "str", 5),
        ("{b}", "Point", len(repr(Point(1)))),
    ]


def test_a_cap_too_small_for_its_marker_is_refused():
    with pytest.raises(BadInput, match="100 or more"):
        interpolate("{x}", {"x": 1}, max_chars=5)


def test_comprehensions_see_every_variable():
    assert text("{[k + n for n in (1, 2)]}", k=10) == "[11, 12]"

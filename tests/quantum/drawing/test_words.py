from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from qiskit.circuit import Parameter

from workbench.quantum.drawing.words import angle, parameter, parameters, shorten, text_width, xml


def meant(text: str) -> float:
    """The number that a fraction of π stands for."""
    above, _, below = text.partition("/")
    sign, above = (-1, above[1:]) if above.startswith("-") else (1, above)
    return sign * float(above.removesuffix("π") or 1) * math.pi / float(below or 1)


@settings(deadline=None)
@given(st.integers(-40, 40), st.sampled_from([1, 2, 3, 4, 5, 6, 8, 16, 32, 1024]))
def test_fractions_of_pi_are_written_as_such(above, below):
    assume(above)
    shown = angle(above * math.pi / below)
    assert "π" in shown
    assert math.isclose(meant(shown), above * math.pi / below, rel_tol=1e-12)


@settings(deadline=None)
@given(st.floats(-50, 50))
def test_no_angle_is_shown_as_another(value):
    shown = angle(value)
    close = 1e-8 * math.pi if "π" in shown else 0.006 * abs(value)
    assert abs((meant(shown) if "π" in shown else float(shown)) - value) <= close


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (1, "1"),
        (0.0, "0"),
        (-math.pi, "-π"),
        (3 * math.pi / 4, "3π/4"),
        (0.12345, "0.123"),
        (1j, "0+1j"),
        (complex(math.pi / 2), "π/2"),
        (np.eye(2), "2 by 2 matrix"),
        (Parameter("θ[0]"), "θ[0]"),
        (Parameter("a1.5708"), "a1.5708"),
        (Parameter("t") * math.pi / 2, "π/2·t"),
        (math.pi / Parameter("t"), "π/t"),
        (Parameter("t") ** 2, "t^2"),
    ],
)
def test_parameters_in_few_signs(value, shown):
    assert parameter(value) == shown


def test_a_fraction_that_divides_stands_in_brackets():
    class Written:
        parameters = frozenset()
        sympify = None

        def __str__(self):
            return f"t/{math.pi / 2} + {math.pi}**t"

    assert parameter(Written()) == "t/(π/2) + π^t"


def test_amplitudes_are_counted():
    assert parameters([1 + 0j, 0j]) == "2 values"
    assert parameters([3 + 0j]) == "3"
    assert parameters([math.pi, 2]) == "π, 2"


@settings(deadline=None)
@given(st.text(max_size=40), st.integers(1, 12))
def test_short_text_fits_on_one_line(text, most):
    short = shorten(text, most)
    assert len(short) <= most and "\n" not in short


def test_width_grows_with_the_letters():
    assert text_width("ill", 10) < text_width("abc", 10) < text_width("MWM", 10)
    assert text_width("漢字", 10) > text_width("ab", 10)
    assert text_width("e\u0301", 10) == text_width("e", 10)


def test_signs_that_xml_cannot_hold_are_replaced():
    assert xml("a\x00<\x1b\ud800\U0001f40d") == "a\ufffd&lt;\ufffd\ufffd\U0001f40d"

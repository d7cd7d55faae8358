"""Angles with parameters, and conditions on bits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter, ParameterVector
from qiskit.circuit.classical import expr, types

from workbench.errors import BadInput, Refused
from workbench.quantum.conditions import Condition
from workbench.quantum.expressions import Expression

NAMES = ("θ[0]", "a b", "ϕ", "x", "sin", "pi")
SYMBOLS = [Parameter(name) for name in NAMES]
VALUES = dict(zip(NAMES, (0.31, -0.77, 0.5, 0.9, -0.2, 0.66), strict=True))


def _combined(children):
    pair = st.tuples(children, children)
    return st.one_of(
        pair.map(lambda ab: ab[0] + ab[1]),
        pair.map(lambda ab: ab[0] - ab[1]),
        pair.map(lambda ab: ab[0] * ab[1]),
        pair.map(lambda ab: ab[0] / (ab[1] * ab[1] + 1.5)),
        children.map(lambda a: -a),
        children.map(lambda a: 2 - a),
        children.map(lambda a: 2 / (a * a + 1)),
        children.map(lambda a: (a * a + 1) ** 0.5),
        children.map(lambda a: a.sin()),
        children.map(lambda a: a.cos().arctan().abs()),
    )


formulas = st.recursive(st.sampled_from(SYMBOLS).map(lambda symbol: 1.0 * symbol), _combined, max_leaves=6)


@given(formulas)
def test_an_expression_means_what_qiskits_means(formula):
    want = float(formula.bind({symbol: VALUES[symbol.name] for symbol in formula.parameters}))
    expression = Expression.from_qiskit(formula)
    assert set(expression.names) <= {symbol.name for symbol in formula.parameters}
    assert expression.value(VALUES) == pytest.approx(want, rel=1e-12)
    assert Expression.parse(expression.text).value(VALUES) == pytest.approx(want, rel=1e-12)
    assert Expression.parse(expression.text).text == expression.text


def test_values_may_be_arrays():
    expression = Expression.parse("2*a + sin(b)**2")
    a, b = np.linspace(0, 1, 5), np.linspace(1, 2, 5)[:, None]
    assert np.array_equal(expression.value({"a": a, "b": b}), 2 * a + np.sin(b) ** 2)
    assert expression.names == ("a", "b")


def test_a_value_may_be_qiskits_own_parameter():
    theta = Parameter("θ")
    back = Expression.parse("2*θ + cos(θ)").value({"θ": theta})
    assert float(back.bind({theta: 0.3})) == pytest.approx(0.6 + math.cos(0.3))


def test_elements_of_vectors_keep_their_names():
    vector = ParameterVector("θ", 12)
    assert Expression.from_qiskit(vector[11] / 2).text == "θ[11]/2"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("pi/4", math.pi / 4),
        ("-2**2", -4),
        ("2**-1", 0.5),
        ("arcsin(1)", math.pi / 2),
        ("1e-3", 1e-3),
        ("τ", 0.25),
    ],
)
def test_texts_are_read(text, value):
    assert Expression.parse(text).value({"τ": 0.25}) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2*",
        "a b",
        "a.b",
        "f(x)",
        "__import__('os')",
        "[1]",
        "x if y else z",
        "1j",
        "'a'",
        "sin(1, 2)",
        "a" * 20_000,
        "(" * 3000,
    ],
)
def test_whatever_is_no_expression_is_refused(text):
    with pytest.raises(BadInput) as caught:
        Expression.parse(text)
    assert caught.value.details["column"] >= 1


def test_a_missing_value_is_named():
    with pytest.raises(BadInput, match="The parameter 'b' has no value"):
        Expression.parse("a + b").value({"a": 1.0})


def test_thousands_of_terms_are_no_burden():
    symbols = [Parameter(f"p{number}") for number in range(2000)]
    total = sum(symbols[1:], start=symbols[0])
    expression = Expression.from_qiskit(total)
    assert expression.value(dict.fromkeys(expression.names, 0.5)) == pytest.approx(1000)


CIRCUIT = QuantumCircuit(1, 4)
REGISTER = CIRCUIT.cregs[0]
ASKED = [
    (expr.less(expr.bit_and(REGISTER, 5), 4), lambda n: n & 5 < 4),
    (expr.logic_not(CIRCUIT.clbits[1]), lambda n: not n >> 1 & 1),
    (expr.equal(expr.bit_not(REGISTER), 2), lambda n: ~n & 15 == 2),
    (expr.logic_or(CIRCUIT.clbits[0], expr.index(REGISTER, 2)), lambda n: n & 1 or n >> 2 & 1),
    (expr.cast(REGISTER, types.Bool()), bool),
    (expr.equal(expr.shift_left(REGISTER, 1), 2), lambda n: n << 1 & 15 == 2),
    (expr.greater_equal(expr.bit_xor(REGISTER, 3), 9), lambda n: n ^ 3 >= 9),
    ((REGISTER, 5), lambda n: n == 5),
    ((CIRCUIT.clbits[3], 0), lambda n: n < 8),
]


@pytest.mark.parametrize(("source", "holds"), ASKED)
def test_a_condition_holds_where_qiskits_does(source, holds):
    condition = Condition.from_qiskit(source, lambda bit: CIRCUIT.find_bit(bit).index)
    for number in range(16):
        bits = [number >> place & 1 for place in range(4)]
        assert condition.evaluate(bits) == bool(holds(number)), number
        assert condition.negated().evaluate(bits) != bool(holds(number))
        shown = {bit: bits[bit] for bit in condition.bits}
        assert (shown in condition.rows) == bool(holds(number))


def test_an_equality_may_be_as_wide_as_a_register():
    condition = Condition.equals(range(60), 5)
    assert condition.rows == ({bit: int(bit in (0, 2)) for bit in range(60)},)
    assert Condition.equals([0, 1], 7).rows == ()
    with pytest.raises(Refused, match="reads 60 classical bits, and at most 12"):
        _ = condition.negated().rows

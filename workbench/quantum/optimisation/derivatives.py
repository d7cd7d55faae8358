"""Exact derivatives of angles, carried along with their values (forward differentiation)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from workbench.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.quantum.expressions import Expression

__all__ = ["derivatives"]

# A value, and its derivative by each of the expression's names.
_Dual: TypeAlias = "tuple[float, NDArray[np.float64]]"

_SLOPES: dict[str, Callable[[float], float]] = {
    "neg": lambda _: -1.0,
    "sin": math.cos,
    "cos": lambda a: -math.sin(a),
    "tan": lambda a: 1.0 + math.tan(a) ** 2,
    "asin": lambda a: 1.0 / math.sqrt(1.0 - a * a),
    "acos": lambda a: -1.0 / math.sqrt(1.0 - a * a),
    "atan": lambda a: 1.0 / (1.0 + a * a),
    "exp": math.exp,
    "log": lambda a: 1.0 / a,
    "abs": lambda a: math.copysign(1.0, a) if a else 0.0,
    "sign": lambda _: 0.0,
    "sqrt": lambda a: 0.5 / math.sqrt(a),
}
_VALUES: dict[str, Callable[[float], float]] = {
    "neg": lambda a: -a,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "exp": math.exp,
    "log": math.log,
    "abs": abs,
    "sign": lambda a: math.copysign(1.0, a) if a else 0.0,
    "sqrt": math.sqrt,
}


def derivatives(expression: Expression, values: Mapping[str, float]) -> tuple[float, dict[str, float]]:
    """Return an angle and its derivative by each parameter in it.

    Parameters
    ----------
    expression : Expression
        The angle.
    values : mapping of str to float
        One for each of ``expression.names``.

    Returns
    -------
    value : float
        Radians.
    slopes : dict of str to float
        Radians by unit of the parameter; at the corner of ``abs`` and the step of ``sign`` 0.

    Raises
    ------
    BadInput
        The expression is not differentiable there, such as ``sqrt`` and ``log`` at 0.
    """
    names = expression.names
    basis = np.eye(len(names))
    stack: list[_Dual] = []
    try:
        for step in expression.steps:
            if isinstance(step, tuple):
                stack.append((float(values[step[0]]), basis[names.index(step[0])]))
            elif isinstance(step, float):
                stack.append((step, np.zeros(len(names))))
            elif step in _SLOPES:
                value, slope = stack.pop()
                stack.append((_VALUES[step](value), _SLOPES[step](value) * slope))
            else:
                right = stack.pop()
                stack.append(_joined(step, stack.pop(), right))
        value, slope = stack.pop()
    except (ValueError, ZeroDivisionError, OverflowError, TypeError) as error:
        raise _none(expression, values) from error
    if not (math.isfinite(value) and np.isfinite(slope).all()):
        raise _none(expression, values)
    return value, dict(zip(names, slope.tolist(), strict=True))


def _none(expression: Expression, values: Mapping[str, float]) -> BadInput:
    where = ", ".join(f"{name} = {values[name]:.6g}" for name in expression.names)
    return BadInput(
        f"The angle {expression.text} has no derivative at {where}.",
        "Start elsewhere, or take optimiser='cobyla', which needs none.",
        details={"field": "start"},
    )


def _joined(step: str, left: _Dual, right: _Dual) -> _Dual:
    (a, da), (b, db) = left, right
    if step == "+":
        return a + b, da + db
    if step == "-":
        return a - b, da - db
    if step == "*":
        return a * b, a * db + b * da
    if step == "/":
        return a / b, (da - a / b * db) / b
    # math's power refuses what has no real value, where Python's own gives a complex one
    slope = b * math.pow(a, b - 1.0) * da if da.any() else np.zeros_like(da)
    if db.any():
        slope = slope + math.pow(a, b) * math.log(a) * db
    return math.pow(a, b), slope

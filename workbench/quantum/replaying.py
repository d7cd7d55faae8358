"""How Qiskit's parameter expressions were made, step by step."""

from __future__ import annotations

from typing import Any

from workbench.errors import BadInput

__all__ = ["real", "replayed"]

_NAMES = {"arcsin": "asin", "arccos": "acos", "arctan": "atan"}
_INFIX = {
    "__add__": "+",
    "__sub__": "-",
    "__mul__": "*",
    "__truediv__": "/",
    "__pow__": "**",
    "__rsub__": "-",
    "__rtruediv__": "/",
    "__rpow__": "**",
}


def replayed(source: Any) -> list[Any]:
    """Return the steps of an `Expression`, postfix.

    Raises
    ------
    BadInput
        For complex numbers.
    """
    from qiskit.circuit import ParameterExpression

    if not isinstance(source, ParameterExpression):
        return [real(source)]
    if not source.parameters:
        return [real(source.numeric())]
    if source.is_symbol():
        return [(next(iter(source.parameters)).name,)]
    from qiskit.circuit.parameterexpression import op_code_to_method

    # Qiskit's own record of how an expression was made; an operand that is left out is on the stack.
    stack: list[list[Any]] = []
    for done in source._qpy_replay:  # noqa: SLF001
        stack.extend(replayed(operand) for operand in (done.lhs, done.rhs) if operand is not None)
        method = op_code_to_method(done.op)
        if method in _INFIX:
            right = stack.pop()
            stack.append(_infix(method, stack.pop(), right))
        elif method != "conjugate":
            stack.append([*stack.pop(), _NAMES.get(method, method)])
    return stack.pop()


def _infix(method: str, left: list[Any], right: list[Any]) -> list[Any]:
    if method.startswith("__r"):
        left, right = right, left
    return [*left, *right, _INFIX[method]]


def real(value: Any) -> float:
    """Return an angle as a number.

    Raises
    ------
    BadInput
        For a complex one.
    """
    if hasattr(value, "numeric"):
        value = value.numeric()
    number = complex(value)
    if number.imag:
        raise BadInput(f"The angle {number} is complex, and angles are real.", "Take its real part.")
    return number.real

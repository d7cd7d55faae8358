"""SymPy's expressions, in which Cirq and Braket keep parameters."""

from __future__ import annotations

from typing import Any

from workbench.errors import BadInput
from workbench.quantum.parameters import parameter

__all__ = ["angle"]

_FUNCTIONS = {"sin", "cos", "tan", "exp", "log"}


def angle(value: Any) -> Any:  # noqa: PLR0911 # one a kind
    """Return a number as a float, an expression as one of Qiskit.

    Raises
    ------
    BadInput
        If it is complex, or holds a function that Qiskit's expressions do not have.
    """
    import sympy

    if not isinstance(value, sympy.Basic):
        return _real(complex(value), value)
    if not value.free_symbols:
        return _real(complex(value.evalf(20)), value)
    if isinstance(value, sympy.Symbol):
        return parameter(value.name)
    parts = [angle(part) for part in value.args]
    if isinstance(value, sympy.Add):
        return sum(parts[1:], parts[0])
    if isinstance(value, sympy.Mul):
        made = parts[0]
        for part in parts[1:]:
            made = made * part
        return made
    if isinstance(value, sympy.Pow):
        return parts[0] ** parts[1]
    if (name := value.func.__name__) in _FUNCTIONS:
        return getattr(parts[0], name)()
    raise BadInput(
        f"The parameter {value} holds {name!r}, which circuits cannot keep.",
        "Take sums, products, powers, sin, cos, tan, exp and log.",
        details={"field": "circuit"},
    )


def _real(number: complex, given: Any) -> float:
    if abs(number.imag) > 1e-12:  # noqa: PLR2004
        raise BadInput(f"The parameter {given} is not real.", details={"field": "circuit"})
    return number.real

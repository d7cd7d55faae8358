"""Numbers of the canonical form."""

from __future__ import annotations

import math
from typing import Any

from workbench.errors import BadInput

__all__ = ["number"]


def number(value: Any) -> Any:
    """Return a real number as a float, a complex one as ``[re, im]``; -0 is 0."""
    if isinstance(value, complex) and value.imag:
        return [number(value.real), number(value.imag)]
    real = float(value.real) + 0.0
    if not math.isfinite(real):
        raise BadInput(f"An operation of the circuit has the parameter {value}, which is no finite number.")
    return real

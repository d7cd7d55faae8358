"""How an operation that an engine cannot do is named."""

from __future__ import annotations

import cmath
from collections.abc import Callable
from typing import Any

from workbench.errors import BadInput
from workbench.quantum.expressions import Expression
from workbench.quantum.lowered import Branch, Gate, Lowered, Matrix, Measure, Reset, While

__all__ = ["has_arrays", "named", "only_static", "refuse", "turns", "unbound"]

_NOTHING = 1e-15


def named(op: Any) -> str:
    """Return such as ``t on qubit 0 in line 4``."""
    where = "" if op.line is None else f" in line {op.line}"
    match op:
        case Gate(name=name, qubits=qubits):
            return f"{name} on {_listed(qubits)}{where}"
        case Matrix(label=label, qubits=qubits):
            return f"{label} on {_listed(qubits)}{where}"
        case Measure(qubit=qubit):
            return f"measure on qubit {qubit}{where}"
        case Reset(qubit=qubit):
            return f"reset on qubit {qubit}{where}"
        case Branch():
            return f"if{where}"
        case While():
            return f"while{where}"
    raise TypeError(op)


def _listed(qubits: tuple[int, ...]) -> str:
    if len(qubits) == 1:
        return f"qubit {qubits[0]}"
    return f"qubits {', '.join(map(str, qubits[:-1]))} and {qubits[-1]}"


def unbound(lowered: Lowered) -> str | None:
    """Return a sentence that names the parameters without a value, or ``None``."""
    if not lowered.parameters:
        return None
    return f"Parameters without a value: {', '.join(lowered.parameters)}."


def only_static(lowered: Lowered, engine: str) -> str | None:
    """Return why an engine that measures at the end only cannot do a circuit, or ``None``."""
    measured: set[int] = set()
    for op in lowered.ops:
        if isinstance(op, (Branch, While, Reset)):
            return f"{engine} measures at the end only, and there is {named(op)}."
        if isinstance(op, Measure):
            measured.add(op.qubit)
        elif measured.intersection(op.qubits):
            return f"{engine} measures at the end only, and {named(op)} follows a measurement of its qubit."
    return None


def refuse(lowered: Lowered, refusal: Callable[[Lowered], str | None]) -> None:
    """Raise what an emitter refuses.

    Raises
    ------
    BadInput
        With the refusal's sentence.
    """
    reason = refusal(lowered)
    if reason is not None:
        raise BadInput(reason, "Choose another engine.", details={"field": "circuit"})


def has_arrays(lowered: Lowered) -> Gate | None:
    """Return the first gate whose angle is an array, or ``None``."""
    for op in lowered.ops:
        if isinstance(op, Gate) and any(not isinstance(angle, (float, Expression)) for angle in op.angles):
            return op
    return None


def turns(phase: float) -> bool:
    """Return whether a global phase in radians is any."""
    return abs(cmath.exp(1j * phase) - 1) > _NOTHING

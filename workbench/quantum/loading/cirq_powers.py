"""Cirq's powers of gates, whose exponents may be symbols.

A power ``e`` with global shift ``s`` has the eigenvalues of the gate to the power ``e`` times
exp(i pi s e); Cirq's documentation of `EigenGate` gives it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from workbench.quantum.loading.assembly import Assembly

__all__ = ["power"]


def power(to: Assembly, op: Any, angle: Callable[[Any], Any]) -> bool:
    """Append a power by rotations of the same unitary, global phase included.

    Parameters
    ----------
    to : Assembly
        The circuit in the making.
    op : cirq.Operation
        Any.
    angle : callable
        Turns a number or an expression into one of Qiskit.

    Returns
    -------
    bool
        Whether it was one that is known here; nothing is appended otherwise.
    """
    import cirq

    gate, qubits = op.gate, op.qubits
    for kind, name in ((cirq.XPowGate, "rx"), (cirq.YPowGate, "ry"), (cirq.ZPowGate, "rz")):
        if isinstance(gate, kind):
            return _rotation(to, name, op, angle)
    for kind, name in ((cirq.XXPowGate, "rxx"), (cirq.YYPowGate, "ryy"), (cirq.ZZPowGate, "rzz")):
        if isinstance(gate, kind):
            return _rotation(to, name, op, angle)
    if not isinstance(
        gate, cirq.CZPowGate | cirq.CXPowGate | cirq.HPowGate | cirq.SwapPowGate | cirq.ISwapPowGate
    ):
        return False
    turn = angle(gate.exponent) * math.pi
    to.phase(turn * gate.global_shift)
    _powers()[type(gate)](to, qubits, turn)
    return True


def _rotation(to: Assembly, name: str, op: Any, angle: Callable[[Any], Any]) -> bool:
    gate = op.gate
    # The named rotations keep radians; a quotient by pi and a product with it would not give them back.
    rads = getattr(gate, "_rads", None)
    turn = angle(gate.exponent) * math.pi if rads is None else angle(rads)
    if name == "rz" and not gate.global_shift:
        to.gate("p", op.qubits, turn)
        return True
    to.gate(name, op.qubits, turn)
    if gate.global_shift != -0.5:  # noqa: PLR2004
        to.phase(turn * (gate.global_shift + 0.5))
    return True


def _powers() -> dict[type, Callable[[Assembly, Any, Any], None]]:
    import cirq

    return {
        cirq.CZPowGate: lambda to, qubits, turn: to.gate("cp", qubits, turn),
        cirq.CXPowGate: _cx,
        cirq.HPowGate: _h,
        cirq.SwapPowGate: _swap,
        cirq.ISwapPowGate: _iswap,
    }


def _cx(to: Assembly, qubits: Any, turn: Any) -> None:
    to.gate("h", qubits[1:])
    to.gate("cp", qubits, turn)
    to.gate("h", qubits[1:])


def _h(to: Assembly, qubits: Any, turn: Any) -> None:
    to.gate("ry", qubits, -math.pi / 4)
    to.gate("p", qubits, turn)
    to.gate("ry", qubits, math.pi / 4)


def _swap(to: Assembly, qubits: Any, turn: Any) -> None:
    for name in ("rxx", "ryy", "rzz"):
        to.gate(name, qubits, turn / 2)
    to.phase(turn / 4)


def _iswap(to: Assembly, qubits: Any, turn: Any) -> None:
    # exp(i turn (XX + YY) / 4)
    to.gate("rxx", qubits, -turn / 2)
    to.gate("ryy", qubits, -turn / 2)

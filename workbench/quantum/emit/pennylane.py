"""Lowered circuits as PennyLane's operations."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from workbench.quantum.emit.refusing import only_static, refuse, turns, unbound
from workbench.quantum.lowered import Gate, Lowered, Measure

__all__ = ["refusal", "to_pennylane"]


def refusal(lowered: Lowered) -> str | None:
    """Return why PennyLane is not told a circuit, or ``None``: whatever is not static."""
    return only_static(lowered, "PennyLane") or unbound(lowered)


def to_pennylane(lowered: Lowered) -> list[Any]:
    """Return the operations on wires 0 to ``qubits - 1``; the final measurements are left out.

    Angles may be arrays, one value a point, which PennyLane broadcasts. The global phase is a
    ``GlobalPhase``. Nothing is queued, and equal gates on equal wires are one object.

    Raises
    ------
    BadInput
        With the sentence of `refusal`.
    """
    import pennylane as qml

    refuse(lowered, refusal)
    made: dict[Any, Any] = {}
    operations = []
    with qml.QueuingManager.stop_recording():
        if turns(lowered.phase):
            operations.append(qml.GlobalPhase(-lowered.phase))
        for op in lowered.ops:
            if isinstance(op, Measure):
                continue
            if isinstance(op, Gate) and not op.angles:
                key = op.name, op.qubits
                if key not in made:
                    made[key] = _gates()[op.name](wires=op.qubits)
                operations.append(made[key])
            elif isinstance(op, Gate):
                operations.append(_gates()[op.name](*op.angles, wires=op.qubits))
            else:
                # PennyLane's first wire is the most significant.
                operations.append(qml.QubitUnitary(op.matrix, wires=op.qubits[::-1], unitary_check=False))  # type: ignore[union-attr]
    return operations


@cache
def _gates() -> dict[str, Callable[..., Any]]:
    import pennylane as qml

    def inverse(kind: Any) -> Callable[..., Any]:
        return lambda wires: qml.adjoint(kind(wires=wires))

    return {
        "id": qml.Identity,
        "x": qml.PauliX,
        "y": qml.PauliY,
        "z": qml.PauliZ,
        "h": qml.Hadamard,
        "s": qml.S,
        "sdg": inverse(qml.S),
        "t": qml.T,
        "tdg": inverse(qml.T),
        "sx": qml.SX,
        "sxdg": inverse(qml.SX),
        "p": qml.PhaseShift,
        "rx": qml.RX,
        "ry": qml.RY,
        "rz": qml.RZ,
        "u": qml.U3,
        "cx": qml.CNOT,
        "cy": qml.CY,
        "cz": qml.CZ,
        "ch": qml.CH,
        "swap": qml.SWAP,
        "iswap": qml.ISWAP,
        "cp": qml.ControlledPhaseShift,
        "crx": qml.CRX,
        "cry": qml.CRY,
        "crz": qml.CRZ,
        "rxx": qml.IsingXX,
        "ryy": qml.IsingYY,
        "rzz": qml.IsingZZ,
        "ccx": qml.Toffoli,
        "ccz": qml.CCZ,
        "cswap": qml.CSWAP,
    }

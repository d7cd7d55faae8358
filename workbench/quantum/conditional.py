"""Gates under the control of one more qubit."""

from __future__ import annotations

from dataclasses import replace
from math import pi
from typing import TYPE_CHECKING, Any

from workbench.quantum.expressions import Expression
from workbench.quantum.lowered import Gate, Lowered, Matrix
from workbench.quantum.unitaries import controlled, gate_matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["many_controls", "under"]

_TWINS = {
    "x": "cx",
    "y": "cy",
    "z": "cz",
    "h": "ch",
    "p": "cp",
    "rx": "crx",
    "ry": "cry",
    "rz": "crz",
    "cx": "ccx",
    "cz": "ccz",
    "swap": "cswap",
}
_TURNS = {"s": pi / 2, "sdg": -pi / 2, "t": pi / 4, "tdg": -pi / 4}
_WIDEST = 2


def under(op: Gate | Matrix, control: int) -> list[Gate | Matrix]:
    """Return a gate as it is done where a qubit that it does not touch is 1."""
    qubits = (control, *op.qubits)
    if isinstance(op, Gate):
        if op.name == "id":
            return []
        if op.name in _TWINS:
            return [replace(op, name=_TWINS[op.name], qubits=qubits)]
        if op.name in _TURNS:
            return [Gate("cp", qubits, (_TURNS[op.name],), op.line)]
    unbound = isinstance(op, Gate) and any(isinstance(angle, Expression) for angle in op.angles)
    if len(op.qubits) <= _WIDEST and not unbound:
        matrix = gate_matrix(op.name, op.angles) if isinstance(op, Gate) else op.matrix  # type: ignore[arg-type]
        label = op.name if isinstance(op, Gate) else op.label
        return [Matrix(qubits, controlled(matrix, 1), f"controlled {label}", op.line)]
    return _by_qiskit(op, qubits)


def many_controls(controls: Sequence[int], target: int) -> list[Gate | Matrix]:
    """Return an x on a qubit where all the others are 1."""
    from qiskit.circuit.library import MCXGate, XGate

    gate = MCXGate(len(controls)) if controls else XGate()
    return _lowered(gate, (*controls, target), None)


def _by_qiskit(op: Gate | Matrix, qubits: tuple[int, ...]) -> list[Gate | Matrix]:
    from workbench.quantum.emit.qiskit import to_qiskit

    names: dict[str, None] = {}
    if isinstance(op, Gate):
        names = {name: None for angle in op.angles if isinstance(angle, Expression) for name in angle.names}
    alone = replace(op, qubits=tuple(range(len(op.qubits))))
    circuit = to_qiskit(Lowered(len(op.qubits), 0, (alone,), parameters=tuple(names)))
    return _lowered(circuit.data[0].operation.control(1, annotated=False), qubits, op.line)


def _lowered(gate: Any, qubits: tuple[int, ...], line: int | None) -> list[Gate | Matrix]:
    from qiskit import QuantumCircuit

    from workbench.quantum.lowering import lower

    circuit = QuantumCircuit(len(qubits))
    circuit.append(gate, circuit.qubits)
    ops: tuple[Any, ...] = lower(circuit).ops
    return [replace(op, qubits=tuple(qubits[qubit] for qubit in op.qubits), line=line) for op in ops]

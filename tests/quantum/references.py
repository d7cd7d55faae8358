"""Matrices by definition, independent of what Qiskit makes of controls and of what the emitters do."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
import qiskit.circuit.library.standard_gates as standard
from qiskit.quantum_info import Operator

# Taking a number of controls and, two of them, an angle.
_COUNTED = {"MCXGate": 0, "MCPhaseGate": 1, "MCU1Gate": 1}


def gate_kinds() -> list[tuple[str, int, int]]:
    """Return name, controls asked for (0: none) and angles of every standard gate of Qiskit's."""
    found = []
    for name in sorted(dir(standard)):
        if name in _COUNTED:
            found += [(name, controls, _COUNTED[name]) for controls in (1, 2, 3, 4)]
        elif name.endswith("Gate") and name != "GlobalPhaseGate":
            found.append((name, 0, _angles(getattr(standard, name))))
    return found


def _angles(kind: Any) -> int:
    parameters = inspect.signature(kind.__init__).parameters.values()
    own = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD and p.default is p.empty]
    return len(own) - 1


def made(kind: tuple[str, int, int], angles: list[float]) -> Any:
    """Return the gate."""
    name, controls, count = kind
    return getattr(standard, name)(*angles[:count], *([controls] if controls else []))


def controlled(matrix: Any, controls: int, state: int) -> Any:
    """Return a matrix that acts where the controls, the low bits, have this state."""
    size = len(matrix) << controls
    result = np.eye(size, dtype=complex)
    places = np.arange(len(matrix)) * (1 << controls) + state
    result[np.ix_(places, places)] = matrix
    return result


def placed(matrix: Any, at: tuple[int, ...], qubits: int) -> Any:
    """Return a matrix on some qubits of a register, by its entries one by one."""
    size = 1 << qubits
    rest = [qubit for qubit in range(qubits) if qubit not in at]
    result = np.zeros((size, size), dtype=complex)
    index = np.arange(size)
    inner = sum((index >> qubit & 1) << place for place, qubit in enumerate(at))
    outer = sum(
        ((index >> qubit & 1) << place for place, qubit in enumerate(rest)), start=np.zeros_like(index)
    )
    same = outer[:, None] == outer[None, :]
    result[same] = matrix[inner[:, None], inner[None, :]][same]
    return result


def variants(gate: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the gate, its inverse, and both under one control of either state, with their matrices."""
    for one, matrix in ((gate, Operator(gate).data), (gate.inverse(), Operator(gate).data.conj().T)):
        yield one, matrix
        for annotated in (False, True):
            for state in (0, 1):
                yield one.control(1, ctrl_state=state, annotated=annotated), controlled(matrix, 1, state)


def big_endian(matrix: Any, qubits: int) -> Any:
    """Return a matrix with the order of its qubits turned round."""
    shape = (2,) * (2 * qubits)
    axes = [*reversed(range(qubits)), *(qubits + axis for axis in reversed(range(qubits)))]
    return matrix.reshape(shape).transpose(axes).reshape(matrix.shape)


def phase_free(matrix: Any, like: Any) -> Any:
    """Return a matrix with the global phase of another."""
    overlap = np.vdot(matrix, like)
    return matrix * overlap / abs(overlap)

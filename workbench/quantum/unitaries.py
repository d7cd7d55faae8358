"""Matrices of gates, in Qiskit's order: the first qubit is the least significant bit."""

from __future__ import annotations

import cmath
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.quantum.lowered import Gate, Matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["controlled", "gate_matrix", "standard_gates", "unitary"]


@cache
def standard_gates() -> dict[str, type[Any]]:
    """Return the classes of Qiskit's standard gates by name."""
    from qiskit.circuit.library import get_standard_gate_name_mapping

    found = get_standard_gate_name_mapping()
    return {name: gate.base_class for name, gate in found.items() if hasattr(gate, "to_matrix")}


def gate_matrix(name: str, angles: Sequence[float] = ()) -> NDArray[np.complex128]:
    """Return the matrix of a standard gate, read-only, shape (2**k, 2**k)."""
    return _gate_matrix(name, tuple(angles))


@lru_cache(maxsize=1024)
def _gate_matrix(name: str, angles: tuple[float, ...]) -> NDArray[np.complex128]:
    matrix = np.array(standard_gates()[name](*angles).to_matrix(), dtype=np.complex128, order="C")
    matrix.flags.writeable = False
    return matrix


def controlled(matrix: NDArray[np.complex128], controls: int) -> NDArray[np.complex128]:
    """Return a matrix that acts where all controls are 1; the controls are its first qubits."""
    power = 1 << controls
    size = matrix.shape[0] * power
    result: NDArray[np.complex128] = np.eye(size, dtype=np.complex128)
    # Controls are the low bits: the rows where they are all 1 are every 2**controls-th, from the end.
    result[power - 1 :: power, power - 1 :: power] = matrix
    return result


def unitary(ops: Sequence[Gate | Matrix], qubits: int, phase: float = 0.0) -> NDArray[np.complex128]:
    """Return the product of gates.

    Parameters
    ----------
    ops : sequence of Gate or Matrix
        In the order in which they are done; angles are numbers.
    qubits : int
        How many there are.
    phase : float
        Global phase, radians.

    Returns
    -------
    ndarray of complex, shape (2**qubits, 2**qubits)
    """
    size = 1 << qubits
    result: Any = np.eye(size, dtype=np.complex128) * cmath.exp(1j * phase)
    result = result.reshape((2,) * qubits + (size,))
    for op in ops:
        matrix = op.matrix if isinstance(op, Matrix) else gate_matrix(op.name, op.angles)  # type: ignore[arg-type]
        result = _applied(result, matrix, op.qubits, qubits)
    return result.reshape(size, size)


def _applied(state: Any, matrix: NDArray[np.complex128], on: tuple[int, ...], qubits: int) -> Any:
    count = len(on)
    # Axis 0 of the state is the last qubit, as the first is the least significant.
    axes = [qubits - 1 - qubit for qubit in reversed(on)]
    moved = np.tensordot(matrix.reshape((2,) * 2 * count), state, axes=(range(count, 2 * count), axes))
    return np.moveaxis(moved, range(count), axes)

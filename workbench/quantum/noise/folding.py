"""Gates backwards: what a gate is folded with.

Every gate is folded, for every gate errs here; qiskit-mitigation's own pass folds cx, cy, cz, ecr and
swap only, and leaves the noise of all others as it is.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from workbench.quantum.lowered import Gate, Matrix
from workbench.quantum.unitaries import gate_matrix

__all__ = ["inverse"]

_OWN = frozenset({"id", "x", "y", "z", "h", "cx", "cy", "cz", "ch", "swap", "ccx", "ccz", "cswap"})
_TWINS = {"s": "sdg", "sdg": "s", "t": "tdg", "tdg": "t", "sx": "sxdg", "sxdg": "sx"}


def inverse(op: Gate | Matrix) -> Gate | Matrix:
    """Return the gate that undoes another, whose angles are numbers."""
    if isinstance(op, Matrix):
        return replace(op, matrix=op.matrix.conj().T)
    if op.name in _OWN:
        return op
    if op.name in _TWINS:
        return replace(op, name=_TWINS[op.name])
    if op.name == "u":
        theta, phi, lam = op.angles
        return replace(op, angles=(-theta, -lam, -phi))  # type: ignore[operator]
    if op.angles:
        return replace(op, angles=tuple(-angle for angle in op.angles))  # type: ignore[operator]
    return Matrix(op.qubits, np.array(gate_matrix(op.name)).conj().T, f"{op.name} inverse", op.line)

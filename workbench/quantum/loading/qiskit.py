"""Qiskit's own circuits: there is nothing to convert."""

from __future__ import annotations

from typing import Any

from workbench.errors import BadInput
from workbench.quantum.loading.program import Program

__all__ = ["read"]


def read(circuit: Any) -> Program:
    """Take a `QuantumCircuit`; the caller's stays its own."""
    from qiskit import QuantumCircuit

    if not isinstance(circuit, QuantumCircuit):
        raise BadInput(
            f"{type(circuit).__name__!r} of Qiskit is not a circuit.",
            "Pass a QuantumCircuit; a gate goes into one by append.",
            details={"field": "circuit"},
        )
    return Program(circuit.copy(), "qiskit", lines=(None,) * len(circuit.data))

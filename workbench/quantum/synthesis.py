"""Powers of gates, and circuits for gates that have neither definition nor small matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["power_of", "synthesised"]


def power_of(matrix: Any, power: float) -> Any:
    """Return a unitary to any real power, by the eigenvalues' phases between -pi and pi."""
    from scipy.linalg import schur

    if float(power).is_integer():
        return np.linalg.matrix_power(matrix, int(power))
    # A unitary's Schur form is diagonal, and its vectors are orthonormal even where values repeat.
    values, vectors = schur(matrix, output="complex")
    return vectors @ np.diag(np.exp(1j * power * np.angle(np.diag(values)))) @ vectors.conj().T


def synthesised(operation: Any) -> Any:
    """Return Qiskit's own circuit for what has neither definition nor small matrix, or ``None``."""
    from qiskit import QuantumCircuit
    from qiskit.transpiler.passes import HighLevelSynthesis

    circuit = QuantumCircuit(operation.num_qubits)
    circuit.append(operation, circuit.qubits)
    made = HighLevelSynthesis()(circuit)
    return None if any(step.name == operation.name for step in made.data) else made

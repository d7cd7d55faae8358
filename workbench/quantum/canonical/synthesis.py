"""Operations without a definition, built by Qiskit's synthesis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.errors import BadInput

if TYPE_CHECKING:
    from qiskit.circuit import Operation, QuantumCircuit

__all__ = ["synthesised"]


def synthesised(operation: Operation) -> QuantumCircuit:
    """Return a circuit that does what an operation does.

    Raises
    ------
    BadInput
        If nothing is known of it.
    """
    from qiskit.circuit import QuantumCircuit
    from qiskit.exceptions import QiskitError
    from qiskit.transpiler.passes import HighLevelSynthesis

    circuit = QuantumCircuit(operation.num_qubits, operation.num_clbits)
    try:
        circuit.append(operation, circuit.qubits, circuit.clbits)
        made = HighLevelSynthesis()(circuit)
    except QiskitError:
        made = circuit
    if made.count_ops().get(operation.name):
        raise BadInput(
            f"{operation.name!r} has no definition, so nothing is known of what it does.",
            "Define it by other gates, or give its matrix as a UnitaryGate.",
            details={"field": operation.name},
        )
    return made

"""Qiskit's own state vector: the reference, and the fastest for a handful of qubits."""

from __future__ import annotations

from workbench.quantum.backends.base import Outcome, Task
from workbench.quantum.backends.local import LocalEngine

__all__ = ["QiskitBackend"]


class QiskitBackend(LocalEngine):
    """`qiskit.quantum_info.Statevector`."""

    name = "qiskit"
    modules = ("qiskit",)
    precisions = frozenset({"double"})
    copies = 3.0

    def run(self, task: Task) -> Outcome:
        """Return amplitudes."""
        from qiskit.quantum_info import Statevector

        from workbench.quantum.emit.qiskit import to_qiskit

        circuit = to_qiskit(task.lowered.unmeasured())
        return Outcome(amplitudes=Statevector(circuit).data, first="least")

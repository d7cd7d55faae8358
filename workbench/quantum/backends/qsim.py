"""qsim: the fastest state vector here from about fifteen qubits on, in single precision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.quantum.backends.base import Outcome, Task
from workbench.quantum.backends.local import LocalEngine, cores

if TYPE_CHECKING:
    from workbench.quantum.lowered import Lowered

__all__ = ["QsimBackend"]

_FUSED = 3
"""Most qubits of the gates that it makes of several: measured on random circuits and Fourier transforms."""


class QsimBackend(LocalEngine):
    """`qsimcirq.QSimSimulator`."""

    name = "qsim"
    modules = ("qsimcirq",)
    precisions = frozenset({"single"})
    copies = 1.2

    def cannot(self, lowered: Lowered) -> str | None:
        """Return which operation is beyond it."""
        from workbench.quantum.emit.cirq import refusal

        return refusal(lowered)

    def run(self, task: Task) -> Outcome:
        """Return amplitudes."""
        import cirq
        import qsimcirq

        from workbench.quantum.emit.cirq import to_cirq

        qubits = cirq.LineQubit.range(task.lowered.qubits)
        options = qsimcirq.QSimOptions(max_fused_gate_size=_FUSED, cpu_threads=cores())
        simulator = qsimcirq.QSimSimulator(options)
        circuit = to_cirq(task.lowered.unmeasured())
        _, amplitudes, _ = simulator.simulate_into_1d_array(circuit, qubit_order=qubits)
        return Outcome(amplitudes=amplitudes)

"""Cirq's own simulator: a second opinion, and the other one that acts on measurements."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.quantum.backends.base import Outcome, Task
from workbench.quantum.backends.local import LocalEngine

if TYPE_CHECKING:
    from workbench.quantum.lowered import Lowered

__all__ = ["CirqBackend"]


class CirqBackend(LocalEngine):
    """`cirq.Simulator`."""

    name = "cirq"
    modules = ("cirq",)
    dynamic = True
    noisy = True
    copies = 3.0

    def cannot(self, lowered: Lowered) -> str | None:
        """Return which operation is beyond it."""
        from workbench.quantum.emit.cirq import refusal

        return refusal(lowered)

    def run(self, task: Task) -> Outcome:
        """Return amplitudes, or samples of what acts on measurements."""
        import cirq

        from workbench.quantum.emit.cirq import to_cirq

        if task.noise is not None:
            from workbench.quantum.noise.on_cirq import run

            return run(task, task.noise)
        precision = np.complex64 if task.precision == "single" else np.complex128
        simulator: Any = cirq.Simulator(dtype=precision, seed=task.seed)
        if task.lowered.dynamic:
            circuit = to_cirq(task.lowered.shown())
            return Outcome(counts=_counts(simulator.run(circuit, repetitions=task.shots or 1), task.lowered))
        qubits = cirq.LineQubit.range(task.lowered.qubits)
        result = simulator.simulate(to_cirq(task.lowered.unmeasured()), qubit_order=qubits)
        return Outcome(amplitudes=result.final_state_vector)


def _counts(result: Any, lowered: Lowered) -> dict[str, int]:
    """Read each bit where it was last written; one that never was shows 0."""
    width = lowered.clbits
    shots = result.repetitions
    bits = np.zeros((shots, width), np.uint8)
    for bit in range(width):
        record = result.records.get(f"c{bit}")
        if record is not None:
            bits[:, bit] = record[:, -1, 0]
    return dict(Counter("".join(map(str, row)) for row in bits.tolist()))

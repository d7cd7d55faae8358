"""Noise on Cirq: its density-matrix simulator, with Cirq's own channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.quantum.backends.base import Outcome, Task
from workbench.quantum.lowered import Lowered
from workbench.quantum.noise.channels import Channel, Error
from workbench.quantum.noise.misreading import read_out, told
from workbench.quantum.noise.program import program

if TYPE_CHECKING:
    from workbench.quantum.noise.model import Noise

__all__ = ["run"]


def run(task: Task, noise: Noise) -> Outcome:
    """Return exact probabilities."""
    import cirq

    made = program(task.lowered.unmeasured(), noise)
    qubits = cirq.LineQubit.range(made.qubits)
    operations = [one for op in made.ops for one in _said(op, made.qubits, qubits)]
    precision = np.complex64 if task.precision == "single" else np.complex128
    simulator: Any = cirq.DensityMatrixSimulator(dtype=precision)
    result = simulator.simulate(cirq.Circuit(operations), qubit_order=qubits)
    diagonal = np.clip(np.diagonal(result.final_density_matrix).real.astype(float), 0.0, None)
    return Outcome(
        probabilities=told(read_out(diagonal, made.places), made.read), meta={"method": "density_matrix"}
    )


def _said(op: Any, count: int, qubits: Any) -> list[Any]:
    if not isinstance(op, Channel):
        from workbench.quantum.emit.cirq import to_cirq

        return list(to_cirq(Lowered(count, 0, (op,))).all_operations())
    # Cirq's first qubit is the most significant.
    return [_channel(op.error).on(*[qubits[qubit] for qubit in reversed(op.qubits)])]


def _channel(error: Error) -> Any:
    import cirq

    if error.paulis is None:
        return cirq.KrausChannel(error.kraus)
    strings = {letters[::-1]: probability for letters, probability in error.paulis.items()}
    return cirq.asymmetric_depolarize(error_probabilities=strings)

"""Noise on Qiskit Aer: density matrices, and trajectories of states where those are too large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.quantum.backends.base import Outcome, Task
from workbench.quantum.lowered import Lowered, Measure
from workbench.quantum.noise.channels import Error, marked
from workbench.quantum.noise.misreading import told
from workbench.quantum.noise.model import DENSITY_QUBITS
from workbench.quantum.noise.program import Program, keeps_measurements, program

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.quantum.noise.model import Noise

__all__ = ["exactly", "run"]


def exactly(task: Task, noise: Noise) -> bool:
    """Whether the task is one for a density matrix."""
    small = task.shots is None or task.lowered.qubits <= DENSITY_QUBITS
    return small and not keeps_measurements(task.lowered, noise)


def run(task: Task, noise: Noise, simulator: Callable[..., Any]) -> Outcome:
    """Return exact probabilities, or samples of what acts on measurements or is large.

    Parameters
    ----------
    task : Task
        What to do.
    noise : Noise
        What goes wrong.
    simulator : callable
        Runs a circuit with a method and Aer's options; returns Aer's result.
    """
    if not exactly(task, noise):
        return _sampled(task, noise, simulator)
    made = program(task.lowered.unmeasured(), noise)
    if task.shots is not None and made.qubits > DENSITY_QUBITS:
        # routing on a device has taken qubits that the circuit has not
        return _sampled(task, noise, simulator)
    circuit = _circuit(made, made.ops, 0, _whole)
    # the first of the qubits that it is told is the least significant
    circuit.save_probabilities(list(reversed(made.places)))
    found = simulator(circuit, "density_matrix", shots=1).data()["probabilities"]
    probabilities = told(np.clip(np.asarray(found, float), 0.0, None), made.read)
    return Outcome(probabilities=probabilities, meta={"method": "density_matrix"})


def _sampled(task: Task, noise: Noise, simulator: Callable[..., Any]) -> Outcome:
    from qiskit_aer.noise import NoiseModel, ReadoutError

    shown = task.lowered.shown()
    if keeps_measurements(shown, noise):
        made = program(shown, noise)
        ops = made.ops
    else:
        made = program(shown.unmeasured(), noise)
        ops = made.ops + tuple(Measure(made.places[qubit], bit) for bit, qubit in shown.readout.items())
    model = NoiseModel()
    for qubit, (up, down) in enumerate(made.misread.tolist()):
        if up or down:
            model.add_readout_error(ReadoutError([[1 - up, up], [down, 1 - down]]), [qubit])
    result = simulator(
        _circuit(made, ops, shown.clbits, _drawn), "statevector", shots=task.shots or 1,
        seed_simulator=task.seed, noise_model=model,
    )  # fmt: skip
    counts = {key.replace(" ", "")[::-1]: many for key, many in result.get_counts().items()}
    return Outcome(counts=counts, meta={"method": "trajectories"})


def _circuit(made: Program, ops: Any, clbits: int, instruction: Callable[[Error], Any]) -> Any:
    """Return Qiskit's circuit, with instructions where the channels are."""
    from workbench.quantum.emit.qiskit import AER, to_qiskit

    plain, channels = marked(ops)
    errors: dict[int, Any] = {}

    def put(circuit: Any) -> Any:
        filled = circuit.copy_empty_like()
        for one in circuit.data:
            operation = one.operation
            channel = channels.get(operation.label) if operation.name == "unitary" else None
            if channel is not None:
                key = id(channel.error)
                if key not in errors:
                    errors[key] = instruction(channel.error)
                filled.append(errors[key], one.qubits)
            elif hasattr(operation, "blocks"):
                blocks = [put(block) for block in operation.blocks]
                filled.append(operation.replace_blocks(blocks), one.qubits, one.clbits)
            else:
                filled._append(one)  # noqa: SLF001 - it was checked before
        return filled

    return put(to_qiskit(Lowered(made.qubits, clbits, plain), AER))


def _whole(error: Error) -> Any:
    """Return a channel for density matrices, as the matrix that it is on them.

    Given as what happens with which probability, Aer leaves out what hardly ever does, and the
    probabilities of a device's noise add up to 1 within 1e-9 only. Given as operators, it cannot
    always join them with the gates before; matrices it joins, exactly.
    """
    from qiskit.circuit import Instruction

    # Qiskit stacks the columns of a density matrix
    matrix = sum(np.kron(one.conj(), one) for one in error.kraus)
    return Instruction("superop", error.size, 0, [matrix])


def _drawn(error: Error) -> Any:
    """Return a channel for trajectories, as what happens with which probability."""
    from qiskit import QuantumCircuit
    from qiskit.circuit.library import UnitaryGate
    from qiskit.quantum_info import Kraus
    from qiskit_aer.noise import QuantumError

    branches = []
    for probability, steps in error.branches:
        circuit = QuantumCircuit(error.size)
        for name, places, matrices in steps:
            if name in {"x", "y", "z", "reset"}:
                getattr(circuit, name)(*places)
            elif name == "unitary":
                circuit.append(UnitaryGate(matrices[0]), places)
            else:
                circuit.append(Kraus(list(matrices)).to_instruction(), places)
        branches.append((circuit, probability))
    return QuantumError(branches).to_instruction()

"""Noise on Braket: its density-matrix simulator, with Braket's own channels.

That simulator ignores the modifiers of gates; no circuit that it is given has one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.quantum.backends.base import Outcome, Task
from workbench.quantum.lowered import Lowered
from workbench.quantum.noise.channels import Channel, Error, marked
from workbench.quantum.noise.misreading import read_out, told
from workbench.quantum.noise.program import Program, program

if TYPE_CHECKING:
    from workbench.quantum.noise.model import Noise

__all__ = ["refusal", "run"]

_LARGEST = 2
"""Qubits that a channel of Braket's acts on at most."""


def refusal(task: Task, noise: Noise) -> str | None:
    """Return which channel is beyond it."""
    made = program(task.lowered.unmeasured(), noise)
    for op in made.ops:
        if isinstance(op, Channel) and len(op.qubits) > _LARGEST:
            return f"Braket has no channel on {len(op.qubits)} qubits, which follows a gate on as many."
    return None


def run(task: Task, noise: Noise) -> Outcome:
    """Return exact probabilities."""
    from braket.devices import LocalSimulator

    made = program(task.lowered.unmeasured(), noise)
    circuit = _circuit(made)
    circuit.probability(list(range(made.qubits)))
    found = LocalSimulator("braket_dm").run(circuit, shots=0).result().values[0]
    probabilities = read_out(np.clip(np.asarray(found, float), 0.0, None), made.places)
    return Outcome(probabilities=told(probabilities, made.read), meta={"method": "density_matrix"})


def _circuit(made: Program) -> Any:
    from braket.circuits import Circuit, Instruction

    from workbench.quantum.emit.braket import to_braket

    plain, channels = marked(made.ops)
    # one instruction an operation, in order, and an identity for each idle qubit after them
    instructions = list(to_braket(Lowered(made.qubits, 0, plain)).instructions)
    for at, op in enumerate(plain):
        channel = channels.get(getattr(op, "label", ""))
        if channel is not None:
            instructions[at] = Instruction(_channel(channel.error), channel.qubits[::-1])
    return Circuit(instructions)


def _channel(error: Error) -> Any:
    from braket.circuits import noises

    if error.paulis is None or error.size > 1:
        return noises.Kraus(list(error.kraus))
    return noises.PauliChannel(*(error.paulis.get(letter, 0.0) for letter in "XYZ"))

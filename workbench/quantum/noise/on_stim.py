"""Noise on stim: Clifford circuits of any size with Pauli channels."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.quantum.backends.base import Outcome, Task
from workbench.quantum.lowered import Lowered
from workbench.quantum.noise.channels import Channel, Error
from workbench.quantum.noise.misreading import flipped
from workbench.quantum.noise.program import Program, program
from workbench.quantum.readout import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.quantum.noise.model import Noise

__all__ = ["pauli_only", "refusal", "run"]

_LARGEST = 2
_ORDER = {size: ["".join(one) for one in itertools.product("IXYZ", repeat=size)][1:] for size in (1, 2)}
"""Of the probabilities that stim's channels take."""


def refusal(task: Task, noise: Noise) -> str | None:
    """Return which operation or channel is beyond it."""
    if task.shots is None:
        return "with noise, stim only samples; give shots."
    if task.lowered.dynamic:
        return "with noise, stim does only what is measured at the end."
    return pauli_only(program(task.lowered.shown().unmeasured(), noise))


def pauli_only(made: Program) -> str | None:
    """Return what is no Clifford gate or Pauli channel, or ``None``."""
    from workbench.quantum.emit.stim import refusal as clifford_refusal

    for op in made.ops:
        if isinstance(op, Channel) and (op.error.paulis is None or op.error.size > _LARGEST):
            return "stim does only Pauli channels on one or two qubits, and this noise has others."
    gates = tuple(op for op in made.ops if not isinstance(op, Channel))
    return clifford_refusal(Lowered(made.qubits, 0, gates))


def run(task: Task, noise: Noise) -> Outcome:
    """Return samples."""
    shown = task.lowered.shown()
    made = program(shown.unmeasured(), noise)
    circuit = _circuit(made)
    places = [made.places[qubit] for qubit in shown.readout.values()]
    circuit.append("M", places)
    samples = circuit.compile_sampler(seed=task.seed).sample(task.shots or 1).astype(np.uint8)
    told = flipped(samples, made.misread[places], np.random.default_rng(task.seed))
    bits: NDArray[np.uint8] = np.zeros((len(samples), shown.clbits), np.uint8)
    bits[:, list(shown.readout)] = told
    return Outcome(counts=counted(bits), meta={"method": "stabilizer"})


def _circuit(made: Program) -> Any:
    import stim

    from workbench.quantum.emit.stim import to_stim

    circuit = stim.Circuit()
    for op in made.ops:
        if isinstance(op, Channel):
            circuit.append(f"PAULI_CHANNEL_{op.error.size}", op.qubits, _weights(op.error))
        else:
            circuit += to_stim(Lowered(made.qubits, 0, (op,)))
    return circuit


def _weights(error: Error) -> list[float]:
    found = error.paulis or {}
    return [found.get(string, 0.0) for string in _ORDER[error.size]]

"""Braket's noise models: applied by Braket, and read back as channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import BadInput
from workbench.quantum.lowered import Lowered, Matrix
from workbench.quantum.noise.channels import Channel, Error, NoisyOp
from workbench.quantum.noise.program import Program, repeated

if TYPE_CHECKING:
    from workbench.quantum.noise.model import Noise

__all__ = ["of_braket"]


def of_braket(lowered: Lowered, noise: Noise) -> Program:
    """Return the circuit with the channels that the model puts behind its gates and before measurements."""
    from braket.circuits import Circuit
    from braket.circuits.noise_model import NoiseModel

    from workbench.quantum.emit.braket import to_braket

    if lowered.dynamic:
        raise BadInput(
            "A Braket noise model is applied here only to circuits that are measured once, at the end.",
            "Give rates, such as noise='depol=0.01', for a circuit that acts on measurements.",
            details={"field": "noise"},
        )
    plain = repeated(lowered.unmeasured(), noise.folds)
    # the emitter's identities on idle qubits, which come last, are not the caller's gates
    circuit = Circuit(list(to_braket(plain).instructions)[: len(plain.ops)])
    for qubit in sorted(set(lowered.readout.values()) or range(lowered.qubits)):
        circuit.measure(qubit)
    with_noise = NoiseModel.from_dict(noise.body["model"]).apply(circuit)
    ops = [read for one in with_noise.instructions for read in _read(one)]
    places = tuple(range(lowered.qubits))
    return Program(lowered.qubits, 0, tuple(ops), places, np.zeros((lowered.qubits, 2)))


def _read(instruction: Any) -> list[NoisyOp]:
    from braket.circuits import Gate as BraketGate
    from braket.circuits import Noise as BraketNoise

    operator = instruction.operator
    # Braket's first qubit is the most significant.
    places = tuple(int(qubit) for qubit in reversed(instruction.target))
    if isinstance(operator, BraketNoise):
        step = ("kraus", tuple(range(len(places))), tuple(map(np.asarray, operator.to_matrix())))
        return [Channel(places, Error(len(places), ((1.0, (step,)),)))]
    if isinstance(operator, BraketGate) and places:
        return [Matrix(places, np.asarray(operator.to_matrix(), np.complex128), operator.name)]
    return []

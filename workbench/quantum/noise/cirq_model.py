"""Cirq's noise models: applied by Cirq, and read back as channels."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import BadInput
from workbench.quantum.lowered import Lowered, Matrix
from workbench.quantum.noise.channels import Channel, Error, NoisyOp
from workbench.quantum.noise.program import Program, repeated

if TYPE_CHECKING:
    from workbench.quantum.noise.model import Noise

__all__ = ["of_cirq"]


def of_cirq(lowered: Lowered, noise: Noise) -> Program:
    """Return the circuit with the channels that the model puts into its moments.

    All qubits are measured in one moment, the last; what the model puts before it stays.
    """
    import cirq

    from workbench.quantum.emit.cirq import to_cirq

    if lowered.dynamic:
        raise BadInput(
            "A Cirq noise model is applied here only to circuits that are measured once, at the end.",
            "Give rates, such as noise='depol=0.01', for a circuit that acts on measurements.",
            details={"field": "noise"},
        )
    model = cirq.read_json(json_text=json.dumps(noise.body["model"]))
    qubits = cirq.LineQubit.range(lowered.qubits)
    circuit = to_cirq(repeated(lowered.unmeasured(), noise.folds))
    circuit.append(cirq.Moment(cirq.measure(qubit) for qubit in qubits))
    with_noise = cirq.Circuit(model.noisy_moments(circuit, qubits))
    ops = _ops(with_noise)
    places = tuple(range(lowered.qubits))
    return Program(lowered.qubits, 0, tuple(ops), places, np.zeros((lowered.qubits, 2)))


def _ops(circuit: Any) -> list[NoisyOp]:
    """Return what happens to qubits until they are measured: what comes after, nobody sees."""
    import cirq

    found: list[NoisyOp] = []
    measured: set[Any] = set()
    for op in circuit.all_operations():
        if cirq.is_measurement(op):
            measured.update(op.qubits)
        elif op.qubits and not measured.intersection(op.qubits):
            found.append(_read(op))
    return found


def _read(op: Any) -> NoisyOp:
    import cirq

    # Cirq's first qubit is the most significant.
    places = tuple(qubit.x for qubit in reversed(op.qubits))
    matrix = cirq.unitary(op, None)
    if matrix is not None:
        return Matrix(places, matrix, str(op.gate))
    operators = cirq.kraus(op, None)
    if operators is None:
        raise BadInput(
            f"Cirq's noise model puts {op} into the circuit, which is no channel.",
            details={"field": "noise"},
        )
    step = ("kraus", tuple(range(len(places))), tuple(map(np.asarray, operators)))
    return Channel(places, Error(len(places), ((1.0, (step,)),)))

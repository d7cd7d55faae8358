"""What every circuit engine has to do right; those of other packages can be run through it too."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit.library import SwapGate, UnitaryGate

from workbench.quantum.backends import Backend
from workbench.quantum.execution import Answer, Asked, execute
from workbench.quantum.lowering import lower

__all__ = ["CIRCUITS", "Case", "distribution", "state"]


def _matrix(seed: int, qubits: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    size = 2**qubits
    unitary, _ = np.linalg.qr(rng.normal(size=(size, size)) + 1j * rng.normal(size=(size, size)))
    return unitary


def bell() -> QuantumCircuit:
    """Two qubits, entangled and measured."""
    circuit = QuantumCircuit(2, 2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 1])
    return circuit


def lopsided() -> QuantumCircuit:
    """Different angles everywhere, so that every permutation of qubits shows."""
    circuit = QuantumCircuit(4)
    for qubit in range(4):
        circuit.ry(0.3 + 0.4 * qubit, qubit)
        circuit.rz(0.2 * qubit + 0.1, qubit)
    for low, high in pairwise(range(4)):
        circuit.cx(low, high)
        circuit.rzz(0.7, low, high)
    circuit.append(UnitaryGate(_matrix(1, 2)), [2, 0])
    circuit.append(UnitaryGate(_matrix(2, 3)), [3, 0, 1])
    return circuit


def crossed() -> QuantumCircuit:
    """Measured across: classical bits in another order, one idle, one qubit read twice."""
    circuit = QuantumCircuit(3, 5)
    circuit.ry(0.4, 0)
    circuit.ry(1.1, 1)
    circuit.ry(2.0, 2)
    circuit.cz(0, 2)
    circuit.measure([2, 0, 0], [0, 1, 4])
    return circuit


def known_wrong() -> QuantumCircuit:
    """The gates that converters are known to get wrong."""
    circuit = QuantumCircuit(5)
    circuit.h(range(5))
    circuit.csx(3, 1)
    circuit.cu(0.3, 0.5, 0.7, 0.9, 4, 0)
    circuit.rccx(2, 0, 3)
    circuit.mcx([4, 2, 0, 1], 3)
    circuit.append(UnitaryGate(_matrix(3, 2)), [1, 4])
    circuit.append(SwapGate().control(1, ctrl_state=0), [2, 4, 0])
    circuit.append(UnitaryGate(_matrix(4, 1)).control(2, ctrl_state=1), [3, 1, 2])
    circuit.rzx(0.4, 1, 3)
    circuit.ry(0.3, 2)
    return circuit


def phases() -> QuantumCircuit:
    """A global phase that a control makes visible."""
    inner = QuantumCircuit(1, global_phase=0.7)
    inner.sx(0)
    circuit = QuantumCircuit(2, global_phase=0.3)
    circuit.h(0)
    circuit.append(inner.to_gate().control(1), [0, 1])
    circuit.h(0)
    return circuit


def ghz(qubits: int) -> QuantumCircuit:
    """All alike."""
    circuit = QuantumCircuit(qubits, qubits)
    circuit.h(0)
    for low, high in pairwise(range(qubits)):
        circuit.cx(low, high)
    circuit.measure(range(qubits), range(qubits))
    return circuit


def teleported(angle: float = math.pi / 3) -> QuantumCircuit:
    """A state carried over by two bits."""
    circuit = QuantumCircuit(3, 3)
    circuit.ry(angle, 0)
    circuit.h(1)
    circuit.cx(1, 2)
    circuit.cx(0, 1)
    circuit.h(0)
    circuit.measure([0, 1], [0, 1])
    with circuit.if_test((circuit.clbits[1], 1)):
        circuit.x(2)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.z(2)
    circuit.measure(2, 2)
    return circuit


def reused() -> QuantumCircuit:
    """A qubit that is measured, brought back to 0 and used again."""
    circuit = QuantumCircuit(2, 3)
    circuit.ry(0.9, 0)
    circuit.measure(0, 0)
    circuit.reset(0)
    circuit.ry(0.4, 0)
    circuit.cx(0, 1)
    circuit.measure(0, 1)
    circuit.measure(1, 2)
    return circuit


@dataclass(frozen=True)
class Case:
    """A circuit and what it is there for."""

    circuit: QuantumCircuit
    dynamic: bool = field(default=False)


CIRCUITS = {
    "bell": Case(bell()),
    "lopsided": Case(lopsided()),
    "crossed": Case(crossed()),
    "known wrong": Case(known_wrong()),
    "phases": Case(phases()),
    "ghz": Case(ghz(5)),
    "teleported": Case(teleported(), dynamic=True),
    "reused": Case(reused(), dynamic=True),
}


def answered(engine: Backend, circuit: QuantumCircuit, shots: int | None = None, seed: int = 7) -> Answer:
    """Run a circuit on an engine, exactly unless shots are given."""
    return execute(engine, lower(circuit), Asked(shots, seed))


def distribution(engine: Backend, circuit: QuantumCircuit, shots: int | None = None) -> dict[str, float]:
    """Return key to probability, or to the share of samples."""
    answer = answered(engine, circuit, shots)
    if answer.distribution is not None:
        keys, weights = answer.distribution.exact()
    else:
        samples = answer.samples(Asked(shots, 7))
        keys, weights = samples.keys, samples.counts / samples.counts.sum()
    texts = ["".join(map(str, row)) for row in keys.tolist()]
    return dict(zip(texts, weights.tolist(), strict=True))


def state(engine: Backend, circuit: QuantumCircuit) -> np.ndarray | None:
    """Return the amplitudes with qubit 0 least significant, as Qiskit has them."""
    answer = answered(engine, circuit)
    amplitudes = answer.outcome.amplitudes
    if amplitudes is None or answer.outcome.first == "least":
        return amplitudes
    return amplitudes.reshape((2,) * answer.lowered.qubits).transpose().reshape(-1)

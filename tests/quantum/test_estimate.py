"""`studio.quantum.estimate`: counts that are exact, engines that keep their word, and nothing run."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.circuit.library import QFTGate, UnitaryGate

from workbench.errors import BadInput
from workbench.quantum.estimation.clifford_t import TURNS, expanded
from workbench.quantum.lowered import GATES, Gate, Matrix
from workbench.quantum.unitaries import unitary
from workbench.studio import Studio

STEPS = {"id", "x", "y", "z", "h", "s", "sdg", "sx", "sxdg", "cx", "cy", "cz", "swap", "iswap", "rz", *TURNS}


def turned(seed: int, qubits: int) -> np.ndarray[Any, Any]:
    """A random unitary (the Q of a random matrix)."""
    rng = np.random.default_rng(seed)
    size = 2**qubits
    return np.linalg.qr(rng.normal(size=(size, size)) + 1j * rng.normal(size=(size, size)))[0]


def alike(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> bool:
    """Equal up to global phase."""
    return bool(abs(abs(np.trace(one.conj().T @ other)) / len(one) - 1) < 1e-9)


@given(
    st.sampled_from(sorted(GATES)),
    st.lists(
        st.one_of(st.floats(-7, 7), st.integers(-9, 9).map(lambda at: at * math.pi / 4)),
        min_size=3,
        max_size=3,
    ),
    st.permutations(range(3)),
)
@settings(max_examples=150, deadline=None)
def test_every_gate_is_the_product_of_its_steps(name: str, angles: list[float], qubits: list[int]) -> None:
    count, many = GATES[name]
    gate = Gate(name, tuple(qubits[:count]), tuple(angles[:many]))
    steps = list(expanded((gate,)))
    assert {step.name for step in steps} <= STEPS
    assert alike(unitary([gate], 3), unitary(steps, 3))


@pytest.mark.parametrize("qubits", [1, 2, 3])
def test_every_matrix_is_too(qubits: int) -> None:
    for seed in range(3):
        gate = Matrix(tuple(range(qubits))[::-1], turned(seed, qubits))
        steps = list(expanded((gate,)))
        assert all(isinstance(step, Gate) and step.name in STEPS for step in steps)
        assert alike(unitary([gate], qubits), unitary(steps, qubits))


@pytest.mark.parametrize(
    ("build", "turns", "layers", "rotations"),
    [
        (lambda qc: qc.ccx(0, 1, 2), 7, 4, 0),
        (lambda qc: qc.cswap(2, 0, 1), 7, 4, 0),
        (lambda qc: qc.ch(0, 1), 2, 2, 0),
        (lambda qc: [qc.t(0), qc.t(1), qc.t(2)], 3, 1, 0),
        (lambda qc: [qc.t(0), qc.tdg(0), qc.rz(3 * math.pi / 4, 0)], 3, 3, 0),
        (lambda qc: qc.rx(math.pi / 4, 0), 1, 1, 0),
        (lambda qc: qc.u(math.pi / 2, math.pi / 4, math.pi / 2, 0), 1, 1, 0),
        (lambda qc: qc.cp(math.pi / 2, 0, 1), 3, 2, 0),
        (lambda qc: qc.crz(math.pi, 0, 1), 0, 0, 0),
        (lambda qc: qc.crz(math.pi / 2, 0, 1), 2, 2, 0),
        (lambda qc: qc.rzz(0.3, 0, 1), 0, 0, 1),
        (lambda qc: qc.cp(0.3, 0, 1), 0, 0, 3),
        (lambda qc: qc.ry(Parameter("a"), 0), 0, 0, 1),
        (lambda qc: [qc.h(0), qc.cx(0, 1), qc.s(2), qc.rx(math.pi / 2, 0), qc.iswap(0, 1)], 0, 0, 0),
        (lambda qc: qc.append(UnitaryGate(np.array([[1, 1], [1, -1]]) / math.sqrt(2)), [0]), 0, 0, 0),
    ],
)
def test_t_gates(studio: Studio, build: Any, turns: int, layers: int, rotations: int) -> None:
    circuit = QuantumCircuit(3)
    build(circuit)
    found = studio.quantum.estimate(circuit)
    assert (found.t_count, found.t_depth, found.rotations) == (turns, layers, rotations)
    assert found.clifford == (turns + rotations == 0)
    row = found.engines.loc["stim"]
    assert bool(row.accepts) == found.clifford


def test_what_is_counted(studio: Studio) -> None:
    circuit = QuantumCircuit(4, 2)
    circuit.h([0, 1])
    circuit.cx(0, 1)
    circuit.cx(2, 3)
    circuit.rxx(0.2, 1, 2)
    circuit.ccx(0, 1, 3)
    circuit.barrier()
    circuit.measure([0, 1], [0, 1])
    found = studio.quantum.estimate(circuit)
    assert (found.qubits, found.clbits, found.depth) == (4, 2, 5)
    assert found.gates == {"h": 2, "cx": 2, "rxx": 1, "ccx": 1}
    assert (found.two_qubit_gates, found.three_qubit_gates, found.two_qubit_depth) == (3, 1, 3)
    assert found.parameters == ()
    assert not found.dynamic
    run = studio.runs.get(found.run_id)
    assert (run.kind, run.status, run.parameters["t_count"]) == ("circuit.estimate", "finished", 7)


def test_memory_is_what_engines_say(studio: Studio) -> None:
    circuit = QuantumCircuit(20)
    circuit.append(QFTGate(20), range(20))
    found = studio.quantum.estimate(circuit)
    amplitudes = 2**20
    for name, row in found.engines.drop("stim").iterrows():
        assert row.accepts, name
        assert row.fits, name
        assert amplitudes * 8 <= row.bytes <= amplitudes * 128, name
    assert found.on == studio.quantum.run(circuit, shots=10).meta["on"]
    assert "20 qubits" in found.why


def test_what_does_not_fit_is_said_and_not_tried(studio: Studio) -> None:
    circuit = QuantumCircuit(50)
    for layer in range(60):
        for qubit in range(layer % 2, 49, 2):
            circuit.ry(0.1 + qubit, qubit)
            circuit.cx(qubit, qubit + 1)
    found = studio.quantum.estimate(circuit)
    assert found.on is None
    assert not found.engines["fits"].drop("aer").any()
    assert "TB" in found.engines.loc["qsim"].reason or "PB" in found.engines.loc["qsim"].reason
    assert found.bond == 25
    with pytest.raises(BadInput):
        studio.quantum.run(circuit, shots=1)


def test_a_thousand_qubits(studio: Studio) -> None:
    circuit = QuantumCircuit(1000, 1000)
    circuit.h(0)
    for qubit in range(999):
        circuit.cx(qubit, qubit + 1)
    circuit.measure(range(1000), range(1000))
    found = studio.quantum.estimate(circuit, shots=100)
    assert found.on == "stim"
    assert found.clifford
    assert found.bond == 1
    assert found.two_qubit_depth == 999
    assert found.engines.loc["stim"].fits
    assert not found.engines.loc["cirq"].fits
    assert json.loads(found.to_json())["clifford"]


def test_a_circuit_that_acts_on_measurements(studio: Studio) -> None:
    circuit = QuantumCircuit(2, 2)
    circuit.ry(0.4, 0)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.t(1)
    circuit.measure(1, 1)
    found = studio.quantum.estimate(circuit, shots=10)
    assert found.dynamic
    assert found.t_count == 1
    assert found.engines.loc["aer"].accepts
    assert found.on == studio.quantum.run(circuit, shots=10).meta["on"]


def test_a_machine_that_was_named(studio: Studio) -> None:
    circuit = QuantumCircuit(6)
    circuit.h(0)
    small = studio.quantum.estimate(circuit, on="fake:manila", shots=100)
    assert small.device is not None
    assert not small.device["accepts"]
    assert small.device["reason"] == "it has 5 qubits."
    assert small.cost == 0.0
    garnet = "aws:arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet"
    paid = studio.quantum.estimate(circuit, on=garnet, shots=1000)
    assert paid.cost == pytest.approx(0.3 + 1000 * 0.00145)
    assert studio.quantum.estimate(circuit).cost is None
    with pytest.raises(BadInput, match="no fake device 'nowhere'"):
        studio.quantum.estimate(circuit, on="fake:nowhere")
    with pytest.raises(BadInput, match="no circuit engine"):
        studio.quantum.estimate(circuit, on="nowhere")


def test_the_estimate_shows_itself(studio: Studio) -> None:
    circuit = QuantumCircuit(3)
    circuit.ccx(0, 1, 2)
    found = studio.quantum.estimate(circuit, on="fake:manila", shots=10)
    html = found._repr_mimebundle_()["text/html"]
    assert "7 in 4 layers" in html
    assert "fake:manila" in str(found)
    assert "stim does Clifford gates only" in str(found)
    assert list(found.to_frame().columns) == ["accepts", "fits", "bytes", "precision", "reason"]
    assert len(found.plot().axes) == 1

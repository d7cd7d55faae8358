"""`studio.quantum.run`: one call, one Run, the same bytes again."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Parameter
from qiskit.quantum_info import SparsePauliOp, Statevector

from tests.quantum.conformance import bell, ghz, lopsided, reused, teleported
from workbench.errors import BadInput, FeatureOff, MissingExtra, ReplayMiss
from workbench.quantum import CircuitResult, QuantumService, grid
from workbench.settings import load_settings
from workbench.studio import Studio

BELL = """OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[2];
h q[0];
cx q[0], q[1];
measure q -> c;
"""


def rotated() -> QuantumCircuit:
    """Two qubits, two angles."""
    theta, phi = Parameter("theta"), Parameter("phi")
    circuit = QuantumCircuit(2)
    circuit.ry(theta, 0)
    circuit.cx(0, 1)
    circuit.rx(2 * phi + 0.1, 1)
    return circuit


def test_a_bell_pair(studio: Studio) -> None:
    result = studio.quantum.run(BELL, shots=1000, seed=3)
    assert result.bits == ("c[0]", "c[1]")
    assert result.counts is not None
    assert set(result.counts) == {"00", "11"}
    assert sum(result.counts.values()) == 1000
    assert result.probabilities == pytest.approx({"00": 0.5, "11": 0.5})
    assert result.meta["shots"] == 1000
    assert result.meta["seed"] == 3
    assert result.meta["dialect"] == "qasm2"
    run = studio.runs.get(result.run_id)
    assert (run.kind, run.status, run.seed, run.parameters["on"]) == (
        "circuit",
        "finished",
        3,
        result.meta["on"],
    )
    assert studio.runs.verify() == []


def test_the_same_seed_on_every_engine(studio: Studio) -> None:
    names = ["aer", "braket", "cirq", "lightning", "pennylane", "qiskit", "qsim"]
    results = [studio.quantum.run(lopsided(), name, 5000, 8).counts for name in names]
    assert all(counts == results[0] for counts in results)


def test_strict_replay_gives_the_same_bytes(studio: Studio) -> None:
    first = studio.quantum.run(ghz(3), shots=100, compare=["aer", "qiskit"], observables="ZZI")
    studio.runs.begin_execution()
    with studio.runs.replay("strict"):
        again = studio.quantum.run(ghz(3), shots=100, compare=["aer", "qiskit"], observables="ZZI")
        with pytest.raises(ReplayMiss):
            studio.quantum.run(ghz(3), shots=101)
    assert again.run.replayed
    assert again.to_json() == first.to_json()
    assert again._repr_mimebundle_() == first._repr_mimebundle_()


def test_a_result_can_be_had_again_from_its_run(studio: Studio) -> None:
    first = studio.quantum.run(bell(), shots=50)
    found = studio.quantum.result(first.run_id)
    assert found.to_json() == first.to_json()
    assert found.circuit == first.circuit


def test_many_keys_lie_beside_the_run(studio: Studio) -> None:
    circuit = QuantumCircuit(14)
    for qubit in range(14):
        circuit.ry(1.0 + 0.1 * qubit, qubit)
    result = studio.quantum.run(circuit, shots=100_000, seed=1)
    again = studio.quantum.result(result.run_id)
    assert len(result.run.artifacts) == 2
    assert again.counts == result.counts
    assert again.counts is not None
    assert sum(again.counts.values()) == 100_000
    assert again.probabilities is not None
    expected = math.prod(math.cos((1.0 + 0.1 * qubit) / 2) ** 2 for qubit in range(14))
    assert again.probabilities["0" * 14] == pytest.approx(expected, rel=1e-5)


def test_what_is_exact(studio: Studio) -> None:
    result = studio.quantum.run(bell(), shots=None)
    assert result.counts is None
    assert result.probabilities == pytest.approx({"00": 0.5, "11": 0.5})
    with pytest.raises(BadInput, match="exact probabilities and no counts"):
        result.counts_qiskit()


def test_registers_and_orders(studio: Studio) -> None:
    a, b, q = ClassicalRegister(2, "a"), ClassicalRegister(1, "b"), QuantumRegister(3, "q")
    circuit = QuantumCircuit(q, a, b)
    circuit.x(0)
    circuit.measure([0, 1, 2], [0, 1, 2])
    result = studio.quantum.run(circuit, shots=10)
    assert result.bits == ("a[0]", "a[1]", "b[0]")
    assert result.counts == {"100": 10}
    assert result.counts_qiskit() == {"0 01": 10}
    assert result.by_register().to_dict("records") == [{"a": 1, "b": 0, "count": 10}]
    frame = result.to_frame()
    assert list(frame.columns) == ["count", "probability"]
    assert frame.index.name == "a[0] a[1] b[0]"


def test_no_measurement_shows_a_state(studio: Studio) -> None:
    result = studio.quantum.run(lopsided())
    assert result.bits == ("q[0]", "q[1]", "q[2]", "q[3]")
    expected = Statevector(lopsided())
    np.testing.assert_allclose(result.statevector("little"), expected.data, atol=1e-12)
    np.testing.assert_allclose(result.statevector(), expected.reverse_qargs().data, atol=1e-12)
    with pytest.raises(BadInput, match="depends on what is measured"):
        studio.quantum.run(reused()).statevector()


@pytest.mark.parametrize("on", ["auto", "aer", "cirq", "qsim"])
def test_expectation_values_are_exact_unless_shots_are_asked_for(studio: Studio, on: str) -> None:
    given = {"energy": "0.5*X0*Y1 - Z2 + 0.25", "zz": "ZIIZ"}
    result = studio.quantum.run(lopsided(), on, observables=given)
    psi = Statevector(lopsided())
    energy = SparsePauliOp.from_sparse_list([("XY", [0, 1], 0.5), ("Z", [2], -1), ("", [], 0.25)], 4)
    expected = [psi.expectation_value(one).real for one in (energy, SparsePauliOp("ZIIZ"))]
    assert [one.observable for one in result.expval] == ["energy", "zz"]
    assert [one.value for one in result.expval] == pytest.approx(expected, abs=1e-6)
    assert [one.error for one in result.expval] == [0.0, 0.0]
    sampled = studio.quantum.run(lopsided(), on, observables=given, shots=20_000, seed=5)
    for one, exact in zip(sampled.expval, expected, strict=True):
        assert 0 < one.error < 0.02
        assert abs(one.value - exact) < 5 * one.error


def test_expectation_of_what_acts_on_measurements(studio: Studio) -> None:
    for on in ("auto", "qiskit", "aer"):
        result = studio.quantum.run(teleported(), on, observables="Z2", shots=None if on != "aer" else 20_000)
        assert result.expval[0].value == pytest.approx(
            math.cos(math.pi / 3), abs=1e-9 if on != "aer" else 0.05
        )
        reset = studio.quantum.run(reused(), on, observables="Z0", shots=None if on != "aer" else 20_000)
        assert reset.expval[0].value == pytest.approx(math.cos(0.4), abs=1e-9 if on != "aer" else 0.05)


def test_all_engines_agree(studio: Studio) -> None:
    result = studio.quantum.run(ghz(4), compare=True)
    found = result.agreement
    assert found is not None
    assert found.agree
    assert set(found.engines) == {"aer", "braket", "cirq", "lightning", "pennylane", "qiskit", "qsim", "stim"}
    assert "agree" in str(found)
    some = studio.quantum.run(lopsided(), compare="stim,aer").agreement
    assert some is not None
    assert "stim" in some.refused
    dynamic = studio.quantum.run(teleported(), compare="aer,cirq,qiskit", shots=4000).agreement
    assert dynamic is not None
    assert dynamic.agree
    assert max(map(max, dynamic.bound)) > 0.001


def test_an_engine_that_samples_is_compared_by_samples(studio: Studio) -> None:
    circuit = QuantumCircuit(13)
    circuit.h(range(3))
    found = studio.quantum.run(circuit, shots=None, compare="aer,stim").agreement
    assert found is not None
    assert found.agree
    row = found.bound[found.engines.index("stim")]
    assert all(0 < value < 0.1 for value in row if value)


@pytest.mark.parametrize("on", ["auto", "aer", "pennylane", "qiskit"])
def test_a_sweep_is_what_its_points_are(studio: Studio, on: str) -> None:
    points = grid(theta=np.linspace(0, 3, 4), phi=[0.0, 0.5])
    result = studio.quantum.run(rotated(), on, sweep=points, observables=["Z0", "X0*Y1"])
    assert result.sweep is not None
    assert list(result.sweep.columns) == ["theta", "phi", "Z0", "X0*Y1"]
    for _, row in result.sweep.iterrows():
        one = studio.quantum.run(rotated(), "qiskit", bind={"theta": row["theta"], "phi": row["phi"]},
                                 observables=["Z0", "X0*Y1"])  # fmt: skip
        assert [row["Z0"], row["X0*Y1"]] == pytest.approx([e.value for e in one.expval], abs=1e-9)


def test_sweeps_with_shots_without_observables_and_partly_bound(studio: Studio) -> None:
    sampled = studio.quantum.run(rotated(), sweep={"theta": [0.0, 1.0]}, bind={"phi": 0.2}, shots=4000,
                                 observables="Z0", seed=2).sweep  # fmt: skip
    assert sampled is not None
    assert list(sampled.columns) == ["theta", "Z0", "Z0 error"]
    assert sampled["Z0"][1] == pytest.approx(math.cos(1.0), abs=5 * sampled["Z0 error"][1])
    keys = studio.quantum.run(rotated(), sweep={"theta": [0.0, 1.0]}, bind={"phi": -0.05}, shots=None).sweep
    assert keys is not None
    assert keys["P(11)"].tolist() == pytest.approx([0.0, math.sin(0.5) ** 2])


def test_a_sweep_spread_over_processes_is_the_same(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"theta": np.linspace(0, 3, 40), "phi": np.linspace(1, 2, 40)}
    here = studio.quantum.run(rotated(), sweep=values, observables="Z1").sweep
    monkeypatch.setattr("workbench.quantum.sweeps.SHARDED", 0)
    told: list[int] = []
    there = studio.quantum.run(rotated(), sweep=values, observables="Z1", name="spread",
                               progress=lambda done, *_: told.append(done)).sweep  # fmt: skip
    assert here is not None
    pd.testing.assert_frame_equal(here, there)
    assert told[-1] == 40
    assert len(told) > 2


BAD: dict[str, tuple[Callable[[], Any], dict[str, Any], str]] = {
    "no shots": (bell, {"shots": 0}, "shots is 0; expected a whole number from 1"),
    "negative shots": (bell, {"shots": -5}, "shots is -5"),
    "half a shot": (bell, {"shots": 2.5}, "shots is 2.5"),
    "seed": (bell, {"seed": -1}, "The seed is -1"),
    "engine": (bell, {"on": "nope"}, "There is no circuit engine 'nope'"),
    "engine to compare": (bell, {"compare": "aer,nope"}, "no engine 'nope' to compare"),
    "precision": (bell, {"precision": "half"}, "'half' is no precision"),
    "unbound": (rotated, {}, "parameters without a value: phi, theta"),
    "unknown parameter": (rotated, {"bind": {"gamma": 1}}, "no parameter 'gamma'"),
    "not finite": (rotated, {"bind": {"theta": math.nan, "phi": 1}}, "theta is nan"),
    "lengths": (rotated, {"sweep": {"theta": [1, 2], "phi": [1]}}, "theta 2, phi 1"),
    "both": (rotated, {"sweep": {"theta": [1]}, "bind": {"theta": 1, "phi": 1}}, "both bound and swept"),
    "observable": (bell, {"observables": "Q0"}, "cannot be read at 'Q0'"),
    "qubit": (bell, {"observables": "Z7"}, "acts on qubit 7; the circuit has 2"),
    "not real": (bell, {"observables": SparsePauliOp("ZZ", 1j)}, "only real ones"),
    "too large": (lambda: _dense(40), {}, "40 qubits dense"),
    "no qubits": (QuantumCircuit, {}, "no qubits"),
}


def _dense(qubits: int) -> QuantumCircuit:
    rng = np.random.default_rng(0)
    circuit = QuantumCircuit(qubits)
    for _ in range(qubits):
        for qubit in range(qubits):
            circuit.u(*rng.uniform(0, 6, 3), qubit)
        for low in range(qubits - 1):
            circuit.cx(low, low + 1)
    return circuit


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_told_in_one_sentence(studio: Studio, what: str) -> None:
    circuit, options, sentence = BAD[what]
    with pytest.raises(BadInput) as told:
        studio.quantum.run(circuit(), **options)
    assert sentence in told.value.message
    assert "\n" not in told.value.message


def test_little_entanglement_above_thirty_qubits_is_a_product_state(studio: Studio) -> None:
    circuit = QuantumCircuit(36, 36)
    circuit.ry(1.0, 0)
    for low in range(35):
        circuit.cx(low, low + 1)
    circuit.measure(range(36), range(36))
    result = studio.quantum.run(circuit, shots=500, seed=1)
    assert result.counts is not None
    assert set(result.counts) == {"0" * 36, "1" * 36}
    assert result.counts["1" * 36] == pytest.approx(500 * math.sin(0.5) ** 2, abs=60)
    assert "matrix product" in result.meta["why"]
    assert "warning" in result.meta


def test_what_is_off_is_off(settings: Any) -> None:
    studio = Studio(load_settings(enable_quantum=False))
    with pytest.raises(FeatureOff, match="ENABLE_QUANTUM turns them on"):
        QuantumService(studio)
    studio.close()


def test_a_missing_library_is_named(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.quantum.backends.local.find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"pip install 'autogent-studio\[quantum\]'"):
        studio.quantum.run(bell(), "stim")


def test_json_is_json(studio: Studio) -> None:
    body = json.loads(studio.quantum.run(bell(), shots=10, observables="ZZ").to_json())
    assert body["expval"] == [["ZZ", 1.0, 0.0]]
    assert sum(body["counts"].values()) == 10
    assert isinstance(studio.quantum.run(bell(), shots=10), CircuitResult)

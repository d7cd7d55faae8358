"""Noise: one list of channels, the same on every engine, against closed forms and Aer's own."""

from __future__ import annotations

import json
import math
from typing import Any

import cirq
import numpy as np
import pytest
from braket.circuits import gates as braket_gates
from braket.circuits import noises as braket_noises
from braket.circuits.noise_model import GateCriteria, MeasureCriteria
from braket.circuits.noise_model import NoiseModel as BraketModel
from hypothesis import given
from hypothesis import strategies as st
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.quantum_info import DensityMatrix, Kraus, SuperOp, random_unitary
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel as AerModel
from qiskit_aer.noise import (
    ReadoutError,
    amplitude_damping_error,
    coherent_unitary_error,
    depolarizing_error,
    pauli_error,
)

from tests.quantum.conformance import bell, crossed, ghz, lopsided, teleported
from workbench.errors import BadInput
from workbench.quantum.backends import Engines
from workbench.quantum.execution import Answer, Asked, execute
from workbench.quantum.lowered import GATES, Gate, Lowered
from workbench.quantum.lowering import lower
from workbench.quantum.noise import Noise, noise
from workbench.quantum.noise.channels import damping, dephasing, depolarizing
from workbench.settings import load_settings
from workbench.studio import Studio

EXACT = 1e-9
EVERYTHING = "depol=0.02 depol2=0.05 damping=0.03 dephasing=0.01 readout=0.02:0.1"


@pytest.fixture(scope="module")
def engines() -> Engines:
    return Engines(load_settings())


def _answer(
    engines: Engines, name: str, circuit: QuantumCircuit | Lowered, given: Any, shots: int | None = None
) -> Answer:
    lowered = circuit if isinstance(circuit, Lowered) else lower(circuit)
    return execute(engines.get(name), lowered, Asked(shots, 7, None, noise(given)))


def _exactly(engines: Engines, name: str, circuit: QuantumCircuit | Lowered, given: Any) -> dict[str, float]:
    answer = _answer(engines, name, circuit, given)
    assert answer.distribution is not None
    keys, weights = answer.distribution.exact()
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    return {"".join(map(str, key)): float(weight) for key, weight in zip(keys, weights, strict=True)}


def _apart(left: dict[str, float], right: dict[str, float]) -> float:
    return sum(abs(left.get(key, 0.0) - right.get(key, 0.0)) for key in left.keys() | right.keys()) / 2


def _random(seed: int, qubits: int = 3, length: int = 12) -> Lowered:
    """Return a circuit of any of the gates on any qubits, every one of them turned at first."""
    random = np.random.default_rng(seed)
    ops = [Gate("u", (qubit,), tuple(random.uniform(0, 3, 3))) for qubit in range(qubits)]
    for _ in range(length):
        name = str(random.choice(sorted(GATES)))
        size, angles = GATES[name]
        where = tuple(int(qubit) for qubit in random.permutation(qubits)[:size])
        ops.append(Gate(name, where, tuple(random.uniform(-3, 3, angles))))
    return Lowered(qubits, 0, tuple(ops))


# -- what is given


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("depol=0.01", {"depol": 0.01, "depol2": 0.01}),
        ("depol=0.01, depol2=0.1", {"depol": 0.01, "depol2": 0.1}),
        ("readout = 0.02:0.05 damping=0.1", {"readout": [0.02, 0.05], "damping": 0.1}),
        ({"dephasing": 0.5, "readout": 0.1}, {"dephasing": 0.5, "readout": [0.1, 0.1]}),
        ({"readout": (0.0, 0.3)}, {"readout": [0.0, 0.3]}),
        ("fake:manila", {"device": "fake:manila"}),
    ],
)
def test_it_is_read_and_kept_as_json(given: Any, expected: dict[str, Any]) -> None:
    found = noise(given)
    assert found is not None
    body = found.to_json()
    assert {name: value for name, value in body.items() if name != "kind"} == expected
    assert Noise.from_json(json.loads(json.dumps(body))) == found == noise(body)


@pytest.mark.parametrize("given", [None, "depol=0", "depol=0 readout=0:0", {}])
def test_nothing_goes_wrong(given: Any) -> None:
    assert noise(given) is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("depol=2", "depol is '2'; expected a number from 0 to 0.75."),
        ("depol2=0.95", "depol2 is '0.95'; expected a number from 0 to 0.9375."),
        ("dephasing=-0.1", "dephasing is '-0.1'; expected a number from 0 to 0.5."),
        ("readout=1:2", "readout is '2'; expected a number from 0 to 1."),
        ("readout=1:1:1", "readout has 3 values"),
        ("damping=nan", "damping is 'nan'"),
        ("depol", "The noise 'depol' cannot be read at 'depol'."),
        ("depol=0.1 depol=0.2", "names depol twice"),
        ("", "The noise is an empty text."),
        ("thermal=0.1", "There is no noise 'thermal'."),
        ("fake:nowhere", "There is no fake device 'nowhere'."),
        ("google:willow_pink", "The noise of 'google:willow_pink' is not known here."),
        (3, "A int is no noise that is known here."),
        ({"kind": "weather"}, "'weather' is no kind of noise."),
    ],
)
def test_bad_noise(given: Any, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        noise(given)
    assert message in caught.value.message
    assert caught.value.hint


# -- channels


@given(size=st.integers(1, 3), rate=st.floats(0, 0.75))
def test_channels_keep_the_trace(size: int, rate: float) -> None:
    for error in (depolarizing(size, rate), damping(rate), dephasing(min(rate, 0.5))):
        total = sum(one.conj().T @ one for one in error.kraus)
        np.testing.assert_allclose(total, np.eye(1 << error.size), atol=1e-12)


@pytest.mark.parametrize("size", [1, 2])
def test_depolarising_is_qiskits_with_another_parameter(size: int) -> None:
    mine = SuperOp(Kraus(list(depolarizing(size, 0.1).kraus)))
    theirs = SuperOp(depolarizing_error(0.1 / (1 - 4.0**-size), size))
    np.testing.assert_allclose(mine.data, theirs.data, atol=1e-12)


def test_a_depolarised_gate_has_its_closed_form(engines: Engines) -> None:
    circuit = QuantumCircuit(1)
    circuit.ry(1.1, 0)
    found = _exactly(engines, "aer", circuit, "depol=0.06 readout=0.02:0.1")
    # Bloch vectors shrink by 1 - 4p/3; a 0 is told as 1 in 2 of 100, a 1 as 0 in 10
    zero = (1 + (1 - 4 * 0.06 / 3) * math.cos(1.1)) / 2
    assert found["0"] == pytest.approx(zero * 0.98 + (1 - zero) * 0.1, abs=1e-12)


def test_damping_and_dephasing_have_their_closed_forms(engines: Engines) -> None:
    excited = QuantumCircuit(1)
    excited.x(0)
    excited.id(0)
    assert _exactly(engines, "aer", excited, "damping=0.1")["1"] == pytest.approx(0.9**2, abs=1e-12)
    fringe = QuantumCircuit(1)
    fringe.h(0)
    fringe.h(0)
    assert _exactly(engines, "aer", fringe, "dephasing=0.1")["0"] == pytest.approx(0.9, abs=1e-12)


def test_a_depolarised_pair_has_its_closed_form(studio: Studio) -> None:
    result = studio.quantum.run(bell(), shots=None, noise="depol2=0.03 readout=0.01", observables="ZZ")
    kept = (1 - 16 * 0.03 / 15) * (1 - 2 * 0.01) ** 2
    assert result.expval[0].value == pytest.approx(kept, abs=1e-12)
    assert result.expval[0].error == 0


# -- engines


@pytest.mark.parametrize("seed", range(6))
def test_two_density_matrices_agree(engines: Engines, seed: int) -> None:
    circuit = _random(seed)
    assert (
        _apart(_exactly(engines, "aer", circuit, EVERYTHING), _exactly(engines, "cirq", circuit, EVERYTHING))
        < EXACT
    )


@pytest.mark.parametrize("name", sorted(GATES))
def test_every_gate_with_noise(engines: Engines, name: str) -> None:
    size, angles = GATES[name]
    turns = tuple(Gate("u", (qubit,), (0.4 + qubit, 0.3, 0.2)) for qubit in range(3))
    gate = Gate(name, (2, 0, 1)[:size], (0.7, 0.5, 0.3)[:angles])
    circuit = Lowered(3, 0, (*turns, gate, *turns))
    found = _exactly(engines, "aer", circuit, EVERYTHING)
    assert _apart(found, _exactly(engines, "cirq", circuit, EVERYTHING)) < EXACT


def test_braket_agrees_and_refuses_what_it_has_no_channel_for(engines: Engines) -> None:
    circuit = lower(ghz(3))
    assert (
        _apart(
            _exactly(engines, "aer", circuit, EVERYTHING), _exactly(engines, "braket", circuit, EVERYTHING)
        )
        < EXACT
    )
    with pytest.raises(BadInput, match="Braket has no channel on 3 qubits"):
        _answer(engines, "braket", lopsided(), EVERYTHING)


@given(seed=st.integers(0, 2**31 - 1))
def test_no_noise_is_the_limit(seed: int) -> None:
    engines = Engines(load_settings())
    circuit = _random(seed, length=6)
    ideal = _exactly(engines, "qiskit", circuit, None)
    assert _apart(_exactly(engines, "aer", circuit, "depol=1e-13"), ideal) < 1e-9


def test_folded_gates_mean_the_same(engines: Engines) -> None:
    circuit = _random(3, length=30)
    aer = engines.get("aer")
    tiny = noise("dephasing=1e-13")
    assert tiny is not None
    plain, folded = (execute(aer, circuit, Asked(None, 0, None, tiny.folded(folds))) for folds in (1, 5))
    np.testing.assert_allclose(plain.outcome.probabilities, folded.outcome.probabilities, atol=1e-9)
    with pytest.raises(BadInput, match="folded 2 times"):
        tiny.folded(2)


def test_a_matrix_gate_counts_as_one_gate(engines: Engines) -> None:
    circuit = QuantumCircuit(2)
    circuit.unitary(random_unitary(4, seed=5).data, [1, 0])
    state = DensityMatrix(circuit).evolve(depolarizing_error(0.1 * 16 / 15, 2))
    expected = {format(at, "02b")[::-1]: value for at, value in enumerate(state.probabilities())}
    assert _apart(_exactly(engines, "aer", circuit, "depol2=0.1"), expected) < EXACT


def test_trajectories_and_tableaux_tell_the_same(engines: Engines) -> None:
    rates = "depol=0.02 depol2=0.05 dephasing=0.02 readout=0.02:0.1"
    # idle qubits make it too large for a density matrix
    wide = QuantumCircuit(11, 4)
    wide.compose(ghz(4), range(4), range(4), inplace=True)
    expected = _exactly(engines, "cirq", ghz(4), rates)
    shots = 8_000
    sampled = [_answer(engines, name, wide, rates, shots) for name in ("stim", "aer")]
    assert [one.outcome.meta["method"] for one in sampled] == ["stabilizer", "trajectories"]
    for answer in sampled:
        counts = answer.outcome.counts
        assert counts is not None
        assert sum(counts.values()) == shots
        assert _apart({key: many / shots for key, many in counts.items()}, expected) < 0.03


def test_stim_refuses_what_is_no_pauli_channel(engines: Engines) -> None:
    with pytest.raises(BadInput, match="stim does only Pauli channels"):
        _answer(engines, "stim", bell(), "damping=0.1", 10)
    with pytest.raises(BadInput, match="stim only samples"):
        _answer(engines, "stim", bell(), "depol=0.1")
    with pytest.raises(BadInput, match="qsim has no noise here"):
        _answer(engines, "qsim", bell(), "depol=0.1")


def test_two_bits_of_one_qubit_are_misread_each_on_its_own(engines: Engines) -> None:
    counts = _answer(engines, "aer", crossed(), "readout=0.3", 20_000).outcome.counts
    assert counts is not None
    unlike = sum(many for key, many in counts.items() if key[1] != key[4])
    assert unlike / 20_000 == pytest.approx(2 * 0.3 * 0.7, abs=0.02)
    with pytest.raises(BadInput, match="give shots"):
        _answer(engines, "aer", crossed(), "readout=0.3")
    alike = _exactly(engines, "aer", crossed(), "depol=0.3")
    assert all(key[1] == key[4] for key in alike)


def test_noise_reaches_what_acts_on_measurements(studio: Studio) -> None:
    circuit = QuantumCircuit(2, 2)
    circuit.x(0)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.x(1)
    circuit.measure(1, 1)
    result = studio.quantum.run(circuit, noise="depol=0.09 readout=0.2:0.1", shots=8_000, seed=2)
    assert result.meta["on"] == "aer"
    assert result.counts is not None
    told = sum(many for key, many in result.counts.items() if key[0] == "1") / 8_000
    flipped = 2 * 0.09 / 3
    first = (1 - flipped) * 0.9 + flipped * 0.2
    assert told == pytest.approx(first, abs=0.02)
    # the second qubit is turned over where the first was told as 1, right or wrong
    one = first * (1 - flipped)
    second = sum(many for key, many in result.counts.items() if key[1] == "1") / 8_000
    assert second == pytest.approx(one * 0.9 + (1 - one) * 0.2, abs=0.02)
    with pytest.raises(BadInput, match="give shots"):
        studio.quantum.run(teleported(), noise="depol=0.1", shots=None)


# -- devices and the libraries' own models


def test_a_device_is_what_aer_makes_of_it(engines: Engines) -> None:
    from workbench.quantum.devices.fake import backend_of
    from workbench.quantum.devices.transpiling import fitted

    circuit = QuantumCircuit(4, 4)
    circuit.ry(0.7, 3)
    circuit.cx(3, 0)
    circuit.cx(0, 2)
    circuit.rz(0.4, 2)
    circuit.h(2)
    circuit.cx(2, 1)
    backend = backend_of("manila")
    made, layout = fitted(circuit, backend, 1, 0)
    made.save_probabilities(layout)
    model = AerModel.from_backend(backend)
    noisy = AerSimulator(method="density_matrix", noise_model=model).run(made, shots=1).result().data()
    before = noisy["probabilities"]
    wrong = noise("fake:manila")
    assert wrong is not None
    mine = execute(
        engines.get("aer"), lower(circuit), Asked(None, 0, None, wrong.well_read())
    ).outcome.probabilities
    assert mine is not None
    np.testing.assert_allclose(mine.reshape((2,) * 4).transpose().reshape(-1), before, atol=1e-8)
    assert _apart(_exactly(engines, "aer", circuit, wrong), _exactly(engines, "cirq", circuit, wrong)) < EXACT


def test_a_device_model_keeps_the_order_of_the_bits(studio: Studio) -> None:
    circuit = QuantumCircuit(4, 3)
    circuit.x(3)
    circuit.cx(3, 0)
    circuit.measure([3, 1, 0], [2, 0, 1])
    result = studio.quantum.run(circuit, noise="fake:manila", shots=None)
    assert result.probabilities is not None
    assert max(result.probabilities, key=lambda key: result.probabilities[key]) == "011"  # type: ignore[index]


def test_an_aer_model(engines: Engines) -> None:
    model = AerModel()
    model.add_all_qubit_quantum_error(depolarizing_error(0.1, 2), ["cx"])
    model.add_quantum_error(amplitude_damping_error(0.2), ["h"], [0])
    model.add_quantum_error(coherent_unitary_error(random_unitary(2, seed=1).data), ["h"], [1])
    model.add_all_qubit_readout_error(ReadoutError([[0.9, 0.1], [0.2, 0.8]]))
    circuit = QuantumCircuit(2)
    circuit.h([0, 1])
    circuit.cx(0, 1)
    circuit.h([0, 1])
    found = noise(model)
    assert found == noise(model)
    measured = circuit.copy()
    measured.measure_all()
    shots = 100_000
    counts = (
        AerSimulator(noise_model=model, seed_simulator=1).run(measured, shots=shots).result().get_counts()
    )
    theirs = {key[::-1]: many / shots for key, many in counts.items()}
    assert _apart(_exactly(engines, "aer", circuit, found), theirs) < 0.01
    assert _apart(_exactly(engines, "aer", circuit, found), _exactly(engines, "cirq", circuit, found)) < EXACT


def test_what_an_aer_model_does_to_a_reset(engines: Engines) -> None:
    model = AerModel()
    model.add_all_qubit_quantum_error(pauli_error([("X", 0.25), ("I", 0.75)]), ["reset"])
    circuit = QuantumCircuit(1, 1)
    circuit.x(0)
    circuit.reset(0)
    circuit.measure(0, 0)
    counts = _answer(engines, "aer", circuit, model, 8_000).outcome.counts
    assert counts is not None
    assert counts["1"] / 8_000 == pytest.approx(0.25, abs=0.02)
    before = AerModel()
    before.add_all_qubit_quantum_error(pauli_error([("X", 0.25), ("I", 0.75)]), ["measure"])
    with pytest.raises(BadInput, match="quantum error on measure"):
        noise(before)


def test_a_gate_that_an_aer_model_does_not_know_is_rewritten(engines: Engines) -> None:
    model = AerModel()
    model.add_all_qubit_quantum_error(depolarizing_error(0.2, 1), ["sx"])
    circuit = QuantumCircuit(1)
    circuit.h(0)
    circuit.h(0)
    # h is one sx between two rz
    assert _exactly(engines, "aer", circuit, model)["0"] == pytest.approx((1 + 0.8**2) / 2, abs=1e-9)


@pytest.mark.parametrize(
    "model", [cirq.ConstantQubitNoiseModel(cirq.depolarize(0.03)), cirq.amplitude_damp(0.1)]
)
def test_a_cirq_model_is_what_cirq_makes_of_it(engines: Engines, model: Any) -> None:
    qubits = cirq.LineQubit.range(3)
    theirs = cirq.Circuit(
        cirq.H(qubits[0]), cirq.CNOT(*qubits[:2]), cirq.rx(0.4)(qubits[1]), cirq.CNOT(*qubits[1:])
    )
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.rx(0.4, 1)
    circuit.cx(1, 2)
    simulator = cirq.DensityMatrixSimulator(noise=model, dtype=np.complex128)
    matrix = simulator.simulate(theirs, qubit_order=qubits).final_density_matrix
    expected = {format(at, "03b"): float(value) for at, value in enumerate(np.diagonal(matrix).real)}
    for name in ("aer", "cirq"):
        assert _apart(_exactly(engines, name, circuit, model), expected) < EXACT


def test_a_cirq_model_that_cannot_be_written_down() -> None:
    class Mine(cirq.NoiseModel):
        def noisy_operation(self, operation: cirq.Operation) -> cirq.OP_TREE:
            return operation

    with pytest.raises(BadInput, match="Cirq cannot write down its Mine"):
        noise(Mine())


def test_a_braket_model_is_what_braket_makes_of_it(engines: Engines) -> None:
    from braket.circuits import Circuit
    from braket.devices import LocalSimulator

    model = BraketModel()
    model.add_noise(braket_noises.Depolarizing(0.05), GateCriteria(braket_gates.H))
    model.add_noise(braket_noises.TwoQubitDepolarizing(0.1), GateCriteria(braket_gates.CNot))
    theirs = model.apply(Circuit().h(0).cnot(0, 1).probability())
    expected = LocalSimulator("braket_dm").run(theirs, shots=0).result().values[0]
    model.add_noise(braket_noises.BitFlip(0.1), MeasureCriteria())
    flip = np.array([[0.9, 0.1], [0.1, 0.9]])
    told = np.kron(flip, flip) @ expected
    found = _exactly(engines, "aer", bell(), model)
    assert _apart(found, {format(at, "02b"): float(value) for at, value in enumerate(told)}) < EXACT


# -- through the service


def test_one_call(studio: Studio) -> None:
    result = studio.quantum.run(
        bell(),
        noise="depol=0.01 readout=0.02",
        shots=2000,
        seed=4,
        observables="ZZ; XX",
        compare="aer cirq stim",
    )
    assert result.counts is not None
    assert sum(result.counts.values()) == 2000
    assert result.probabilities is not None
    assert sum(result.probabilities.values()) == pytest.approx(1)
    assert result.meta["noise"] == "depol=0.01 depol2=0.01 readout=0.02:0.02"
    assert "density matrix" in result.meta["why"]
    assert result.agreement is not None
    assert result.agreement.agree
    assert result.agreement.distances[0][1] < EXACT
    assert {one.error > 0 for one in result.expval} == {True}
    again = studio.quantum.run(bell(), "cirq", noise="readout=0.02,depol=0.01", shots=2000, seed=4)
    assert again.counts == result.counts
    with pytest.raises(BadInput, match="mixture"):
        result.statevector()


def test_the_choice_by_size(studio: Studio) -> None:
    rates = "depol=0.001 readout=0.01"
    assert studio.quantum.run(ghz(11), noise=rates, seed=1).meta["on"] == "stim"
    wide = ghz(11).remove_final_measurements(inplace=False)
    assert wide is not None
    wide.t(0)
    result = studio.quantum.run(wide, noise=rates, seed=1, shots=50, observables="Z0 Z1")
    assert (result.meta["on"], result.meta["method"]) == ("aer", "trajectories")
    assert result.expval[0].error > 0


def test_a_sweep_too_large_for_density_matrices_is_sampled(studio: Studio) -> None:
    circuit = ghz(11).remove_final_measurements(inplace=False)
    assert circuit is not None
    angle = Parameter("a")
    circuit.rz(angle, 0)
    result = studio.quantum.run(circuit, sweep={"a": [0.1]}, noise="depol=0.001", observables="Z0 Z1", seed=1)
    assert result.sweep is not None
    assert list(result.sweep.columns) == ["a", "Z0 Z1", "Z0 Z1 error"]
    assert result.sweep["Z0 Z1"][0] > 0.9


def test_a_sweep_with_noise(studio: Studio) -> None:
    source = 'OPENQASM 3; include "stdgates.inc"; input float a; qubit q; rx(a) q;'
    points = [0.0, 0.5, 1.0]
    frame = studio.quantum.run(source, sweep={"a": points}, noise="depol=0.03", observables="Z0").sweep
    assert frame is not None
    np.testing.assert_allclose(frame["Z0"], (1 - 0.04) * np.cos(points), atol=1e-12)

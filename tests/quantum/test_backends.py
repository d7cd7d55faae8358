"""One suite for every engine: right amplitudes, right bits, one seed for all, clear refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from qiskit.quantum_info import Statevector

from tests.quantum.conformance import CIRCUITS, answered, bell, distribution, ghz, known_wrong, state
from workbench.errors import BadInput
from workbench.quantum.backends import Backend, Engines, engine_names
from workbench.quantum.execution import Asked, execute
from workbench.quantum.lowering import lower
from workbench.settings import load_settings

ENGINES = ("aer", "braket", "cirq", "lightning", "pennylane", "qiskit", "qsim", "stim")
STATIC = [name for name, case in CIRCUITS.items() if not case.dynamic]
DYNAMIC = [name for name, case in CIRCUITS.items() if case.dynamic]
# Beyond a tableau; every other engine does every circuit of the suite.
REFUSED = {"stim": {"crossed", "known wrong", "lopsided", "phases", "reused", "teleported"}}
TOLERANCE = {"single": 5e-6, "double": 1e-9}


@pytest.fixture(scope="module")
def engines() -> Engines:
    return Engines(load_settings())


def _precision(engine: Backend) -> str:
    return "double" if "double" in engine.precisions else "single"


def _distance(left: dict[str, float], right: dict[str, float]) -> float:
    return sum(abs(left.get(key, 0) - right.get(key, 0)) for key in left.keys() | right.keys()) / 2


def test_these_are_registered() -> None:
    assert set(engine_names()) >= {*ENGINES, "aws", "fake", "google", "ibm"}


@pytest.mark.parametrize("name", ENGINES)
def test_it_has_the_shape(engines: Engines, name: str) -> None:
    engine = engines.get(name)
    assert isinstance(engine, Backend)
    assert engine.name == name
    assert engine.available() is None


@pytest.mark.parametrize("case", STATIC)
@pytest.mark.parametrize("name", ENGINES)
def test_amplitudes_are_those_of_the_reference(engines: Engines, name: str, case: str) -> None:
    engine, circuit = engines.get(name), CIRCUITS[case].circuit
    if case in REFUSED.get(name, ()):
        with pytest.raises(BadInput, match=r"stim does Clifford gates only, and .* on qubit"):
            state(engine, circuit)
        return
    found = state(engine, circuit)
    expected = Statevector(circuit.remove_final_measurements(inplace=False)).data
    # stim keeps no global phase
    if name == "stim":
        found = found * np.exp(1j * np.angle(np.vdot(found, expected)))
    np.testing.assert_allclose(found, expected, atol=1e-6 if _precision(engine) == "single" else 1e-12)


@pytest.mark.parametrize("case", STATIC)
@pytest.mark.parametrize("name", ENGINES)
def test_one_seed_gives_the_same_counts(engines: Engines, name: str, case: str) -> None:
    if case in REFUSED.get(name, ()):
        pytest.skip("not Clifford")
    circuit = CIRCUITS[case].circuit
    asked = Asked(2000, 11)
    mine = answered(engines.get(name), circuit, 2000, 11).samples(asked)
    reference = answered(engines.get("qiskit"), circuit, 2000, 11).samples(asked)
    assert mine.to_dict() == reference.to_dict()
    assert mine.counts.sum() == 2000


@pytest.mark.parametrize("case", DYNAMIC)
@pytest.mark.parametrize("name", ENGINES)
def test_what_acts_on_measurements_is_exact_by_deferral(engines: Engines, name: str, case: str) -> None:
    if case in REFUSED.get(name, ()):
        pytest.skip("not Clifford")
    engine, circuit = engines.get(name), CIRCUITS[case].circuit
    expected = distribution(engines.get("qiskit"), circuit)
    assert _distance(distribution(engine, circuit), expected) < TOLERANCE[_precision(engine)]


@pytest.mark.parametrize("case", DYNAMIC)
@pytest.mark.parametrize("name", ["aer", "cirq"])
def test_shot_by_shot_agrees_with_deferral(engines: Engines, name: str, case: str) -> None:
    shots, circuit = 4000, CIRCUITS[case].circuit
    exact = distribution(engines.get("qiskit"), circuit)
    seen = distribution(engines.get(name), circuit, shots)
    assert seen.keys() <= exact.keys()
    # half of the mean absolute deviation of a multinomial, and McDiarmid's bound at one in a million
    bound = math.sqrt(len(exact) / shots) / 2 + math.sqrt(math.log(1e6) / (2 * shots))
    assert _distance(seen, exact) < bound


def test_teleported_bit_has_the_state_that_was_sent(engines: Engines) -> None:
    exact = distribution(engines.get("aer"), CIRCUITS["teleported"].circuit)
    one = sum(weight for key, weight in exact.items() if key[2] == "1")
    assert one == pytest.approx(math.sin(math.pi / 6) ** 2, abs=1e-12)


def test_keys_have_bit_0_leftmost(engines: Engines) -> None:
    found = distribution(engines.get("qiskit"), CIRCUITS["crossed"].circuit)
    assert all(len(key) == 5 and key[2] == key[3] == "0" and key[1] == key[4] for key in found)
    one = sum(weight for key, weight in found.items() if key[0] == "1")
    assert one == pytest.approx(math.sin(1.0) ** 2, abs=1e-12)


def test_a_thousand_qubits_alike(engines: Engines) -> None:
    answer = answered(engines.get("stim"), ghz(1000), 100)
    counts = answer.samples(Asked(100, 7)).to_dict()
    assert counts.keys() == {"0" * 1000, "1" * 1000}
    assert sum(counts.values()) == 100


@pytest.mark.parametrize("name", ["braket", "cirq", "lightning", "qiskit", "qsim"])
def test_forty_dense_qubits_are_refused_at_once(engines: Engines, name: str) -> None:
    with pytest.raises(BadInput, match=r"40 qubits dense on \w+ need \d+ TB, .* free"):
        execute(engines.get(name), lower(ghz(40)), Asked(None, 1))


def test_refusals_name_operation_and_line(engines: Engines) -> None:
    with pytest.raises(BadInput, match=r"stim does Clifford gates only, and cp on qubits 3 and 1 is none"):
        answered(engines.get("stim"), known_wrong())


def test_double_precision_is_refused_by_who_has_single(engines: Engines) -> None:
    with pytest.raises(BadInput, match="qsim computes in single precision only"):
        execute(engines.get("qsim"), lower(bell()), Asked(None, 1, "double"))

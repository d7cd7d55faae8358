"""Mitigation: values that are nearer to the exact ones, with errors that hold."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit import QuantumCircuit

from tests.quantum.conformance import bell, crossed, teleported
from workbench.errors import BadInput
from workbench.quantum.mitigation import Mitigated, Plan, plan
from workbench.quantum.mitigation.quasi import calibrated, corrected
from workbench.quantum.mitigation.twirled import Twirled
from workbench.quantum.mitigation.zero_noise import extrapolated
from workbench.quantum.noise.misreading import told
from workbench.studio import Studio

WANTED = "Z0 Z1; X0 X1 X2; 0.5*Z0*Z2 - 1.5 + 0.3*Y1"


def woven() -> QuantumCircuit:
    """Three qubits whose expectation values are neither 0 nor 1."""
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.cx(1, 2)
    circuit.rx(0.7, 1)
    circuit.rzz(0.4, 0, 2)
    return circuit


def exact(studio: Studio) -> list[float]:
    return [one.value for one in studio.quantum.run(woven(), observables=WANTED).expval]


# -- what is asked for


@pytest.mark.parametrize(
    ("given", "expected", "text"),
    [
        ("readout", Plan(True), "readout"),
        ("zne", Plan(False, (1, 3, 5)), "zne exponential 1,3,5"),
        ("zne linear 5, 1", Plan(False, (1, 5), "linear"), "zne linear 1,5"),
        ("zne + readout polynomial", Plan(True, (1, 3, 5), "polynomial"), "readout zne polynomial 1,3,5"),
    ],
)
def test_it_is_read(given: str, expected: Plan, text: str) -> None:
    assert plan(given) == expected
    assert str(expected) == text
    assert plan(text) == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("pec", "cannot be read at 'pec'"),
        ("zne 1,2", "zne has the factors 2"),
        ("zne 3", "zne has the factors 3"),
        ("zne 1,33", "zne has the factors 33"),
        ("readout linear", "has 'linear', which is of zne"),
        ("zne linear exponential", "names 2 fits"),
        (3, "The mitigation 3 cannot be read"),
    ],
)
def test_bad_mitigation(given: Any, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        plan(given)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"noise": "depol=0.1"}, "zne is of expectation values"),
        ({"observables": "ZZ"}, "without noise"),
        ({"observables": "ZZ", "noise": "depol=0.1", "mitigate": "readout"}, "No bits are misread"),
        ({"observables": "ZZ", "noise": "readout=0.5", "mitigate": "readout"}, "cannot be told from chance"),
        (
            {"observables": "ZZ", "noise": "readout=0.1", "mitigate": "readout", "shots": 5_000_000},
            "at most 4,194,304",
        ),
    ],
)
def test_what_cannot_be_mitigated(studio: Studio, options: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        studio.quantum.run(bell(), **{"mitigate": "zne", "seed": 1, **options})


def test_a_circuit_that_acts_on_measurements_is_not_mitigated(studio: Studio) -> None:
    with pytest.raises(BadInput, match="measured once, at the end"):
        studio.quantum.run(teleported(), noise="depol=0.1", mitigate="zne", observables="Z2", shots=50)


# -- the parts


@pytest.mark.parametrize("fit", ["linear", "exponential", "polynomial"])
def test_each_fit_finds_its_own_curve(fit: str) -> None:
    curve = {"linear": lambda x: 0.9 - 0.1 * x, "exponential": lambda x: 0.9 * math.exp(-0.2 * x)}.get(
        fit, lambda x: 0.9 - 0.1 * x + 0.01 * x**2
    )
    wanted = Plan(False, (1, 3, 5), fit)
    values = [curve(factor) for factor in wanted.factors]
    found = extrapolated(values, [0.0] * 3, wanted)
    assert found.value == pytest.approx(0.9, abs=1e-7)
    assert found.error == pytest.approx(0, abs=1e-6)


def test_the_errors_of_samples_are_carried_through() -> None:
    found = extrapolated([0.8, 0.6, 0.4], [0.01, 0.01, 0.01], Plan(False, (1, 3, 5), "linear"))
    # the least-squares line at 0 weighs the values by 13/12, 4/12 and -5/12
    assert found.error == pytest.approx(0.01 * math.hypot(13, 4, 5) / 12, rel=1e-3)
    straight = extrapolated([0.8, 0.6, 0.4], [0.01, 0.01, 0.01], Plan(False, (1, 3, 5), "polynomial"))
    # Richardson's weights: 15/8, -10/8, 3/8
    assert straight.error == pytest.approx(0.01 * math.hypot(15, 10, 3) / 8, rel=1e-3)


def test_twirled_readout_has_no_bias_and_honest_errors() -> None:
    rates = np.array([[0.02, 0.12], [0.05, 0.01], [0.1, 0.2]])
    keys, weights = np.array([[0, 0, 1], [1, 1, 0]], np.uint8), np.array([0.7, 0.3])
    string = ((0, "Z"), (2, "Z"))
    pulls = []
    for seed in range(60):
        twirled = Twirled(rates, 4000, seed)
        value, error, scale = twirled.mean(twirled.sampled(keys, weights), string)
        assert scale == pytest.approx(1 / ((1 - 0.14) * (1 - 0.3)), rel=0.1)
        pulls.append((value + 1) / error)
    assert abs(np.mean(pulls)) < 0.5
    assert 0.7 < np.std(pulls) < 1.3


@given(
    st.lists(st.tuples(st.floats(0, 0.3), st.floats(0, 0.3)), min_size=3, max_size=3),
    st.integers(0, 2**31 - 1),
)
def test_a_distribution_is_made_good_exactly(pairs: list[tuple[float, float]], seed: int) -> None:
    rates = np.array(pairs)
    there = np.random.default_rng(seed).dirichlet(np.ones(8))
    keys = np.array([[at >> 2 & 1, at >> 1 & 1, at & 1] for at in range(8)], np.uint8)
    found = corrected(keys, told(there, rates), rates, None)
    assert list(found.weights.values()) == pytest.approx(there, abs=1e-9)
    assert found.error == 0


def test_rates_are_calibrated_from_samples() -> None:
    rates = np.array([[0.02, 0.3], [0.1, 0.0]])
    found = calibrated(rates, 50_000, 3)
    np.testing.assert_allclose(found, rates, atol=0.01)
    assert found[1, 1] == 0


def test_too_many_keys_are_not_made_good() -> None:
    keys = np.array([[at >> shift & 1 for shift in range(12)] for at in range(2049)], np.uint8)
    with pytest.raises(BadInput, match="2,049 different keys"):
        corrected(keys, np.ones(2049), np.zeros((12, 2)), 10)
    with pytest.raises(BadInput, match="nothing can be told"):
        corrected(keys[:2], np.ones(2), np.full((12, 2), 0.5), 10)


# -- through the service


def test_counts_are_made_good(studio: Studio) -> None:
    result = studio.quantum.run(bell(), noise="readout=0.05:0.15", mitigate="readout", shots=20_000, seed=3)
    assert result.expval == ()
    found = result.mitigation
    assert found is not None
    assert found.quasi is not None
    assert result.counts is not None
    assert result.counts["00"] / 20_000 == pytest.approx((0.95**2 + 0.15**2) / 2, abs=0.02)
    assert sum(found.quasi.values()) == pytest.approx(1)
    expected = {"00": 0.5, "01": 0.0, "10": 0.0, "11": 0.5}
    assert found.quasi == pytest.approx(expected, abs=3 * found.quasi_error)
    assert 0 < found.quasi_error < 0.03


def test_values_are_made_good_where_there_are_too_many_counts(studio: Studio) -> None:
    circuit = QuantumCircuit(13)
    circuit.h(range(12))
    options: dict[str, Any] = {"noise": "readout=0.05", "mitigate": "readout", "shots": 4000, "seed": 3}
    result = studio.quantum.run(circuit, observables="Z12", **options)
    assert result.mitigation is not None
    assert result.mitigation.quasi is None
    assert result.expval[0].value == pytest.approx(1, abs=0.05)
    with pytest.raises(BadInput, match="different keys were seen; at most 2,048"):
        studio.quantum.run(circuit, **options)


def test_bits_that_nothing_is_measured_into_stay(studio: Studio) -> None:
    result = studio.quantum.run(crossed(), noise="readout=0.1", mitigate="readout", shots=2000, seed=3)
    found = result.mitigation
    assert found is not None
    assert found.quasi is not None
    assert {key[2:4] for key in found.quasi} == {"00"}


@pytest.mark.parametrize(
    ("noise", "mitigate", "shots", "within"),
    [
        ("depol=0.01", "zne", "auto", 1e-6),
        ("depol=0.01", "zne linear", "auto", 0.03),
        ("depol=0.01", "zne polynomial", "auto", 0.003),
        ("depol=0.01 damping=0.01", "zne exponential 1,3,5,7", "auto", 0.02),
        ("readout=0.02:0.08", "readout", "auto", 0.04),
        ("depol=0.01 readout=0.02:0.08", "readout zne", 60_000, 0.06),
        ("fake:manila", "readout zne", 60_000, 0.06),
    ],
)
def test_values_come_nearer(studio: Studio, noise: str, mitigate: str, shots: Any, within: float) -> None:
    right = exact(studio)
    result = studio.quantum.run(
        woven(), observables=WANTED, noise=noise, mitigate=mitigate, shots=shots, seed=1
    )
    assert result.mitigation is not None
    raw = [abs(one.raw - value) for one, value in zip(result.mitigation.values, right, strict=True)]
    nearer = [abs(one.mitigated - value) for one, value in zip(result.mitigation.values, right, strict=True)]
    assert sum(nearer) < sum(raw) / 2
    assert max(nearer) < within


def test_the_result(studio: Studio) -> None:
    result = studio.quantum.run(
        bell(),
        observables="ZZ; XX",
        noise="depol=0.02 readout=0.03",
        mitigate="readout zne",
        shots=4000,
        seed=9,
    )
    found = result.mitigation
    assert found is not None
    assert (found.method, found.factors, found.shots) == ("readout zne exponential 1,3,5", (1, 3, 5), 4000)
    assert [one.value for one in result.expval] == [one.mitigated for one in found.values]
    assert all(one.error > 0 and one.raw_error > 0 for one in found.values)
    assert [term["term"] for term in found.terms] == ["Z0 Z1", "X0 X1"]
    assert list(found.to_frame().columns) == ["raw", "raw_error", "mitigated", "error"]
    assert Mitigated.from_json(found.to_json()) == found
    assert "mitigated by readout zne exponential 1,3,5" in str(found)
    again = studio.quantum.run(
        bell(),
        observables="ZZ; XX",
        noise="readout=0.03 depol=0.02",
        mitigate="zne,readout",
        shots=4000,
        seed=9,
    )
    assert again.mitigation == found


def test_without_it_there_is_none(studio: Studio) -> None:
    assert studio.quantum.run(bell(), observables="ZZ", noise="depol=0.02").mitigation is None

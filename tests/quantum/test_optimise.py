"""`studio.quantum.optimise`: gradients that are right, optima that are known, ends that keep what was."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter, ParameterVector
from qiskit.quantum_info import SparsePauliOp, Statevector

from tests.quantum.hydrogen import hamiltonian, integrals
from workbench.errors import BadInput, Cancelled
from workbench.quantum.backends import Engines
from workbench.quantum.lowering import lower
from workbench.quantum.observables import observable
from workbench.quantum.optimisation.adjoint import Sweep
from workbench.quantum.optimisation.atoms import atomised
from workbench.quantum.optimisation.lightning import LightningSweep
from workbench.quantum.optimisation.shifts import Shifts
from workbench.settings import load_settings
from workbench.studio import Studio

H2 = json.loads((Path(__file__).parents[2] / "data/molecules/h2.json").read_text())
ONE = ("rx", "ry", "rz", "p")
TWO = ("rxx", "ryy", "rzz", "cp", "crx", "cry", "crz")
FIXED = ("h", "sx", "sdg", "cx", "cswap", "iswap", "ecr", "csx")
PARAMETERS = ("a", "b", "θ[0]")


@st.composite
def angles(draw: st.DrawFn) -> Any:
    """An angle: a parameter, or an expression of one or two of them, or a number."""
    first, second = (Parameter(draw(st.sampled_from(PARAMETERS))) for _ in range(2))
    # equal names are one parameter
    second = first if first.name == second.name else second
    return draw(
        st.sampled_from(
            [first, 2 * first - 0.3, first * second, first.sin() + second / 3, (first**2 + 1).log(), 0.7]
        )
    )


@st.composite
def circuits(draw: st.DrawFn) -> QuantumCircuit:
    """Up to ten gates on three qubits, their parameters often the same."""
    circuit = QuantumCircuit(3)
    shared = {name: Parameter(name) for name in PARAMETERS}

    def angle() -> Any:
        found = draw(angles())
        if not hasattr(found, "parameters"):
            return found
        return found.subs({one: shared[one.name] for one in found.parameters})

    circuit.ry(shared["a"], 0)
    for _ in range(draw(st.integers(2, 9))):
        kind = draw(st.sampled_from((*ONE, *TWO, *FIXED, "u", "cu", "r")))
        qubits = draw(st.permutations(range(3)))
        if kind == "u":
            circuit.u(angle(), angle(), angle(), qubits[0])
        elif kind == "cu":
            circuit.cu(angle(), 0.4, angle(), 0.2, *qubits[:2])
        elif kind == "r":
            circuit.r(angle(), angle(), qubits[0])
        elif kind in ONE:
            getattr(circuit, kind)(angle(), qubits[0])
        elif kind in TWO:
            getattr(circuit, kind)(angle(), *qubits[:2])
        else:
            width = {"h": 1, "sx": 1, "sdg": 1, "cswap": 3}.get(kind, 2)
            getattr(circuit, kind)(*qubits[:width])
    return circuit


def by_qiskit(circuit: QuantumCircuit, text: dict[str, float], point: dict[str, float]) -> float:
    """The expectation value as Qiskit computes it."""
    operator = SparsePauliOp.from_list([(word[::-1], weight) for word, weight in text.items()])
    bound = circuit.assign_parameters({one: point[one.name] for one in circuit.parameters})
    return float(Statevector(bound).expectation_value(operator).real)


@given(circuits(), st.lists(st.floats(-3, 3), min_size=3, max_size=3))
@settings(max_examples=40, deadline=None)
def test_every_gradient_is_the_derivative(circuit: QuantumCircuit, point: list[float]) -> None:
    words = {"XZY": 0.7, "ZII": -1.1, "IYX": 0.4, "III": 0.3}
    asked = observable(" + ".join(f"{weight}*{word}" for word, weight in words.items()), 3)
    atoms = atomised(lower(circuit))
    at = np.array(point[: len(atoms.parameters)])
    values = dict(zip(atoms.parameters, point, strict=False))
    numbers, jacobian = atoms.values(at)
    differences = []
    for name in atoms.parameters:
        up, down = ({**values, name: values[name] + shift} for shift in (1e-5, -1e-5))
        differences.append((by_qiskit(circuit, words, up) - by_qiskit(circuit, words, down)) / 2e-5)
    qiskit = Engines(load_settings()).get("qiskit")
    for source in (Sweep(atoms.lowered, asked), Shifts(atoms, asked, qiskit, None, 0)):
        found = source.gradient(numbers)
        assert found.value == pytest.approx(by_qiskit(circuit, words, values), abs=1e-9)
        assert found.slopes @ jacobian == pytest.approx(differences, abs=2e-6)
    exact = Sweep(atoms.lowered, asked).gradient(numbers).slopes
    shifted = Shifts(atoms, asked, qiskit, None, 0).gradient(numbers).slopes
    assert exact == pytest.approx(shifted, abs=1e-9)


@given(circuits())
@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_lightning_sweeps_as_numpy_does(circuit: QuantumCircuit) -> None:
    asked = observable("0.5*XZY - ZZI + 0.25*III + IIY", 3)
    circuit.global_phase = 0.3
    atoms = atomised(lower(circuit))
    numbers, _ = atoms.values(np.linspace(0.2, 1.1, len(atoms.parameters)))
    ours, theirs = (kind(atoms.lowered, asked).gradient(numbers) for kind in (Sweep, LightningSweep))
    assert theirs.value == pytest.approx(ours.value, abs=1e-10)
    assert theirs.slopes == pytest.approx(ours.slopes, abs=1e-10)


def test_the_shipped_molecule_is_what_its_basis_set_gives() -> None:
    found = integrals(H2["bond_angstrom"])
    assert np.array(H2["one_electron"]) == pytest.approx(found["one"], abs=1e-11)
    assert np.array(H2["two_electron"]) == pytest.approx(found["two"], abs=1e-11)
    assert H2["nuclear_repulsion"] == pytest.approx(found["nuclear"], abs=1e-11)
    paulis = SparsePauliOp.from_list(list(H2["jordan_wigner"]["terms"].items()))
    assert paulis.to_matrix() == pytest.approx(hamiltonian(found["one"], found["two"]), abs=1e-11)


def excited_pair() -> QuantumCircuit:
    """Both electrons in the lower orbital, mixed with both in the upper one by one angle."""
    circuit = QuantumCircuit(4)
    circuit.ry(Parameter("θ"), 0)
    circuit.cx(0, 1)
    circuit.cx(0, 2)
    circuit.cx(2, 3)
    circuit.x([0, 1])
    return circuit


@pytest.mark.parametrize(
    ("optimiser", "rate"), [("l-bfgs-b", 0.1), ("gradient-descent", 0.4), ("cobyla", 0.5)]
)
def test_vqe_of_hydrogen_reaches_the_ground_state(studio: Studio, optimiser: str, rate: float) -> None:
    terms = H2["jordan_wigner"]["terms"]
    exact = np.linalg.eigvalsh(SparsePauliOp.from_list(list(terms.items())).to_matrix())[0]
    assert exact == pytest.approx(-1.85727502, abs=1e-8)
    text = " ".join(f"{weight:+}*{word}" for word, weight in terms.items())
    # from the Hartree-Fock state
    found = studio.quantum.optimise(excited_pair(), text, start=[0.0], optimiser=optimiser, rate=rate)
    assert found.value == pytest.approx(exact, abs=1e-6)
    assert found.value >= exact - 1e-12
    assert found.value + H2["nuclear_repulsion"] == pytest.approx(-1.1373060, abs=1e-6)
    again = studio.quantum.run(found.circuit, bind=found.bind, observables={"energy": text})
    assert again.expval[0].value == pytest.approx(found.value, abs=1e-9)


def test_adam_reaches_it_too_on_general_angles(studio: Studio) -> None:
    circuit = QuantumCircuit(4)
    angle = ParameterVector("t", 12)
    for layer in range(3):
        for qubit in range(4):
            circuit.ry(angle[4 * layer + qubit], qubit)
        for qubit in range(3) if layer < 2 else ():
            circuit.cx(qubit, qubit + 1)
    text = " ".join(f"{weight:+}*{word}" for word, weight in H2["jordan_wigner"]["terms"].items())
    start = dict.fromkeys((one.name for one in angle), 0.1) | {"t[8]": math.pi, "t[9]": math.pi / 2}
    found = studio.quantum.optimise(circuit, text, start=start, steps=400, rate=0.05, seed=2)
    assert found.value == pytest.approx(H2["ground_energy"]["electronic"], abs=1e-6)


EDGES = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 0), (1, 3)]


def qaoa(layers: int) -> QuantumCircuit:
    """Max-cut of a pentagon with one chord."""
    circuit = QuantumCircuit(5)
    circuit.h(range(5))
    for layer in range(layers):
        cost, mixer = Parameter(f"g{layer}"), Parameter(f"b{layer}")
        for one, other in EDGES:
            circuit.rzz(cost, one, other)
        circuit.rx(2 * mixer, range(5))
    circuit.measure_all()
    return circuit


def test_qaoa_cuts_more_than_chance(studio: Studio) -> None:
    cut = f"{len(EDGES) / 2}*IIIII" + "".join(f" - 0.5*Z{one}*Z{other}" for one, other in EDGES)
    told: list[tuple[int, int | None, str, dict[str, float]]] = []
    found = studio.quantum.optimise(
        qaoa(2), cut, start=[0.4, 0.2, 0.4, 0.7], maximise=True, steps=40,
        progress=lambda *heard: told.append(heard),
    )  # fmt: skip
    values = found.history["value"]
    assert found.value == values.max()
    # of random cuts half the edges, of the best one five
    assert found.value > len(EDGES) / 2 + 1
    assert found.value > values[0] + 1
    assert found.value <= 5
    assert [heard[:3] for heard in told] == [(step, 40, "adam") for step in range(41)]
    assert [heard[3]["value"] for heard in told] == values.tolist()
    sampled = studio.quantum.run(found.bound, shots=2000, seed=1)
    assert sampled.counts is not None
    mean = sum(
        many * sum(key[one] != key[other] for one, other in EDGES) for key, many in sampled.counts.items()
    )
    assert mean / 2000 == pytest.approx(found.value, abs=0.15)


def slope() -> QuantumCircuit:
    """One angle twice, whose optimum is known."""
    theta = Parameter("theta")
    circuit = QuantumCircuit(1)
    circuit.rx(theta, 0)
    circuit.rx(theta, 0)
    return circuit


def test_samples_lead_down_and_repeat_by_seed(studio: Studio) -> None:
    first, second = (
        studio.quantum.optimise(slope(), "Z", start=[0.4], steps=25, shots=300, seed=4) for _ in range(2)
    )
    assert first.value < -0.95
    assert first.error == pytest.approx(math.sqrt((1 - first.value**2) / 299), rel=1e-6, abs=1e-12)
    assert first.history.equals(second.history)
    assert first.run_id != second.run_id
    assert first.meta["gradient"] == "parameter-shift"


@pytest.mark.parametrize("on", ["lightning", "aer", "pennylane", "cirq"])
def test_engines_take_the_same_way(studio: Studio, on: str) -> None:
    ours, theirs = (
        studio.quantum.optimise(slope(), "Z", start=[0.4], steps=3, on=where) for where in ("auto", on)
    )
    assert theirs.history.to_numpy() == pytest.approx(ours.history.to_numpy(), abs=1e-9)
    assert theirs.meta["on"] == on


def test_a_measured_qubit_that_is_used_again(studio: Studio) -> None:
    theta = Parameter("theta")
    circuit = QuantumCircuit(2, 1)
    circuit.rx(2 * theta, 0)
    circuit.measure(0, 0)
    circuit.cx(0, 1)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.ry(theta, 1)
    found = studio.quantum.optimise(circuit, "Z1", start=[0.3], optimiser="l-bfgs-b")
    assert found.history["value"].iloc[-1] < found.history["value"].iloc[0]
    angle = found.parameters["theta"]
    flipped = math.sin(angle) ** 2
    assert found.value == pytest.approx((1 - flipped) - flipped * math.cos(angle), abs=1e-9)


def test_the_result_shows_itself(studio: Studio) -> None:
    found = studio.quantum.optimise(slope(), "Z", start=[0.4], steps=3)
    html = found._repr_mimebundle_()["text/html"]
    assert "polyline" in html
    assert "theta" in html
    assert str(found).startswith("<Z> = ")
    assert list(found.to_frame().columns) == ["step", "value", "error", "gradient", "theta"]
    body = json.loads(found.to_json())
    assert body["value"] == found.value
    assert body["run"] == found.run_id
    assert len(found.plot().axes) == 2
    assert found.bound.num_parameters == 0
    assert studio.quantum.optimised(found.run_id).history.equals(found.history)


def test_a_replay_gives_the_same(studio: Studio) -> None:
    found = studio.quantum.optimise(slope(), "Z", start=[0.4], steps=3)
    studio.runs.begin_execution()
    with studio.runs.replay("strict"):
        again = studio.quantum.optimise(slope(), "Z", start=[0.4], steps=3)
    assert again.run_id == found.run_id
    assert again.history.equals(found.history)


@pytest.mark.parametrize("optimiser", ["adam", "l-bfgs-b", "cobyla"])
def test_an_interrupt_keeps_what_there_was(studio: Studio, optimiser: str) -> None:
    def interrupt(done: int, *_: Any) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        studio.quantum.optimise(
            excited_pair(), "ZIII + 0.5*XXXX", start=[0.4], optimiser=optimiser, progress=interrupt
        )
    run = studio.runs.list()[0]
    assert (run.kind, run.status) == ("circuit.optimise", "cancelled")
    kept = studio.quantum.optimised(run.id)
    assert len(kept.history) == 2
    assert kept.value == kept.history["value"].min()
    assert kept.ended == "it was stopped"
    assert kept._repr_mimebundle_()["text/html"]


def test_a_stop_from_elsewhere(studio: Studio) -> None:
    def stop(done: int, *_: Any) -> None:
        if done == 1:
            studio.runs.stop(studio.runs.list()[0].id)

    with pytest.raises(Cancelled):
        studio.quantum.optimise(slope(), "Z", start=[0.4], rate=1e-9, steps=100_000, progress=stop)
    run = studio.runs.list()[0]
    assert run.status == "cancelled"
    assert len(studio.quantum.optimised(run.id).history) > 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"optimiser": "sgd"}, "There is no optimiser 'sgd'"),
        ({"gradient": "adjoint", "shots": 10}, "not samples"),
        ({"gradient": "adjoint", "on": "cirq"}, "not to be had on cirq"),
        ({"gradient": "magic"}, "There is no gradient 'magic'"),
        ({"optimiser": "l-bfgs-b", "shots": 10}, "noise of samples"),
        ({"steps": 0}, "steps is 0"),
        ({"steps": 2.5}, "steps is 2.5"),
        ({"rate": 0}, "rate is 0"),
        ({"tolerance": math.nan}, "The tolerance is nan"),
        ({"start": {"phi": 1}}, "no parameter 'phi'"),
        ({"start": [1, 2]}, "2 values and the circuit 1 parameters"),
        ({"start": {"theta": "x"}}, "start of theta is 'x'"),
        ({"start": 3}, "The start is a int"),
        ({"shots": 0}, "shots is 0"),
        ({"on": "nowhere"}, "no circuit engine 'nowhere'"),
    ],
)
def test_what_is_refused(studio: Studio, given: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        studio.quantum.optimise(slope(), "Z", **given)


def test_circuits_that_are_refused(studio: Studio) -> None:
    with pytest.raises(BadInput, match="no parameters"):
        studio.quantum.optimise(QuantumCircuit(1), "Z")
    theta = Parameter("theta")
    rooted = QuantumCircuit(1)
    rooted.rx((theta - 1) ** 0.5, 0)
    with pytest.raises(BadInput, match=r"has no derivative at theta = 0\.5"):
        studio.quantum.optimise(rooted, "Z", start=[0.5])
    with pytest.raises(BadInput, match="is no number at a point that was tried"):
        studio.quantum.optimise(rooted, "Z", start=[0.5], optimiser="cobyla")

"""`studio.quantum.transpile_compare`: rows that count right, circuits that are proven the same."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter

from workbench.errors import BadInput
from workbench.quantum.devices.fake import backend_of
from workbench.quantum.devices.transpiling import flat
from workbench.quantum.transpilation.aims import Aim, aims, manager
from workbench.quantum.transpilation.equivalence import equivalent
from workbench.quantum.transpilation.fitting import fit
from workbench.studio import Studio

MANILA = Aim("fake:manila", "manila")
LINE = Aim("line", None, ("cz", "rz", "sx"), "line")


def star(qubits: int = 4) -> QuantumCircuit:
    """Pairs that no line of qubits has side by side, and gates of many kinds."""
    circuit = QuantumCircuit(qubits)
    circuit.h(0)
    for qubit in range(1, qubits):
        circuit.cx(0, qubit)
    circuit.ccx(0, 1, qubits - 1)
    circuit.ry(0.7, 2)
    circuit.swap(0, 2)
    circuit.measure_all()
    return circuit


def test_a_row_for_each_target_and_level(studio: Studio) -> None:
    told: list[tuple[int, int | None, str]] = []
    found = studio.quantum.transpile_compare(
        star(), ["fake:manila", {"basis": ["cx", "rz", "sx"], "coupling": "line"}], seed=5,
        progress=lambda done, total, message, _: told.append((done, total, message)),
    )  # fmt: skip
    frame = found.frame
    assert list(zip(frame["target"], frame["level"], strict=True)) == [
        (target, level) for target in ("fake:manila", "cx,rz,sx line") for level in range(4)
    ]
    assert found.equivalent is True
    assert frame["equivalent"].all()
    assert [one[0] for one in told] == list(range(1, 9))
    for _, row in frame.iterrows():
        made = found.circuit(row.target, row.level)
        assert row.depth == made.depth()
        assert row.two_qubit_gates == made.count_ops()["cx"]
        assert row.gates == sum(
            many for name, many in made.count_ops().items() if name not in {"measure", "barrier"}
        )
    best = frame.groupby("target")["two_qubit_gates"].agg(["first", "last"])
    assert (best["last"] < best["first"]).all()
    assert frame["success"].notna().tolist() == [True] * 4 + [False] * 4
    assert found.best["target"] == "fake:manila"
    run = studio.runs.get(found.run_id)
    assert (run.kind, run.status, run.seed, run.metrics["equivalent"]) == (
        "circuit.transpile",
        "finished",
        5,
        1.0,
    )


def test_swaps_are_those_of_routing(studio: Studio) -> None:
    far = QuantumCircuit(3)
    far.cx(0, 1)
    far.cx(1, 2)
    far.cx(0, 2)
    near = QuantumCircuit(3)
    near.swap(0, 1)
    near.cx(1, 2)
    line = {"name": "line", "basis": ["cx", "u"], "coupling": "line"}
    free = {"name": "free", "basis": ["cx", "u"]}
    swaps = studio.quantum.transpile_compare(far, [line, free], [0, 1], seed=1).frame["swaps"].tolist()
    assert swaps == [1, 1, 0, 0]
    assert studio.quantum.transpile_compare(near, [line], [0], seed=1).frame["swaps"].tolist() == [0]


def test_success_is_the_product_of_what_goes_right(studio: Studio) -> None:
    circuit = QuantumCircuit(1, 1)
    circuit.x(0)
    circuit.x(0)
    circuit.measure(0, 0)
    found = studio.quantum.transpile_compare(circuit, "fake:manila", [0], seed=0)
    target = backend_of("manila").target
    # level 0 leaves qubit 0 where it is
    right = (1 - target["x"][(0,)].error) ** 2 * (1 - target["measure"][(0,)].error)
    assert found.frame["success"].tolist() == pytest.approx([right], rel=1e-12)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("h", "t", "sx", "rx", "cx", "cp", "swap", "iswap", "ccx", "cswap", "u")),
            st.permutations(range(4)),
            # hundredths: what is told of tiny ones stands in a test of its own
            st.integers(-300, 300).map(lambda angle: angle / 100),
        ),
        min_size=3,
        max_size=14,
    ),
    st.integers(0, 3),
    st.integers(0, 100),
    st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_every_fitted_circuit_is_the_same(
    gates: list[tuple[str, list[int], float]], level: int, seed: int, measured: bool
) -> None:
    circuit = QuantumCircuit(4)
    for name, at, angle in gates:
        angles = {"rx": 1, "cp": 1, "u": 3}.get(name, 0)
        width = {"ccx": 3, "cswap": 3, "cx": 2, "cp": 2, "swap": 2, "iswap": 2}.get(name, 1)
        getattr(circuit, name)(*[angle] * angles, *at[:width])
    if measured:
        circuit.measure_all()
    plain = flat(circuit)
    for aim in (MANILA, LINE):
        assert equivalent(plain, fit(plain, aim, level, seed % 3), seed) is True


def test_rotations_that_the_passes_leave_out_are_seen(studio: Studio) -> None:
    circuit = QuantumCircuit(1)
    circuit.rx(1e-6, 0)
    found = studio.quantum.transpile_compare(circuit, "fake:manila", [0, 2], seed=0)
    assert found.frame["gates"].tolist()[1] == 0
    assert found.frame["equivalent"].tolist() == [True, False]


@pytest.mark.parametrize("measured", [True, False])
def test_a_fitted_circuit_that_was_changed_is_not(measured: bool) -> None:
    circuit = star()
    plain = flat(circuit if measured else circuit.remove_final_measurements(inplace=False))
    made = fit(plain, MANILA, 1, 3)
    assert equivalent(plain, made, 0) is True
    bent = made.circuit.copy_empty_like()
    bent.rx(1e-3, made.layout[1])
    bent.compose(made.circuit, inplace=True)
    assert equivalent(plain, replace(made, circuit=bent), 0) is False
    phased = made.circuit.copy()
    phased.rz(1e-3, made.layout[0])
    seen = equivalent(plain, replace(made, circuit=phased), 0)
    # the phase of a qubit that was measured is nobody's; otherwise it is part of the state
    assert seen is measured
    if not measured:
        turned = (*made.layout[1:], made.layout[0])
        assert equivalent(plain, replace(made, layout=turned), 0) is False


def test_parameters_and_what_acts_on_measurements(studio: Studio) -> None:
    free = QuantumCircuit(3)
    free.rx(Parameter("a"), 0)
    free.cp(2 * Parameter("b"), 0, 2)
    free.rzz(Parameter("c"), 1, 2)
    free.h(range(3))
    assert studio.quantum.transpile_compare(free, "fake:manila", seed=1).equivalent is True
    acting = QuantumCircuit(3, 2)
    acting.ry(0.8, 0)
    acting.cx(0, 2)
    acting.measure(0, 0)
    with acting.if_test((acting.clbits[0], 1)):
        acting.x(1)
    acting.measure(1, 1)
    found = studio.quantum.transpile_compare(acting, "fake:manila", [0, 1], seed=1)
    assert found.equivalent is True
    assert found.frame["success"].isna().all()


def test_large_circuits_are_counted_and_not_looked_at(studio: Studio) -> None:
    found = studio.quantum.transpile_compare(star(9), ["fake:manila", "fake:guadalupe"], [1], seed=1)
    assert found.refused == {"fake:manila": "The circuit has 9 qubits and fake:manila has 5."}
    assert found.frame["equivalent"].isna().all()
    assert found.equivalent is None
    assert 0 < found.frame["success"].iloc[0] < 1
    nothing = studio.quantum.transpile_compare(star(9), "fake:manila", seed=1)
    assert nothing.frame.empty
    assert nothing._repr_mimebundle_()["text/html"]
    with pytest.raises(BadInput, match="No target takes the circuit: The circuit has 9 qubits"):
        _ = nothing.best


def test_passes_are_made_once_and_seeds_repeat(studio: Studio) -> None:
    assert manager(MANILA, 4, 1, 9) is manager(MANILA, 4, 1, 9)
    first, second = (studio.quantum.transpile_compare(star(), "fake:manila", seed=9) for _ in range(2))
    columns = ["depth", "two_qubit_gates", "gates", "swaps", "success"]
    assert first.frame[columns].equals(second.frame[columns])


def test_the_comparison_shows_itself(studio: Studio) -> None:
    found = studio.quantum.transpile_compare(star(), "fake:manila cx,u h,cx", [0, 3], seed=2)
    html = found._repr_mimebundle_()["text/html"]
    assert html.count("<tr>") == 1 + 4
    assert "✓" in html
    assert found.refused["h,cx"].endswith("its gates do not make up the circuit's.")
    assert "h,cx" in str(found)
    assert json.loads(found.to_json())["seed"] == 2
    assert len(found.plot().axes) == 2
    assert len(found.to_frame()) == 4
    with pytest.raises(BadInput, match="no row of 'h,cx' at level 0"):
        found.circuit("h,cx", 0)


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ("fake:nowhere", "no fake device 'nowhere'"),
        ("ibm:torino", "only fake devices"),
        ("cx,warp", "no gate 'warp'"),
        ([], "There is no target"),
        (7, "A int is no target"),
        ({"coupling": "line"}, "is no target"),
        ({"basis": ["cx"], "shape": 1}, "has no 'shape'"),
        ({"basis": ["cx"], "coupling": "star"}, "is no coupling"),
        ({"basis": []}, "at least one gate"),
        ("cx,u cx,u", "given twice"),
    ],
)
def test_targets_that_are_refused(targets: Any, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        aims(targets)


@pytest.mark.parametrize("levels", [[4], [], [True], ["1"], [math.nan]])
def test_levels_that_are_refused(studio: Studio, levels: Any) -> None:
    with pytest.raises(BadInput, match="level of optimisation"):
        studio.quantum.transpile_compare(star(), "fake:manila", levels)

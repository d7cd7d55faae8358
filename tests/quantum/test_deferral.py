"""Dynamic circuits: deferred measurement against every outcome followed, and against Cirq's samples."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Parameter
from qiskit.circuit.classical import expr
from qiskit.quantum_info import Statevector

from tests.quantum.enumeration import distance, enumerated, read_out
from workbench.errors import BadInput, Refused
from workbench.quantum.binding import bind
from workbench.quantum.conditions import Condition
from workbench.quantum.deferral import defer
from workbench.quantum.emit.cirq import refusal, to_cirq
from workbench.quantum.emit.qiskit import to_qiskit
from workbench.quantum.lowered import Branch, Gate, Lowered, Measure, Reset
from workbench.quantum.lowering import lower


def deferred_distribution(lowered):
    static = defer(lowered)
    assert not static.dynamic
    unmeasured = Lowered(
        static.qubits, 0, tuple(op for op in static.ops if not isinstance(op, Measure)), static.phase
    )
    return read_out(static, Statevector(to_qiskit(unmeasured)).data)


def teleportation():
    circuit = QuantumCircuit(3, 3)
    circuit.u(0.7, 0.4, 1.1, 0)
    circuit.h(1)
    circuit.cx(1, 2)
    circuit.cx(0, 1)
    circuit.h(0)
    circuit.measure([0, 1], [0, 1])
    with circuit.if_test((circuit.clbits[1], 1)):
        circuit.x(2)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.z(2)
    circuit.u(-0.7, -1.1, -0.4, 2)
    circuit.measure(2, 2)
    return circuit


def register_value():
    circuit = QuantumCircuit(QuantumRegister(3), ClassicalRegister(2, "a"), ClassicalRegister(1, "b"))
    circuit.ry(0.8, 0)
    circuit.ry(1.7, 1)
    circuit.measure([0, 1], [0, 1])
    with circuit.if_test((circuit.cregs[0], 2)) as otherwise:
        circuit.ry(0.4, 2)
        circuit.ch(2, 0)
    with otherwise:
        circuit.ry(2.1, 2)
        circuit.iswap(0, 1)
    circuit.measure([2, 1], [2, 0])
    return circuit


def reset_and_reuse():
    circuit = QuantumCircuit(2, 4)
    circuit.ry(0.9, 0)
    circuit.cx(0, 1)
    circuit.measure(0, 0)
    circuit.reset(0)
    circuit.ry(1.2, 0)
    circuit.cx(1, 0)
    circuit.measure(0, 1)
    circuit.h(0)
    circuit.measure([0, 1], [2, 3])
    return circuit


def choice():
    circuit = QuantumCircuit(3, 3)
    circuit.h([0, 1])
    circuit.measure([0, 1], [0, 1])
    with circuit.switch(expr.bit_and(circuit.cregs[0], 3)) as case:
        with case(0, 3):
            circuit.ry(0.3, 2)
        with case(1):
            circuit.ry(1.3, 2)
            circuit.measure(2, 0)
        with case(case.DEFAULT):
            circuit.ry(2.3, 2)
            circuit.reset(0)
    circuit.measure([2, 0], [2, 1])
    return circuit


def nested():
    circuit = QuantumCircuit(3, 3)
    circuit.ry(1.1, 0)
    circuit.ry(0.6, 1)
    circuit.measure([0, 1], [0, 1])
    with circuit.if_test((circuit.clbits[0], 0)):
        circuit.h(2)
        with circuit.if_test(expr.logic_not(circuit.clbits[1])) as otherwise:
            circuit.sx(2)
        with otherwise:
            circuit.measure(2, 0)
            circuit.ccx(0, 1, 2)
    circuit.measure(2, 2)
    return circuit


def counted():
    circuit = QuantumCircuit(2, 3)
    with circuit.for_loop(range(3)) as turn:
        circuit.ry(0.2 + turn, 0)
        circuit.cx(0, 1)
        circuit.measure(0, 0)
        with circuit.if_test((circuit.clbits[0], 1)):
            circuit.x(0)
    circuit.measure([0, 1], [1, 2])
    return circuit


CIRCUITS = [teleportation, register_value, reset_and_reuse, choice, nested, counted]


@pytest.mark.parametrize("make", CIRCUITS, ids=lambda make: make.__name__)
def test_deferred_measurement_has_the_same_distribution(make):
    lowered = lower(make())
    assert lowered.dynamic
    assert distance(enumerated(lowered), deferred_distribution(lowered)) < 1e-12


def test_teleportation_brings_the_state_over():
    found = deferred_distribution(lower(teleportation()))
    assert sum(weight for bits, weight in found.items() if bits[2] == 1) < 1e-12


@pytest.mark.parametrize("make", CIRCUITS, ids=lambda make: make.__name__)
def test_cirq_samples_the_same_distribution_or_says_why_not(make):
    import cirq

    lowered = lower(make())
    if make in (choice, nested):
        assert "inside an if, and measure on qubit" in refusal(lowered)
        return
    shots = 600
    result = cirq.Simulator(seed=5).run(to_cirq(lowered), repetitions=shots)
    drawn = [
        tuple(int(result.records[f"c{bit}"][shot, -1, 0]) for bit in range(lowered.clbits))
        for shot in range(shots)
    ]
    counted_bits = {bits: count / shots for bits, count in Counter(drawn).items()}
    assert distance(enumerated(lowered), counted_bits) < 0.1


@st.composite
def programs(draw):
    """Draw short dynamic circuits on three qubits and three bits."""
    angle = st.floats(-3, 3)
    qubit = st.integers(0, 2)

    def steps(depth):
        gates = st.one_of(
            st.builds(lambda q, a: Gate("ry", (q,), (a,)), qubit, angle),
            st.builds(lambda q, a: Gate("u", (q,), (a, 0.3, a)), qubit, angle),
            st.permutations(range(3)).map(lambda at: Gate("cx", tuple(at[:2]))),
            st.permutations(range(3)).map(lambda at: Gate("cswap", tuple(at))),
            st.builds(Measure, qubit, qubit),
            st.builds(Reset, qubit),
        )
        if not depth:
            return st.lists(gates, max_size=3).map(tuple)
        inner = steps(depth - 1)
        bits = st.lists(qubit, min_size=1, max_size=3, unique=True)
        condition = st.one_of(
            st.builds(Condition.equals, bits, st.integers(0, 4)),
            st.builds(lambda bits, value: Condition.equals(bits, value).negated(), bits, st.integers(0, 3)),
        )
        return st.lists(st.one_of(gates, gates, st.builds(Branch, condition, inner, inner)), max_size=6).map(
            tuple
        )

    start = tuple(Gate("ry", (q,), (0.5 + q,)) for q in range(3))
    return Lowered(3, 3, start + draw(steps(2)))


@settings(max_examples=60, deadline=None)
@given(programs())
def test_any_dynamic_circuit_is_deferred_exactly(lowered):
    try:
        found = deferred_distribution(lowered) if lowered.dynamic else None
    except Refused:
        return
    if found is not None:
        assert distance(enumerated(lowered), found) < 1e-10


def test_qubits_keep_their_numbers_through_a_reset():
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.reset(0)
    circuit.ry(0.4, 0)
    static = defer(lower(circuit))
    weights = Statevector(to_qiskit(static)).probabilities([0])
    assert weights[1] == pytest.approx(0.5 * (1 - 0.9210609940028851))


def test_a_static_circuit_comes_back_as_it_is():
    circuit = QuantumCircuit(1, 1)
    circuit.h(0)
    circuit.measure(0, 0)
    lowered = lower(circuit)
    assert defer(lowered) is lowered


def test_parameters_survive_deferral():
    circuit = QuantumCircuit(2, 2)
    circuit.h(0)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.u(Parameter("a"), 0.2, Parameter("b"), 1)
        circuit.rzz(Parameter("c"), 0, 1)
    circuit.h(1)
    circuit.measure(1, 1)
    lowered = lower(circuit)
    values = {"a": 0.3, "b": 0.8, "c": 1.4}
    late, early = bind(defer(lowered), values), defer(bind(lowered, values))
    distributions = [
        read_out(item, Statevector(to_qiskit(Lowered(item.qubits, 0, item.ops[:-2]))).data)
        for item in (late, early)
    ]
    assert distance(*distributions) < 1e-12


def test_what_needs_too_many_qubits_is_refused_with_its_line():
    circuit = QuantumCircuit(1, 1)
    for _ in range(4):
        circuit.h(0)
        circuit.reset(0)
    with pytest.raises(Refused, match="reset on qubit 0 in line 6 needs one qubit more than the 3"):
        defer(lower(circuit, range(1, 9)), most=3)


def test_a_loop_on_bits_is_refused_with_its_line():
    circuit = QuantumCircuit(1, 1)
    circuit.h(0)
    circuit.measure(0, 0)
    with circuit.while_loop((circuit.clbits[0], 1)):
        circuit.h(0)
        circuit.measure(0, 0)
    with pytest.raises(BadInput, match="while in line 3 may go round any number of times"):
        defer(lower(circuit, (1, 2, 3)))


@pytest.mark.parametrize("make", CIRCUITS, ids=lambda make: make.__name__)
def test_aer_samples_the_same_distribution(make):
    from qiskit_aer import AerSimulator

    from workbench.quantum.emit.qiskit import AER

    lowered = lower(make())
    shots = 4000
    simulator = AerSimulator(method="statevector", seed_simulator=3)
    counts = simulator.run(to_qiskit(lowered, AER), shots=shots).result().get_counts()
    drawn = {tuple(map(int, key[::-1])): count / shots for key, count in counts.items()}
    assert distance(enumerated(lowered), drawn) < 0.05


def test_a_loop_reaches_qiskit_as_a_loop():
    from qiskit_aer import AerSimulator

    circuit = QuantumCircuit(2, 2)
    circuit.h(0)
    circuit.measure(0, 0)
    with circuit.while_loop((circuit.clbits[0], 1)):
        circuit.reset(1)
        circuit.x(1)
        circuit.h(0)
        circuit.measure(0, 0)
    circuit.measure(1, 1)
    lowered = lower(circuit)
    assert "no loop on classical bits, and there is while" in refusal(lowered)
    counts = AerSimulator(seed_simulator=3).run(to_qiskit(lowered), shots=400).result().get_counts()
    assert set(counts) == {"00", "10"}
    assert 140 < counts["10"] < 260

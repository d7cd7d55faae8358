"""Every standard gate of Qiskit's library, in every form, on every emitter, against its matrix."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit, qasm2
from qiskit.circuit import Gate as QiskitGate
from qiskit.circuit import Parameter, library
from qiskit.circuit.random import random_circuit
from qiskit.quantum_info import Clifford, Operator, random_clifford, random_unitary

from tests.quantum.references import big_endian, controlled, gate_kinds, made, phase_free, placed, variants
from workbench.quantum.binding import bind
from workbench.quantum.emit import braket, cirq, pennylane, qiskit, stim
from workbench.quantum.lowered import GATES, Gate, Matrix
from workbench.quantum.lowering import lower
from workbench.quantum.unitaries import unitary

QUBITS = 5
KINDS = gate_kinds()


def on_qiskit(lowered):
    return Operator(qiskit.to_qiskit(lowered)).data


def on_aer_names(lowered):
    circuit = qiskit.to_qiskit(lowered, qiskit.AER)
    assert {step.name for step in circuit.data} <= qiskit.AER | {"unitary"}
    return Operator(circuit).data


def on_cirq(lowered):
    from cirq import LineQubit

    wires = LineQubit.range(lowered.qubits)[::-1]
    return cirq.to_cirq(lowered).unitary(qubit_order=wires, qubits_that_should_be_present=wires)


def on_pennylane(lowered):
    import pennylane as qml

    operations = pennylane.to_pennylane(lowered)
    whole = qml.matrix(
        qml.tape.QuantumScript([*operations, qml.Identity(0)]), wire_order=range(lowered.qubits)
    )
    return big_endian(whole, lowered.qubits)


def on_braket(lowered):
    return big_endian(braket.to_braket(lowered).to_unitary(), lowered.qubits)


EMITTERS = [on_qiskit, on_aer_names, on_cirq, on_pennylane, on_braket]


def check(gate, matrix, at, emitters=EMITTERS):
    circuit = QuantumCircuit(QUBITS, global_phase=0.7)
    circuit.append(gate, at)
    lowered = lower(circuit)
    want = placed(matrix, at, QUBITS) * np.exp(0.7j)
    for op in lowered.ops:
        assert isinstance(op, Matrix) or op.name in GATES
        assert len(op.qubits) <= 3
    assert np.abs(unitary(lowered.ops, QUBITS, lowered.phase) - want).max() < 1e-10, gate.name
    for emit in emitters:
        assert np.abs(emit(lowered) - want).max() < 1e-10, (gate.name, emit.__name__)
    if stim.refusal(lowered) is None:
        # stim's own matrices have single precision.
        found = stim.to_stim(lowered).to_tableau().to_unitary_matrix(endian="little")
        assert np.abs(phase_free(found, want) - want).max() < 1e-6, gate.name


angles = st.lists(
    st.one_of(st.floats(-7, 7), st.sampled_from([0.0, np.pi / 2, np.pi, -np.pi / 2])), min_size=4, max_size=4
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind[0]}{kind[1] or ''}")
@settings(max_examples=2, deadline=None)
@given(angles=angles, order=st.permutations(range(QUBITS)), data=st.data())
def test_a_standard_gate_is_its_matrix_on_every_emitter(kind, angles, order, data):
    gate = made(kind, angles)
    forms = [(one, matrix) for one, matrix in variants(gate) if one.num_qubits <= QUBITS]
    for one, matrix in forms:
        check(one, matrix, tuple(order[: one.num_qubits]), emitters=())
    one, matrix = data.draw(st.sampled_from(forms))
    check(one, matrix, tuple(order[: one.num_qubits]))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind[0]}{kind[1] or ''}")
def test_two_controls_of_any_state_are_right(kind):
    gate = made(kind, [0.3, 1.9, -2.2, 0.8])
    if gate.num_qubits > QUBITS - 2:
        gate = gate.inverse()
        check(gate, Operator(gate).data, tuple(range(gate.num_qubits))[::-1], emitters=())
        return
    matrix = Operator(gate).data
    for state in range(4):
        twice = gate.control(2, ctrl_state=state, annotated=False)
        at = (3, 0, 4, 2, 1)[: twice.num_qubits]
        check(twice, controlled(matrix, 2, state), at, emitters=())


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind[2]], ids=lambda kind: f"{kind[0]}{kind[1] or ''}"
)
def test_an_unbound_gate_keeps_its_parameters(kind):
    names = ["θ[0]", "a b", "c", "d"][: kind[2]]
    values = dict(zip(names, [0.3, -1.9, 2.2, 0.8], strict=False))
    symbolic = made(kind, [2 * Parameter(name) + 1 for name in names])
    number = made(kind, [2 * value + 1 for value in values.values()])
    for one, want in ((symbolic, number), (symbolic.inverse(), number.inverse())):
        circuit = QuantumCircuit(QUBITS)
        at = (4, 1, 0, 3, 2)[: one.num_qubits]
        circuit.append(one, at)
        lowered = lower(circuit)
        assert set(lowered.parameters) == set(names)
        assert not any(isinstance(op, Matrix) and one.num_qubits < 2 for op in lowered.ops)
        done = bind(lowered, values)
        found = unitary(done.ops, QUBITS, done.phase)
        exact = placed(Operator(want).data, at, QUBITS)
        assert np.abs(phase_free(found, exact) - exact).max() < 1e-10


def library_gates():
    turns = np.exp(1j * np.arange(8))
    yield from (library.UnitaryGate(random_unitary(2**k, seed=k)) for k in (1, 2, 3, 4))
    yield from (
        library.MSGate(3, 0.4),
        library.RVGate(0.1, 0.2, 0.3),
        library.PauliGate("XYZI"),
        library.DiagonalGate(turns.tolist()),
        library.QFTGate(4),
        library.PermutationGate([2, 0, 3, 1]),
        library.Isometry(random_unitary(8, seed=5).data[:, :2], 0, 0),
        library.UCGate([random_unitary(2, seed=seed).data for seed in range(4)]),
        library.UCRYGate([0.1, 0.2, 0.3, 0.4]),
        library.StatePreparation([0.5, 0.5, 0.5, 0.5j]),
        library.FullAdderGate(1),
        library.MCMTGate(library.ZGate(), 2, 2),
        library.HamiltonianGate(np.array([[1, 0.5j], [-0.5j, 2]]), 0.3),
        library.LinearFunction([[1, 1, 0], [0, 1, 0], [1, 0, 1]]),
    )


@pytest.mark.parametrize("gate", list(library_gates()), ids=lambda gate: f"{gate.name}{gate.num_qubits}")
def test_the_rest_of_the_library_is_right(gate):
    check(gate, Operator(gate).data, (4, 2, 0, 3, 1)[: gate.num_qubits])


def test_a_clifford_of_many_qubits_is_made_of_clifford_gates():
    circuit = QuantumCircuit(4)
    clifford = random_clifford(4, seed=3)
    circuit.append(clifford, [2, 0, 3, 1])
    lowered = lower(circuit)
    assert stim.refusal(lowered) is None
    want = placed(clifford.to_matrix(), (2, 0, 3, 1), 4)
    found = unitary(lowered.ops, 4, lowered.phase)
    assert np.abs(phase_free(found, want) - want).max() < 1e-10
    assert Clifford(qiskit.to_qiskit(lowered)).num_qubits == 4


def test_a_custom_gate_is_its_definition_however_it_is_bent():
    inner = QuantumCircuit(2, global_phase=0.4, name="mine")
    inner.h(0)
    inner.cu(0.1, 0.2, 0.3, 0.4, 0, 1)
    inner.append(library.UnitaryGate(random_unitary(4, seed=9)), [1, 0])
    gate, matrix = inner.to_gate(), Operator(inner).data
    assert isinstance(gate, QiskitGate)
    values, vectors = np.linalg.eig(matrix)
    root = vectors @ np.diag(values**0.5) @ np.linalg.inv(vectors)
    check(gate, matrix, (3, 1))
    check(gate.inverse(), matrix.conj().T, (3, 1))
    check(gate.power(3), matrix @ matrix @ matrix, (0, 4))
    check(gate.power(0.5, annotated=True), root, (0, 4))
    for state in range(8):
        check(gate.control(3, ctrl_state=state), controlled(matrix, 3, state), (3, 1, 4, 0, 2), emitters=())


def test_a_custom_gate_named_like_a_standard_one_is_what_it_says():
    inner = QuantumCircuit(1, name="h")
    inner.t(0)
    check(inner.to_gate(), Operator(inner).data, (2,))


def test_open_controls_keep_clifford_gates_clifford():
    circuit = QuantumCircuit(3)
    circuit.append(library.CXGate(ctrl_state=0), [0, 1])
    circuit.append(library.CZGate(ctrl_state=0), [2, 1])
    assert [op.name for op in lower(circuit).ops] == ["x", "cx", "x", "x", "cz", "x"]


def test_lowering_names_the_line_of_each_operation():
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.append(library.DCXGate(), [0, 1])
    assert [(op.name, op.line) for op in lower(circuit, (3, 7)).ops] == [("h", 3), ("cx", 7), ("cx", 7)]


def test_initialising_untouched_qubits_stays_static():
    circuit = QuantumCircuit(2)
    circuit.initialize([0.6, 0, 0, 0.8j], [0, 1])
    lowered = lower(circuit)
    assert not lowered.dynamic
    state = unitary(lowered.ops, 2, lowered.phase)[:, 0]
    assert np.abs(state - [0.6, 0, 0, 0.8j]).max() < 1e-12
    circuit.initialize(1, [0])
    assert lower(circuit).dynamic


def test_an_opaque_gate_is_refused_by_name_and_line():
    circuit = QuantumCircuit(4)
    circuit.append(QiskitGate("riddle", 4, []), range(4))
    with pytest.raises(Exception, match="The gate riddle on 4 qubits in line 9 is opaque"):
        lower(circuit, (9,))


def test_a_gate_is_told_by_its_own_fields():
    circuit = QuantumCircuit(2)
    circuit.cp(0.5, 1, 0)
    assert lower(circuit).ops == (Gate("cp", (1, 0), (0.5,), None),)


@pytest.mark.parametrize("seed", range(12))
def test_random_circuits_are_their_matrices(seed):
    circuit = random_circuit(QUBITS, 6, max_operands=4, seed=seed)
    lowered = lower(circuit)
    assert np.abs(unitary(lowered.ops, QUBITS, lowered.phase) - Operator(circuit).data).max() < 1e-10


def test_gates_that_a_program_defines_are_kept_apart():
    circuit = qasm2.loads(
        """OPENQASM 2.0; include "qelib1.inc";
gate foo(a,b) x,y,z { cu3(a,b,a*b) x,y; rzz(a/2) y,z; ccx z,x,y; }
gate bar(a) x,y,z { foo(a,-a) z,y,x; barrier x; foo(2*a,sin(a)) x,z,y; }
qreg q[4]; bar(0.3) q[0],q[2],q[1]; foo(1.1,2.2) q[3],q[1],q[0]; bar(0.7) q[3],q[1],q[2];""",
        custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS,
    )
    lowered = lower(circuit)
    assert np.abs(unitary(lowered.ops, 4, lowered.phase) - Operator(circuit).data).max() < 1e-10


def test_a_custom_gate_keeps_its_parameters_under_controls():
    a, b = Parameter("a"), Parameter("b")
    inner = QuantumCircuit(3, global_phase=0.3, name="mine")
    inner.crx(a, 0, 1)
    inner.rxx(a * b, 1, 2)
    inner.cu(a, b, 0.2, b, 2, 0)
    gate, values = inner.to_gate(), {"a": 0.4, "b": -1.2}
    for form in (gate, gate.inverse(), gate.control(2, ctrl_state=1), gate.control(1, annotated=True)):
        circuit = QuantumCircuit(form.num_qubits)
        circuit.append(form, circuit.qubits[::-1])
        lowered = bind(lower(circuit), values)
        want = Operator(circuit.assign_parameters(values)).data
        found = unitary(lowered.ops, form.num_qubits, lowered.phase)
        assert np.abs(phase_free(found, want) - want).max() < 1e-10

"""The wrong answers that the field's converters and simulators are known for, right on every engine."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit import QuantumCircuit, qasm3
from qiskit.circuit import Parameter, library
from qiskit.quantum_info import Operator, random_clifford, random_unitary

from tests.quantum.references import controlled, phase_free, placed
from workbench.errors import BadInput
from workbench.quantum.binding import bind
from workbench.quantum.emit import braket, cirq, pennylane, qiskit, stim
from workbench.quantum.lowered import GATES, Gate, Lowered
from workbench.quantum.lowering import lower

QUBITS = 4


def reference(lowered):
    """Return what is asked of an engine: amplitudes, qubit 0 most significant."""
    from qiskit.quantum_info import Statevector

    return turned(Statevector(qiskit.to_qiskit(lowered)).data, lowered.qubits)


def turned(state, qubits):
    return np.asarray(state).reshape((2,) * qubits).transpose(range(qubits)[::-1]).ravel()


def on_aer(lowered, method="statevector"):
    from qiskit_aer import AerSimulator

    circuit = qiskit.to_qiskit(lowered, qiskit.AER)
    circuit.save_statevector()
    found = AerSimulator(method=method).run(circuit).result().data(0)["statevector"]
    return turned(found, lowered.qubits)


def on_aer_products(lowered):
    return on_aer(lowered, "matrix_product_state")


def on_qsim(lowered):
    import qsimcirq
    from cirq import LineQubit

    simulator = qsimcirq.QSimSimulator()
    order = LineQubit.range(lowered.qubits)
    return simulator.simulate(cirq.to_cirq(lowered), qubit_order=order).final_state_vector


def on_cirq(lowered):
    from cirq import LineQubit, Simulator

    simulator = Simulator(dtype=np.complex128)
    order = LineQubit.range(lowered.qubits)
    return simulator.simulate(cirq.to_cirq(lowered), qubit_order=order).final_state_vector


def on_pennylane(lowered, name="default.qubit"):
    import pennylane as qml

    tape = qml.tape.QuantumScript(pennylane.to_pennylane(lowered), [qml.state()])
    return qml.execute([tape], qml.device(name, wires=lowered.qubits))[0]


def on_lightning(lowered):
    return on_pennylane(lowered, "lightning.qubit")


def on_braket(lowered):
    from braket.devices import LocalSimulator

    circuit = braket.to_braket(lowered).state_vector()
    return LocalSimulator().run(circuit, shots=0).result().values[0]


# How far its amplitudes may lie from the right ones: matrix product states are cut, qsim is single.
ENGINES = {
    reference: 1e-10,
    on_aer: 1e-10,
    on_aer_products: 1e-6,
    on_qsim: 2e-6,
    on_cirq: 1e-10,
    on_pennylane: 1e-10,
    on_lightning: 1e-10,
    on_braket: 1e-10,
}


def started(qubits):
    """Return a circuit in a state without symmetry, so that no wrong order goes unseen."""
    circuit = QuantumCircuit(qubits, global_phase=0.3)
    for qubit in range(qubits):
        circuit.u(0.4 + qubit, 0.3 * qubit, 0.9, qubit)
    return circuit


KNOWN = {
    "csx": (library.CSXGate(), None),
    "cu": (library.CUGate(0.3, 0.7, -1.1, 0.4), None),
    "cu3": (library.CU3Gate(0.3, 0.7, -1.1), None),
    "rccx": (library.RCCXGate(), None),
    "c3x": (library.C3XGate(), None),
    "rzx": (library.RZXGate(0.6), None),
    "unitary on 2": (library.UnitaryGate(random_unitary(4, seed=1)), None),
    "unitary on 3": (library.UnitaryGate(random_unitary(8, seed=2)), None),
    "swap, control 0": (
        library.SwapGate().control(1, ctrl_state=0),
        controlled(library.SwapGate().to_matrix(), 1, 0),
    ),
    "cu, control 0": (
        library.CUGate(0.3, 0.7, -1.1, 0.4).control(1, ctrl_state=0, annotated=False),
        controlled(library.CUGate(0.3, 0.7, -1.1, 0.4).to_matrix(), 1, 0),
    ),
}


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.__name__)
@pytest.mark.parametrize("name", KNOWN)
def test_a_known_wrong_answer_is_right(name, engine):
    gate, matrix = KNOWN[name]
    at = (2, 0, 3, 1)[: gate.num_qubits]
    circuit = started(QUBITS)
    before = Operator(circuit).data[:, 0]
    circuit.append(gate, at)
    want = placed(Operator(gate).data if matrix is None else matrix, at, QUBITS) @ before
    assert np.abs(engine(lower(circuit)) - turned(want, QUBITS)).max() < ENGINES[engine]


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.__name__)
def test_c4x_is_right(engine):
    circuit = started(5)
    before = Operator(circuit).data[:, 0]
    circuit.append(library.C4XGate(), (4, 0, 3, 1, 2))
    want = placed(controlled(library.XGate().to_matrix(), 4, 15), (4, 0, 3, 1, 2), 5) @ before
    assert np.abs(engine(lower(circuit)) - turned(want, 5)).max() < ENGINES[engine]


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.__name__)
@pytest.mark.parametrize("qubits", [4, 5, 6])
def test_control_modifiers_of_openqasm_3_are_right(qubits, engine):
    source = f"""OPENQASM 3.0;
include "stdgates.inc";
qubit[{qubits}] q;
ry(0.3) q;
ctrl @ rz(0.7) q[3], q[1];
ctrl @ ctrl @ h q[0], q[{qubits - 1}], q[2];
negctrl @ sx q[2], q[0];
inv @ ctrl @ t q[1], q[3];
"""
    steps = [
        ((3, 1), controlled(library.RZGate(0.7).to_matrix(), 1, 1)),
        ((0, qubits - 1, 2), controlled(library.HGate().to_matrix(), 2, 3)),
        ((2, 0), controlled(library.SXGate().to_matrix(), 1, 0)),
        ((1, 3), controlled(library.TdgGate().to_matrix(), 1, 1)),
    ]
    want = np.array([1.0])
    for _ in range(qubits):
        want = np.kron(want, [np.cos(0.15), np.sin(0.15)])
    for at, matrix in steps:
        want = placed(matrix, at, qubits) @ want
    found = engine(lower(qasm3.loads(source)))
    assert np.abs(found - turned(want, qubits)).max() < ENGINES[engine]


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.__name__)
def test_every_gate_of_the_language_is_right_on_every_engine(engine):
    rng = np.random.default_rng(3)
    for name, (count, angles) in GATES.items():
        circuit = started(QUBITS)
        before = Operator(circuit).data[:, 0]
        gate = library.get_standard_gate_name_mapping()[name].base_class(*rng.uniform(-6, 6, angles))
        at = tuple(int(place) for place in rng.permutation(QUBITS)[:count])
        circuit.append(gate, at)
        want = placed(gate.to_matrix(), at, QUBITS) @ before
        assert np.abs(engine(lower(circuit)) - turned(want, QUBITS)).max() < ENGINES[engine], name


def test_several_matrices_that_are_not_symmetric_reach_aer_as_they_are():
    circuit = started(3)
    circuit.cry(1.3, 2, 0)
    circuit.append(library.UnitaryGate(np.asfortranarray(random_unitary(4, seed=4).data)), [0, 1])
    frozen = np.array(random_unitary(4, seed=5).data)
    frozen.flags.writeable = False
    circuit.append(library.UnitaryGate(frozen), [1, 2])
    lowered = lower(circuit)
    assert np.abs(on_aer(lowered) - reference(lowered)).max() < 1e-10


def test_qubits_that_nothing_is_done_to_are_kept():
    circuit = QuantumCircuit(4)
    circuit.x(1)
    lowered = lower(circuit)
    assert braket.to_braket(lowered).qubit_count == 4
    assert stim.to_stim(lowered).num_qubits == 4
    for engine, tolerance in ENGINES.items():
        assert abs(engine(lowered)[0b0100] - 1) < tolerance


def test_pennylane_takes_a_sweep_at_once():
    import pennylane as qml

    circuit = QuantumCircuit(2)
    circuit.rx(2 * Parameter("θ"), 0)
    circuit.cx(0, 1)
    values = np.linspace(0, 3, 7)
    swept = bind(lower(circuit), {"θ": values})
    tape = qml.tape.QuantumScript(pennylane.to_pennylane(swept), [qml.expval(qml.Z(1))])
    found = qml.execute([tape], qml.device("default.qubit", wires=2))[0]
    assert np.allclose(found, np.cos(2 * values))
    for emitter in (cirq, braket, stim):
        assert "takes one number an angle, and rx on qubit 0 has an array" in emitter.refusal(swept)


def test_parameters_keep_their_names_in_qiskit():
    circuit = QuantumCircuit(1)
    circuit.ry(Parameter("θ[1]") + 2 * Parameter("a b"), 0)
    back = qiskit.to_qiskit(lower(circuit))
    assert {parameter.name for parameter in back.parameters} == {"θ[1]", "a b"}
    bound = back.assign_parameters({"θ[1]": 0.5, "a b": 0.25})
    assert np.allclose(Operator(bound).data, library.RYGate(1.0).to_matrix())


def test_unbound_parameters_are_named_by_whoever_needs_numbers():
    circuit = QuantumCircuit(1)
    circuit.rx(Parameter("alpha"), 0)
    lowered = lower(circuit)
    assert qiskit.refusal(lowered) is None
    for emitter, emit in ((cirq, cirq.to_cirq), (braket, braket.to_braket), (stim, stim.to_stim)):
        assert emitter.refusal(lowered) == "Parameters without a value: alpha."
        with pytest.raises(BadInput, match="Parameters without a value: alpha"):
            emit(lowered)
    with pytest.raises(BadInput, match="Parameters without a value: alpha"):
        bind(lowered, {"beta": 1.0})


def test_stim_names_the_gate_that_is_no_clifford_and_its_line():
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.rx(np.pi / 2, 1)
    circuit.t(0)
    lowered = lower(circuit, (2, 3, 4))
    assert stim.refusal(lowered) == "stim does Clifford gates only, and t on qubit 0 in line 4 is none."
    with pytest.raises(BadInput, match="t on qubit 0 in line 4"):
        stim.to_stim(lowered)


@pytest.mark.parametrize("small", [1e-6, 1e-8])
def test_a_rotation_that_is_nearly_clifford_is_none_for_stim(small):
    lowered = Lowered(1, 0, (Gate("rz", (0,), (np.pi / 2 + small,)),))
    assert "rz on qubit 0 is none" in stim.refusal(lowered)


def test_stim_feeds_one_bit_back_to_pauli_gates():
    circuit = QuantumCircuit(3, 3)
    circuit.h([0, 2])
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
        circuit.x(1)
    with otherwise:
        circuit.z(2)
    circuit.h(2)
    circuit.measure([1, 2], [1, 2])
    lowered = lower(circuit)
    drawn = stim.to_stim(lowered).compile_sampler(seed=1).sample(200)
    shown = stim.records(lowered)
    first, second, third = (drawn[:, shown[bit]] for bit in range(3))
    assert 50 < first.sum() < 150
    assert (first == second).all()
    assert (third != first).all()


def test_engines_that_measure_at_the_end_name_what_stands_in_the_middle():
    circuit = QuantumCircuit(2, 1)
    circuit.h(0)
    circuit.measure(0, 0)
    circuit.x(0)
    lowered = lower(circuit, (3, 4, 5))
    for emitter, engine in ((pennylane, "PennyLane"), (braket, "Braket")):
        assert emitter.refusal(lowered) == (
            f"{engine} measures at the end only, "
            "and x on qubit 0 in line 5 follows a measurement of its qubit."
        )


@pytest.mark.parametrize("quarters", range(-4, 5))
@pytest.mark.parametrize("name", ["p", "rx", "ry", "rz", "rxx", "ryy", "rzz"])
def test_stim_takes_every_rotation_by_right_angles(name, quarters):
    lowered = Lowered(2, 0, (Gate(name, tuple(range(GATES[name][0])), (quarters * np.pi / 2,)),))
    assert stim.refusal(lowered) is None


@pytest.mark.parametrize("seed", range(9))
def test_stim_takes_any_clifford_matrix_of_any_phase(seed):
    count = 1 + seed % 3
    matrix = random_clifford(count, seed=seed).to_matrix() * np.exp(0.3j)
    circuit = QuantumCircuit(3)
    circuit.append(library.UnitaryGate(matrix), (2, 0, 1)[:count])
    lowered = lower(circuit)
    assert stim.refusal(lowered) is None
    found = stim.to_stim(lowered).to_tableau().to_unitary_matrix(endian="little")
    want = placed(matrix, (2, 0, 1)[:count], 3)
    assert np.abs(phase_free(found, want) - want).max() < 1e-6

"""Objects of Cirq, PennyLane and Braket become circuits of the same matrix, qubit for qubit."""

import warnings

import numpy as np
import pytest

from workbench.errors import BadInput
from workbench.quantum.loading import load

pytest.importorskip("qiskit")

from qiskit.quantum_info import Operator

RANDOM = np.random.default_rng(7)
SOME = np.linalg.qr(RANDOM.normal(size=(4, 4)) + 1j * RANDOM.normal(size=(4, 4)))[0]


@pytest.fixture(scope="module")
def qml():
    # The import warns of what is not used here.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pennylane
    return pennylane


@pytest.fixture(scope="module")
def braket():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import braket.circuits
    return braket.circuits


def unitary(circuit):
    """The matrix with the first qubit most significant, as these libraries have it."""
    return Operator(circuit.reverse_bits()).data


def close(first, second):
    np.testing.assert_allclose(first, second, atol=1e-9)


class TestCirq:
    def gates(self):
        import cirq

        turned = {"phase_exponent": 0.2, "exponent": 0.3}
        return [
            cirq.X, cirq.Y, cirq.H, cirq.S**-1, cirq.X**0.3, cirq.Y**-1.2, cirq.Z**0.7, cirq.H**0.3,
            cirq.rx(0.2), cirq.ry(0.2), cirq.rz(0.3), cirq.X**-0.5,
            cirq.XPowGate(exponent=0.3, global_shift=0.2), cirq.CXPowGate(exponent=0.4, global_shift=0.3),
            cirq.PhasedXPowGate(**turned), cirq.CX**0.3, cirq.CZ**0.3, cirq.SWAP**0.3, cirq.ISWAP**0.3,
            cirq.XX**0.3, cirq.YY**0.4, cirq.ZZ**0.2, cirq.ms(0.2), cirq.FSimGate(0.2, 0.3), cirq.CCX,
            cirq.CCZ**0.3, cirq.CSWAP, cirq.ISWAP, cirq.QubitPermutationGate([1, 2, 0]),
            cirq.ControlledGate(cirq.X**0.3, control_values=[0]), cirq.MatrixGate(SOME),
            cirq.ControlledGate(cirq.MatrixGate(SOME), num_controls=3, control_values=[0, 1, 0]),
            cirq.GlobalPhaseGate(1j), cirq.IdentityGate(2),
        ]  # fmt: skip

    def test_each_gate_on_permuted_qubits(self):
        import cirq

        line = cirq.LineQubit.range(5)
        for gate in self.gates():
            places = RANDOM.permutation(5)[: cirq.num_qubits(gate)]
            circuit = cirq.Circuit(cirq.I.on_each(*line), gate.on(*(line[place] for place in places)))
            close(unitary(load(circuit).circuit), circuit.unitary())

    def test_symbols_become_parameters(self):
        import cirq
        import sympy

        a, b = sympy.symbols("a b")
        line = cirq.LineQubit.range(2)
        for gate in [
            cirq.X**a, cirq.rx(a * 2 + b), cirq.Z ** (a / 2 + 1), cirq.CX**a, cirq.CZ ** sympy.sin(b),
            cirq.SWAP**a, cirq.ISWAP**a, cirq.H**b, cirq.ZZ ** (a**2), cirq.FSimGate(a, 0.3),
            cirq.PhasedXPowGate(phase_exponent=a, exponent=b), cirq.ControlledGate(cirq.ry(a)),
        ]:  # fmt: skip
            circuit = load(cirq.Circuit(gate.on(*line[: cirq.num_qubits(gate)]))).circuit
            values = {"a": 0.37, "b": -0.81}
            bound = circuit.assign_parameters({item: values[item.name] for item in circuit.parameters})
            close(unitary(bound), cirq.unitary(cirq.resolve_parameters(gate, values)))

    def test_measurement_keys_and_what_depends_on_them(self):
        import cirq

        a, b, c = cirq.LineQubit.range(3)
        program = load(
            cirq.Circuit(
                cirq.X(a),
                cirq.measure(a, b, key="m", invert_mask=(True,)),
                cirq.X(c).with_classical_controls("m"),
                cirq.reset(a),
                cirq.CircuitOperation(cirq.FrozenCircuit(cirq.Y(a))).repeat(2),
                cirq.measure(c, key="z"),
            )
        )
        assert [(one.name, one.size) for one in program.circuit.cregs] == [("m", 2), ("z", 1)]
        assert program.circuit.count_ops() == {
            "measure": 3, "x": 3, "y": 2, "if_else": 1, "reset": 1,
        }  # fmt: skip

    def test_the_qubits_are_sorted(self):
        import cirq

        grid = cirq.GridQubit(1, 0), cirq.GridQubit(0, 1)
        circuit = load(cirq.Circuit(cirq.X(grid[0]), cirq.Z(grid[1]))).circuit
        names = {circuit.find_bit(item.qubits[0]).index: item.operation.name for item in circuit.data}
        assert names == {0: "z", 1: "x"}

    def test_what_cannot_be_told_is_refused(self):
        import cirq

        a = cirq.LineQubit(0)
        for bad, words in (
            (cirq.Circuit(cirq.depolarize(0.1)(a)), "not unitary"),
            (cirq.Circuit(cirq.measure(a, key="k"), cirq.measure(a, key="k")), "again"),
            (cirq.Circuit(cirq.IdentityGate(1, (3,))(cirq.LineQid(0, 3))), "levels"),
            (cirq.X, "not a circuit"),
        ):
            with pytest.raises(BadInput, match=words):
                load(bad)


class TestPennyLane:
    def test_each_operation_on_permuted_wires(self, qml):
        ops = [
            qml.X(0), qml.H(2), qml.adjoint(qml.S(1)), qml.CNOT([2, 0]), qml.CH([1, 0]), qml.ECR([2, 1]),
            qml.Toffoli([2, 0, 1]), qml.CSWAP([2, 0, 1]), qml.RX(0.2, 1), qml.U1(0.2, 0),
            qml.U2(0.1, 0.2, 0), qml.U3(0.1, 0.2, 0.3, 0), qml.Rot(0.1, 0.2, 0.3, 1), qml.CRY(0.3, [1, 0]),
            qml.CRot(0.1, 0.2, 0.3, [1, 0]), qml.IsingXX(0.2, [2, 0]), qml.IsingXY(0.2, [2, 0]),
            qml.QubitUnitary(SOME, [2, 0]), qml.GlobalPhase(0.3), qml.PSWAP(0.3, [0, 1]),
            qml.ctrl(qml.RX(0.3, 2), control=[0, 1], control_values=[0, 1]),
            qml.ctrl(qml.QubitUnitary(SOME, [2, 0]), control=[3, 1, 4], control_values=[0, 1, 1]),
            qml.pow(qml.S(0), 0.3), qml.MultiControlledX([3, 2, 0, 1, 4], control_values=[0, 1, 0, 1]),
            qml.DoubleExcitation(0.3, [0, 1, 2, 3]), qml.QFT([0, 2, 1, 3, 4]),
            qml.adjoint(qml.QFT([0, 2, 1, 3, 4])), qml.MultiRZ(0.3, [0, 1, 2, 3, 4]),
            qml.PauliRot(0.3, "XYZ", [2, 0, 1]), qml.prod(qml.X(0), qml.S(1)),
            qml.GroverOperator([0, 1, 2, 3, 4]),
        ]  # fmt: skip
        for op in ops:
            tape = qml.tape.QuantumScript([*(qml.Identity(wire) for wire in range(5)), op], [qml.state()])
            close(unitary(load(tape).circuit), qml.matrix(op, wire_order=range(5)))

    def test_a_qnode_gives_its_numbers_and_its_observables(self, qml):
        @qml.qnode(qml.device("default.qubit", wires=["b", "a", "c"]))
        def node(x=0.1):
            qml.RX(x, "a")
            qml.CNOT(["a", "b"])
            first = qml.measure("a", reset=True)
            second = qml.measure("b")
            qml.cond(first & ~second, qml.Y)("c")
            qml.cond(first, qml.X)("c")
            total = qml.Z("b") @ qml.X("a") + 0.5 * qml.Y("c")
            return qml.expval(total), qml.expval(-2 * qml.Z("a")), qml.probs(wires=["c"])

        program = load(node)
        assert program.observables == ("Z0*X1 + 0.5*Y2", "-2.0*Z1")
        assert [one.name for one in program.circuit.cregs] == ["m0", "m1", "c"]
        assert program.circuit.data[0].operation.params == [0.1]
        assert program.circuit.find_bit(program.circuit.data[0].qubits[0]).index == 1
        assert program.circuit.count_ops()["if_else"] == 2

    def test_a_state_is_prepared_with_the_first_wire_most_significant(self, qml):
        state = RANDOM.normal(size=4) + 1j * RANDOM.normal(size=4)
        state /= np.linalg.norm(state)
        tape = qml.tape.QuantumScript([qml.StatePrep(state, wires=[0, 1])], [qml.state()])
        close(unitary(load(tape).circuit.decompose(reps=6))[:, 0], state)

    def test_what_cannot_be_told_is_refused(self, qml):
        @qml.qnode(qml.device("default.qubit"))
        def needs(x):
            return x and qml.expval(qml.Z(0))

        tape = qml.tape.QuantumScript
        for bad, words in (
            (needs, "needs arguments"),
            (tape([qml.DepolarizingChannel(0.1, 0)], []), "is noise"),
            (tape([qml.X(0)], [qml.var(qml.Z(0))]), "asks for"),
            (tape([qml.RX([0.1, 0.2], 0)], []), "array of angles"),
            (tape([qml.X(0)], [qml.expval(qml.Hermitian(np.eye(2), 0))]), "Pauli"),
            (qml.X(0), "neither a QNode nor a tape"),
        ):
            with pytest.raises(BadInput, match=words):
                load(bad)


class TestBraket:
    def gates(self, braket):
        g = braket.gates
        fixed = [g.H, g.X, g.S, g.Si, g.T, g.Ti, g.V, g.Vi, g.I, g.CNot, g.CV, g.CY, g.CZ, g.ECR, g.Swap]
        turns = [g.PSwap, g.XY, g.CPhaseShift, g.CPhaseShift00, g.CPhaseShift01, g.CPhaseShift10]
        more = [g.XX, g.YY, g.ZZ, g.GPi, g.GPi2, g.Rx, g.Ry, g.Rz, g.PhaseShift]
        rest = [
            g.PRx(0.1, 0.2),
            g.MS(0.1, 0.2, 0.3),
            g.U(0.1, 0.2, 0.3),
            g.Unitary(SOME),
            g.CCNot(),
            g.CSwap(),
        ]
        return [kind() for kind in [*fixed, g.ISwap]] + [kind(0.3) for kind in turns + more] + rest

    def test_each_gate_with_and_without_modifiers(self, braket):
        for gate in self.gates(braket):
            places = [int(place) for place in RANDOM.permutation(3)[: gate.qubit_count]]
            plain = braket.Circuit().i(0).i(1).i(2).add_instruction(braket.Instruction(gate, places))
            close(unitary(load(plain).circuit), plain.to_unitary())
            for power, state in ((1, 0), (2, 1), (-1, 0)):
                modified = braket.Circuit().i(0).i(1).i(2).i(3)
                modified.add_instruction(
                    braket.Instruction(gate, places, control=[3], control_state=[state], power=power)
                )
                raised = np.linalg.matrix_power(gate.to_matrix(), power)
                matrix = np.eye(2 * len(raised), dtype=complex)
                part = slice(len(raised) * state, len(raised) * (state + 1))
                matrix[part, part] = raised
                wanted = braket.Circuit().i(0).i(1).i(2).i(3).unitary(matrix=matrix, targets=[3, *places])
                close(unitary(load(modified).circuit), wanted.to_unitary())

    def test_a_root_is_the_principal_one(self, braket):
        gate = braket.Instruction(braket.gates.X(), [0], power=0.5)
        close(unitary(load(braket.Circuit().add_instruction(gate)).circuit), braket.gates.V().to_matrix())

    def test_free_parameters_become_parameters(self, braket):
        g, a = braket.gates, braket.FreeParameter("a")
        for kind in (g.Rx, g.XY, g.CPhaseShift00, g.CPhaseShift01, g.CPhaseShift10, g.ZZ, g.GPhase):
            on = [0, 1][: kind(0.1).qubit_count]
            free, bound = (
                braket.Circuit().i(0).i(1).add_instruction(braket.Instruction(kind(value), on))
                for value in (a * 2 + 0.1, 0.7)
            )
            close(unitary(load(free).circuit.assign_parameters([0.3])), bound.to_unitary())

    def test_result_types_become_observables_and_measurements(self, braket):
        o = braket.Observable
        circuit = braket.Circuit().h(0).cnot(0, 4).x(2)
        circuit.expectation(o.Z() @ o.X(), target=[0, 4])
        circuit.expectation(2 * o.Z(0) - 0.5 * o.X(2) @ o.Y(4)).probability([0, 4])
        program = load(circuit)
        assert program.observables == ("Z0*X2", "2.0*Z0 - 0.5*X1*Y2")
        assert program.circuit.num_clbits == 2
        order = load(braket.Circuit().h(0).cnot(0, 1).measure([1, 0])).circuit
        measured = [item for item in order.data if item.operation.name == "measure"]
        assert [order.find_bit(item.qubits[0]).index for item in measured] == [1, 0]

    def test_what_cannot_be_told_is_refused(self, braket):
        bell = braket.Circuit().h(0)
        for bad, words in (
            (braket.Circuit().h(0).bit_flip(0, 0.1), "is noise"),
            (bell.copy().variance(braket.Observable.Z(), 0), "asks for"),
            (bell.copy().expectation(braket.Observable.H(), 0), "Pauli"),
        ):
            with pytest.raises(BadInput, match=words):
                load(bad)

"""A circuit's JSON form is exact, deterministic and the same for equal circuits."""

import inspect
import json
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from workbench.errors import BadInput
from workbench.quantum.canonical import from_json, to_json

pytest.importorskip("qiskit")

from qiskit import AncillaRegister, ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import (
    AnnotatedOperation,
    Clbit,
    ControlModifier,
    Gate,
    InverseModifier,
    Parameter,
    ParameterVector,
    PowerModifier,
    Qubit,
)
from qiskit.circuit import library as lib
from qiskit.circuit.classical import expr
from qiskit.circuit.library import get_standard_gate_name_mapping
from qiskit.quantum_info import Clifford, Operator, SparsePauliOp

STANDARD = {
    name: type(gate)
    for name, gate in get_standard_gate_name_mapping().items()
    if name not in {"delay", "measure", "reset"}
}
ANGLES = st.floats(-10, 10) | st.sampled_from([0.0, -0.0, math.pi, 1e-300, 1 / 3])


def again(circuit):
    """The circuit after a round trip, the form of which has to be the same."""
    body = to_json(circuit)
    stored = json.loads(json.dumps(body, allow_nan=False))
    made = from_json(stored)
    assert stored == body == to_json(made)
    return made


def same(circuit, made):
    np.testing.assert_allclose(Operator(made).data, Operator(circuit).data, atol=1e-9)


def standard(name):
    kind = get_standard_gate_name_mapping()[name]
    return kind.base_class, kind.num_qubits, len(kind.params), hasattr(kind, "ctrl_state")


@st.composite
def gates(draw, plain):
    """A standard gate; where it need not be plain, under controls or modifiers at times."""
    kind, size, angles, controlled = standard(draw(st.sampled_from(sorted(STANDARD))))
    params = [draw(ANGLES) for _ in range(angles)]
    state = {}
    if controlled and draw(st.booleans()):
        state["ctrl_state"] = draw(st.integers(0, 2 ** kind(*params).num_ctrl_qubits - 1))
    gate = kind(*params, **state)
    match 9 if plain else draw(st.integers(0, 9)):
        case 0 if 0 < size < 3:
            count = draw(st.integers(1, 2))
            gate = gate.control(count, ctrl_state=draw(st.integers(0, 2**count - 1)), annotated=False)
        case 1:
            gate = gate.inverse()
        case 2 if size:
            gate = AnnotatedOperation(gate, [InverseModifier(), PowerModifier(2.0)])
        case 3 if 0 < size < 3:
            gate = AnnotatedOperation(gate, ControlModifier(1, draw(st.integers(0, 1))))
    return gate


@st.composite
def circuits(draw, kept=True):
    """Circuits over several registers and loose bits; ``kept`` asks for those without measurement."""
    circuit = QuantumCircuit(
        QuantumRegister(2, "a"), [Qubit()], AncillaRegister(1, "z"), QuantumRegister(1, "b"),
        ClassicalRegister(2, "c"), [Clbit()], ClassicalRegister(1, "d"),
        global_phase=draw(ANGLES), name=draw(st.text(min_size=1, max_size=3)),
    )  # fmt: skip
    for _ in range(draw(st.integers(0, 6))):
        gate = draw(gates(not kept))
        places = draw(st.permutations(range(circuit.num_qubits)))[: gate.num_qubits]
        if len(places) == gate.num_qubits:
            circuit.append(gate, places)
    if not kept:
        _classical(draw, circuit)
    return circuit


def _classical(draw, circuit):
    bit = draw(st.integers(0, circuit.num_clbits - 1))
    circuit.measure(draw(st.integers(0, circuit.num_qubits - 1)), bit)
    register = circuit.cregs[draw(st.integers(0, 1))]
    conditions = [
        (circuit.clbits[bit], draw(st.booleans())),
        (register, draw(st.integers(0, 1))),
        expr.logic_and(expr.not_equal(register, 0), expr.logic_not(circuit.clbits[bit])),
        expr.less(expr.bit_xor(register, 1), 1),
    ]
    condition = draw(st.sampled_from(conditions))
    with circuit.if_test(condition) as otherwise:
        circuit.rx(draw(ANGLES), 0)
        with circuit.if_test(condition):
            circuit.cx(1, 0)
    with otherwise:
        circuit.reset(2)
    with circuit.switch(register) as case:
        with case(0):
            circuit.x(4)
        with case(case.DEFAULT):
            circuit.barrier()
    with circuit.while_loop(condition):
        circuit.measure(3, bit)
        circuit.break_loop()
    circuit.delay(draw(st.integers(0, 100)), 1)


@settings(max_examples=60, deadline=None)
@given(circuits())
def test_random_circuits_come_back_with_their_matrix(circuit):
    made = again(circuit)
    same(circuit, made)
    assert [(one.name, len(one)) for one in made.qregs] == [("a", 2), ("z", 1), ("b", 1)]
    assert [made.find_bit(bit).index for bit in made.qregs[1]] == [3]


@settings(max_examples=30, deadline=None)
@given(circuits(kept=False))
def test_measurements_conditions_and_loops_come_back_as_they_were(circuit):
    note(to_json(circuit))
    assert again(circuit) == circuit


@pytest.mark.parametrize("name", sorted(STANDARD))
def test_each_standard_gate_in_each_control_state_is_equal(name):
    kind, size, angles, controlled = standard(name)
    params = [0.3 + 0.4 * place for place in range(angles)]
    controls = kind(*params).num_ctrl_qubits if controlled else 0
    circuit = QuantumCircuit(max(size, 1) + 1)
    circuit.append(kind(*params), range(size, 0, -1))
    for state in range(2**controls if controls else 0):
        circuit.append(kind(*params, ctrl_state=state), range(size))
    assert again(circuit) == circuit


def special():
    closed = {"annotated": False}
    circuit = QuantumCircuit(2, name="own", global_phase=0.3)
    circuit.rx(0.3, 0)
    circuit.cx(0, 1)
    bell = QuantumCircuit(2)
    bell.h(0)
    bell.cx(0, 1)
    state = np.array([1, 2j, -3, 0.5]) / np.linalg.norm([1, 2j, -3, 0.5])
    return [
        circuit.to_gate(), circuit.to_gate().control(2, ctrl_state=1, **closed), circuit.to_gate().inverse(),
        circuit.to_gate().power(2), circuit.to_instruction(), lib.UnitaryGate(Operator(lib.CSXGate())),
        lib.UnitaryGate(Operator(lib.CSXGate())).control(1, ctrl_state=0, **closed),
        lib.C3XGate(ctrl_state=2), lib.C4XGate(),
        lib.MCXGate(5), lib.MCXGate(3, ctrl_state=5), lib.MCPhaseGate(0.3, 3),
        lib.RXGate(0.3).control(3, **closed), lib.HGate().control(2, ctrl_state=1, **closed),
        lib.SwapGate().control(1, ctrl_state=0, **closed), lib.SXGate().power(0.3),
        lib.PermutationGate([2, 0, 1]), lib.QFTGate(3), lib.StatePreparation(state),
        lib.StatePreparation("01"), lib.StatePreparation(2, 2),
        lib.PauliGate("XYZ"), lib.MCMTGate(lib.ZGate(), 2, 1), lib.DiagonalGate([1, 1j, -1, 1]),
        lib.PauliEvolutionGate(SparsePauliOp(["XX", "ZZ"]), 0.3), Clifford(bell), lib.RZXGate(0.4),
        lib.XXPlusYYGate(0.3, 0.7), lib.UCRYGate([0.1, 0.2]), lib.MSGate(3, 0.3), lib.GlobalPhaseGate(0.2),
    ]  # fmt: skip


@pytest.mark.filterwarnings("ignore::scipy.sparse.SparseEfficiencyWarning")
@pytest.mark.parametrize("gate", special(), ids=lambda gate: gate.name)
def test_what_is_not_a_standard_gate_keeps_its_matrix(gate):
    circuit = QuantumCircuit(8)
    circuit.h(range(8))
    circuit.append(gate, [5, 1, 3, 0, 2, 4][: gate.num_qubits])
    same(circuit, again(circuit))


def test_own_gates_stand_once_and_are_equal():
    inner = QuantumCircuit(1, name="inner")
    inner.ry(0.4, 0)
    outer = QuantumCircuit(2, name="outer", global_phase=0.2)
    outer.append(inner.to_gate(), [1])
    outer.cz(0, 1)
    circuit = QuantumCircuit(3)
    for pair in ((0, 1), (2, 1), (1, 0)):
        circuit.append(outer.to_gate(), pair)
    assert [entry["name"] for entry in to_json(circuit)["gates"]] == ["inner", "outer"]
    assert again(circuit) == circuit


def test_initialisation_and_boxes_come_back():
    circuit = QuantumCircuit(3)
    circuit.initialize([0.6, 0.8j], 1)
    with circuit.box():
        circuit.x(0)
    with circuit.for_loop((1, 4), Parameter("step")) as step:
        circuit.rx(step * 0.2, 2)
    with circuit.for_loop(range(0, 6, 2)):
        circuit.continue_loop()
    made = again(circuit)
    assert made.count_ops() == circuit.count_ops()
    assert made.data[2].operation.params[:2] == [
        (1, 4),
        Parameter("step", made.data[2].operation.params[1].uuid),
    ]
    assert made.data[3].operation.params[0] == range(0, 6, 2)


EXPRESSIONS = st.recursive(
    st.sampled_from(range(4)) | st.floats(0.1, 3),
    lambda inner: (
        st.tuples(st.sampled_from("+-*/"), inner, inner)
        | st.tuples(st.sampled_from(["sin", "exp", "neg"]), inner)
    ),
    max_leaves=8,
)


def build(tree, leaves):
    if isinstance(tree, int):
        return leaves[tree]
    if isinstance(tree, float):
        return tree
    name, *parts = tree
    parts = [build(part, leaves) for part in parts]
    if name in {"sin", "exp"}:
        return getattr(parts[0], name)() if hasattr(parts[0], name) else getattr(math, name)(parts[0])
    if name == "neg":
        return -parts[0]
    with np.errstate(all="ignore"):
        return {
            "+": lambda a, b: a + b,
            "-": lambda a, b: a - b,
            "*": lambda a, b: a * b,
            "/": lambda a, b: a / b,
        }[name](*parts)


@settings(max_examples=80, deadline=None)
@given(
    EXPRESSIONS, st.sampled_from([("a", "b"), ("lambda", "sin"), ("ϕ", "φ"), ("p1", "x y"), ("p0", "θ[7]")])
)
def test_expressions_of_parameters_keep_their_values(tree, names):
    vector = ParameterVector("θ", 3)
    leaves = [Parameter(names[0]), Parameter(names[1]), vector[0], vector[2]]
    try:
        angle = build(tree, leaves)
    except (ZeroDivisionError, OverflowError):
        return
    if isinstance(angle, float) and not math.isfinite(angle):
        return
    circuit = QuantumCircuit(1, global_phase=leaves[0])
    circuit.rz(angle, 0)
    circuit.append(lib.RXGate(leaves[3]).control(1, annotated=False).base_gate, [0])
    made = again(circuit)
    assert [one.name for one in made.parameters] == [one.name for one in circuit.parameters]
    values = np.linspace(0.2, 0.9, circuit.num_parameters)
    try:
        bound = circuit.assign_parameters(values)
    except Exception:  # noqa: BLE001 # the expression has no value there, which is Qiskit's to say
        return
    np.testing.assert_allclose(
        [float(p) for item in made.assign_parameters(values).data for p in item.params],
        [float(p) for item in bound.data for p in item.params],
        rtol=1e-9,
    )


def test_parameters_are_the_same_in_all_circuits_that_come_back():
    vector = ParameterVector("θ", 12)
    circuit = QuantumCircuit(2, global_phase=vector[3] / 2)
    circuit.rx(vector[10] + vector[2], 0)
    circuit.cp(Parameter("a") * 2, 0, 1)
    fresh = ParameterVector("θ", 12)
    other = QuantumCircuit(2, global_phase=fresh[3] / 2)
    other.rx(fresh[10] + fresh[2], 0)
    other.cp(Parameter("a") * 2, 0, 1)
    assert circuit != other
    assert to_json(circuit) == to_json(other)
    assert again(circuit) == again(other)
    assert [one.name for one in again(circuit).parameters] == ["a", "θ[2]", "θ[3]", "θ[10]"]


def test_names_labels_and_metadata_are_left_out_and_negative_zero_is_zero():
    plain = QuantumCircuit(2)
    plain.h(0)
    plain.rz(0.0, 1)
    named = QuantumCircuit(2, name="something", metadata={"a": 1})
    named.append(lib.HGate(label="mine"), [0])
    named.rz(-0.0, 1)
    assert to_json(plain) == to_json(named)
    assert json.dumps(to_json(plain)) == json.dumps(to_json(named))


def test_the_form_is_small_and_does_not_depend_on_the_process():
    circuit = QuantumCircuit(2, 2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 1])
    assert to_json(circuit) == {
        "format": 1,
        "qubits": 2,
        "clbits": 2,
        "qregs": [["q", [0, 1]]],
        "cregs": [["c", [0, 1]]],
        "ops": [["h", [0]], ["cx", [0, 1]], ["measure", [0], [], [0]], ["measure", [1], [], [1]]],
    }
    code = inspect.getsource(dynamic) + (
        "import json\nfrom qiskit import QuantumCircuit\nfrom workbench.quantum.canonical import to_json\n"
        "print(json.dumps(to_json(dynamic(QuantumCircuit))))"
    )
    texts = {
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    }
    assert texts == {json.dumps(to_json(dynamic(QuantumCircuit))) + "\n"}


def dynamic(kind):
    circuit = kind(6, 6)
    circuit.measure(range(6), range(6))
    with circuit.if_test((circuit.cregs[0], 5)):
        circuit.x([5, 3, 1, 4])
    return circuit


def test_what_cannot_be_kept_is_refused():
    opaque = QuantumCircuit(1)
    opaque.append(Gate("mystery", 1, []), [0])
    with pytest.raises(BadInput, match="'mystery' has no definition"):
        to_json(opaque)
    variable = QuantumCircuit(1)
    variable.add_var("flag", expr.lift(False))
    with pytest.raises(BadInput, match="classical variables"):
        to_json(variable)
    infinite = QuantumCircuit(1)
    infinite.rx(math.inf, 0)
    with pytest.raises(BadInput, match="finite"):
        to_json(infinite)
    with pytest.raises(BadInput, match="format 99"):
        from_json({"format": 99})
    with pytest.raises(BadInput, match="not arithmetic"):
        from_json({"format": 1, "qubits": 1, "ops": [["rx", [0], [{"e": "__import__('os')"}]]]})

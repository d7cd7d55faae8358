"""Circuits of every dialect are loaded as what they are, or refused with the place."""

import importlib.util
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import BadInput, NotFound
from workbench.quantum.loading import OPENQASM_3, detect, load

pytest.importorskip("qiskit")

from qiskit import QuantumCircuit, qasm2, qasm3
from qiskit.quantum_info import Operator, Statevector

HERE = Path(__file__).parent
CIRCUITS = sorted((HERE.parents[1] / "data" / "circuits").glob("*.qasm"))
OLD = 'OPENQASM 2.0;\ninclude "qelib1.inc";\n'
NEW = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n'


@pytest.fixture(scope="module")
def expected():
    spec = importlib.util.spec_from_file_location("expected", HERE / "expected.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_circuit_of_the_set_has_the_probabilities_that_stand_beside_it(expected):
    stored = json.loads((HERE / "probabilities.json").read_text())
    assert len(CIRCUITS) >= 24
    assert list(stored) == [path.stem for path in CIRCUITS]
    for path in CIRCUITS:
        circuit = load(path).circuit
        found = expected.probabilities(circuit)
        assert found == pytest.approx(stored[path.stem], abs=1e-9), path.stem


@pytest.mark.parametrize("path", CIRCUITS, ids=lambda path: path.stem)
def test_the_dialect_and_the_line_of_each_operation_are_known(path):
    program = load(str(path))
    rows = program.source.splitlines()
    assert program.dialect == ("qasm3" if "OPENQASM 3" in program.source else "qasm2")
    assert len(program.lines) == len(program.circuit.data)
    for line, item in zip(program.lines, program.circuit.data, strict=True):
        word = {"if_else": "if", "for_loop": "for"}.get(item.operation.name, "")
        assert rows[line - 1].startswith(word)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (OLD + "qreg q[2];\n// two; lines\nh q; // both\ncx q[0],\n  q[1];\n", (5, 5, 6)),
        (OLD + "qreg q[2]; creg c[2];\nif (c == 1) x q;\nbarrier q;\nmeasure q -> c;", (4, 4, 5, 6, 6)),
        (OLD + "qreg q[1];\ngate f(a) x {\n rx((a + 1)*2) x;\n}\nf(1*(2+3)) q[0];", (7,)),
        (NEW + "qubit[2] q;\nbit[2] c;\nh q;\nc = measure q;\nreset q[0];", (5, 5, 6, 6, 7)),
        (NEW + "qubit q;\nbit c;\nif (c) {\n x q;\n z q;\n}\nfor int i in [0:2] { h q; }\nx q;", (5, 9, 10)),
    ],
)
def test_lines_follow_statements_on_whole_registers_and_over_several_lines(text, lines):
    assert load(text).lines == lines


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("OPENQASM 2.0;\nqreg q[1];", "qasm2"),
        ("// note\n/* more */ OPENQASM 3;\nqubit q;", "qasm3"),
        ("OPENQASM 3.1;", "qasm3"),
        ('include "qelib1.inc";\nqreg q[2];\nh q;', "qasm2"),
        ('include "stdgates.inc";\nqubit[2] q;', "qasm3"),
        ("from qiskit import QuantumCircuit\nqc = QuantumCircuit(2)\nqc.h(0)", "python"),
        ("import cirq\n# OPENQASM 2.0;\ncirq.Circuit()", "python"),
        ("qc = QuantumCircuit(2", "python"),
    ],
)
def test_a_text_is_known_by_how_it_is_written(text, dialect):
    assert detect(text) == dialect


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        (OLD + "qreg q[2];\nhh q[0];", 4, 1, "gate 'hh' is unknown"),
        (OLD + "qreg q[2];\nh r[0];", 4, 3, "register 'r' is not declared"),
        (OLD + "qreg q[2];\nh q[5];", 4, 5, "out-of-range"),
        (OLD + "qreg q[2];\nrx q[0];", 4, 1, "takes 1 parameter, and none"),
        (OLD + "qreg q[2];\nrx(1, 2) q[0];", 4, 1, "takes 1 parameter, but got 2"),
        (OLD + "qreg q[2];\ngate f a { rz a; }", 4, 12, "takes 1 parameter, and none"),
        (OLD + "qreg q[2];\ncx q[0];", 4, 1, "takes 2 quantum arguments"),
        (OLD + "qreg q[2];\ncx q[0], q[0];", 4, 1, "same qubit"),
        (OLD + "qreg q[2];\nqreg r[3];\ncx q, r;", 5, 1, "different sizes"),
        (OLD + "qreg q[2];\ncreg c[3];\nmeasure q -> c;", 5, 1, "different sizes"),
        (OLD + "qreg q[2]\nh q;", 4, 1, "Needed ';'"),
        (OLD + "qreg q[2];\nh q[0]", 4, 1, "ends before"),
        ("OPENQASM 2.0;\nqreg q[1];\nh q[0];", 3, 1, "nothing before has defined"),
        (OLD + "qreg q[2];\n  }", 4, 3, "No statement"),
        (OLD + "qreg q[2];\ncreg c[1];\nif (c = 1) x q[0];", 5, 1, "'=='"),
        (NEW + "qubit[2] q;\nhh q[0];", 4, 1, "gate 'hh' is unknown"),
        (NEW + "qubit[2] q;\n  h r[0];", 4, 5, "'r' is not declared"),
        (NEW + "qubit[2] q;\nh q[5];", 4, 1, "out of the range"),
        (NEW + "qubit[2] q;\nrx q[0];", 4, 1, "takes 1 parameter, not 0"),
        (NEW + "qubit[2] q;\ncx q[0];", 4, 1, "takes 2 qubits, not 1"),
        (NEW + "qubit[2] q;\ncx q[0], q[0];", 4, 1, "same qubit is named twice"),
        (NEW + "qubit[2] q;\nqubit[3] r;\ncx q, r;", 5, 1, "Mismatched lengths"),
        (NEW + "qubit[2] q\nh q;", 4, 1, "'h' cannot stand here"),
        (NEW + "qubit[2] q;\nh q[0]", 4, 7, "ends before"),
        (NEW + "qubit q;\nint i = 3;", 4, 1, "type 'int'"),
        (NEW + "qubit q;\ndef f() { }", 4, 1, "outside the subset"),
        (NEW + "qubit q;\nrx(sin(1)) q;", 4, 4, "outside the subset"),
        (NEW + "qubit q; $ x q;", 3, 10, "recognition"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, line, column, words, capfd):
    with pytest.raises(BadInput, match=words) as failure:
        load(text)
    assert failure.value.details == {"field": "circuit", "line": line, "column": column}
    message, row, caret = failure.value.message.splitlines()
    assert message.startswith(f"Line {line}, column {column}: ")
    assert row.strip() == text.splitlines()[line - 1].strip()
    assert caret.index("^") == column + 3
    assert not any(capfd.readouterr())


def test_an_unknown_gate_is_told_its_neighbours():
    with pytest.raises(BadInput) as old:
        load(OLD + "qreg q[2];\ncswp q[0], q[1];")
    with pytest.raises(BadInput) as new:
        load(NEW + "gate twist a { x a; }\nqubit q;\ntwirl q;\ntwis q;")
    assert "cswap" in old.value.hint
    assert "twist" in new.value.hint or "swap" in new.value.hint


@pytest.mark.parametrize("given", ["", "   \n", "x = 1", "hello world", 3, None, [1, 2], object()])
def test_what_is_no_circuit_is_refused(given):
    with pytest.raises(BadInput):
        load(given)


def test_a_dialect_that_is_asked_for_is_the_one_that_is_read(tmp_path):
    with pytest.raises(BadInput, match="no dialect"):
        load(OLD, "quil")
    with pytest.raises(BadInput, match="read from objects"):
        load(OLD + "qreg q[1];", "cirq")
    with pytest.raises(BadInput, match="not a circuit of cirq"):
        load(QuantumCircuit(1), "cirq")
    with pytest.raises(BadInput, match="4 is not known"):
        load("OPENQASM 4.0;")
    with pytest.raises(NotFound):
        load(tmp_path / "none.qasm")
    (tmp_path / "bytes.qasm").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="as text"):
        load(str(tmp_path / "bytes.qasm"))


def test_every_legacy_gate_has_the_matrix_that_qiskit_gives_it():
    for gate in qasm2.LEGACY_CUSTOM_INSTRUCTIONS:
        angles = [0.3 + 0.4 * place for place in range(gate.num_params)]
        given = f"({', '.join(map(str, angles))})" if angles else ""
        if gate.name in {"u0", "delay"}:
            continue
        names = ", ".join(f"q[{place}]" for place in range(gate.num_qubits))
        made = load(f"{OLD}qreg q[{gate.num_qubits}];\n{gate.name}{given} {names};").circuit
        assert Operator(made).equiv(Operator(gate.constructor(*angles))), gate.name


def test_the_subset_of_openqasm_3_is_as_it_is_stated():
    taken = {
        "let": "qubit[3] q;\nlet r = q[0:1];\nx r;",
        "U": "qubit q;\nU(0.1, 0.2, 0.3) q;\ngphase(0.5);",
        "ctrl": "qubit[3] q;\nctrl(2) @ x q[0], q[1], q[2];\ninv @ pow(2) @ s q[0];",
        "delay": "qubit q;\nreset q;\nbarrier q;\ndelay[10ns] q;",
        "input": "input float a;\ninput angle b;\nqubit q;\nrx(a/2 + b) q;",
        "while": "qubit q;\nbit c;\nwhile (!c) {\n h q;\n c = measure q;\n}",
        "for": "qubit q;\nfor uint i in {1, 3} {\n rx(i*pi) q;\n}",
        "break": "qubit q;\nbit c;\nwhile (c == 0) {\n break;\n}\nbox {\n x q;\n}",
        "qreg": "qreg q[1];\ncreg c[1];\nx q[0];",
        "$0": "x $0;",
    }
    for start, body in taken.items():
        assert any(yes and start in name for name, (yes, _) in OPENQASM_3.items()), start
        assert load(NEW + body).dialect == "qasm3", start
    refused = [
        "const int n = 2;",
        "output bit c;",
        "bit a;\nbit b;\na = b;",
        "def f() { }",
        "qubit q;\nswitch (1) { }",
    ]
    for body in refused:
        with pytest.raises(BadInput) as failure:
            load(NEW + body)
        assert failure.value.details["line"] >= 3
    assert load(NEW + taken["input"]).circuit.num_parameters == 2


@given(
    st.lists(
        st.sampled_from(["h q;", "x q[1];", "cx q[0],q[1];", "measure q->c;", "barrier q;"]), max_size=12
    )
)
def test_each_operation_stands_on_the_line_of_its_statement(body):
    program = load(OLD + "qreg q[2];\ncreg c[2];\n" + "\n".join(body))
    names = {"h": "h", "x": "x", "cx": "cx", "measure": "measure", "barrier": "barrier"}
    for line, item in zip(program.lines, program.circuit.data, strict=True):
        assert names[body[line - 5].split()[0]] == item.operation.name


def test_qiskit_circuits_stay_the_callers_own():
    circuit = QuantumCircuit(2, 1)
    circuit.h(0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.x(1)
    program = load(circuit)
    assert program.circuit == circuit
    assert program.circuit is not circuit
    assert (program.dialect, program.lines) == ("qiskit", (None, None))
    assert load(qasm3.dumps(circuit)).circuit.count_ops() == circuit.count_ops()


OWN = {
    "sx": ("gate sx a { x a; }", "sx q[0];", {"10": 1.0}),
    "cu": ("gate cu c,t { cx c,t; }", "x q[0]; cu q[0],q[1];", {"11": 1.0}),
    "rzz": ("gate rzz(a) c,t { cx c,t; u3(a,a,a) t; cx c,t; }", "rzz(pi) q[0],q[1];", {"01": 1.0}),
}


@pytest.mark.parametrize("name", OWN)
def test_a_gate_that_the_program_defines_is_the_programs(name):
    definition, used, expected = OWN[name]
    text = f"{OLD}{definition}\nqreg q[2];\ncreg c[2];\n{used}\nmeasure q -> c;\n"
    circuit = load(text).circuit.remove_final_measurements(inplace=False)
    found = Statevector(circuit).reverse_qargs().probabilities_dict(decimals=9)
    assert found == pytest.approx(expected)


def test_a_register_may_have_a_gates_name():
    circuit = load(OLD + "qreg p[1];\ncreg swap[1];\nh p[0];\nmeasure p -> swap;\n").circuit
    assert [one.name for one in (*circuit.qregs, *circuit.cregs)] == ["p", "swap"]


def test_a_mark_of_byte_order_is_no_part_of_the_program():
    assert load("\ufeff" + OLD + "qreg q[1];\nh q[0];\n").dialect == "qasm2"


@pytest.mark.parametrize("text", ["gate store a { U(pi,0,pi) a; }\nqreg q[1];\nstore q[0];\n"])
def test_what_the_parser_stumbles_over_is_one_sentence(text):
    with pytest.raises(BadInput):
        load("OPENQASM 2.0;\n" + text)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("c = measure q;", "not equally many"),
        ("cx q[0], q[0];", "The same qubit is named twice"),
    ],
)
def test_what_does_not_fit_in_openqasm_3_is_said_plainly(statement, said):
    with pytest.raises(BadInput, match=said) as told:
        load(f"{NEW}qubit[2] q;\nbit[3] c;\n{statement}\n")
    assert told.value.details["line"] > 1

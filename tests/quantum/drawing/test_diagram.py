from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import (
    AnnotatedOperation,
    ControlledGate,
    ControlModifier,
    Gate,
    InverseModifier,
    Parameter,
)
from qiskit.circuit.classical import expr
from qiskit.circuit.library import CUGate, HGate, MCXGate, SwapGate, UnitaryGate, XGate, ZGate

from tests.quantum.drawing.circuits import flat, nested
from workbench.errors import BadInput
from workbench.quantum.drawing.diagram import circuit_svg, layout

SVG = "{http://www.w3.org/2000/svg}"


def parsed(circuit, **options):
    return ET.fromstring(circuit_svg(circuit, **options))


def texts(circuit, **options):
    return [one.text or one[-1].tail for one in parsed(circuit, **options).iter(f"{SVG}text")]


def titles(circuit, **options):
    return [one.text for one in parsed(circuit, **options).iter(f"{SVG}title")]


@settings(deadline=None, max_examples=60)
@given(flat())
def test_every_qubit_of_an_operation_is_touched_and_nothing_else(circuit):
    wires, placed = layout(circuit)
    assert len(placed.elements) == len(circuit.data)
    for element, one in zip(placed.elements, circuit.data, strict=True):
        assert sorted(element.touched) == sorted(map(wires.row, [*one.qubits, *one.clbits]))


@settings(deadline=None, max_examples=60)
@given(nested())
def test_no_two_operations_meet_and_the_order_on_every_wire_is_kept(circuit):
    _, placed = layout(circuit)
    pairs = list(zip(placed.elements, placed.columns, strict=True))
    for (first, column), (second, later) in combinations(pairs, 2):
        if set(first.occupied) & set(second.occupied):
            assert column < later


@settings(deadline=None, max_examples=60)
@given(nested())
def test_a_frame_holds_its_own_operations_and_no_others(circuit):
    _, placed = layout(circuit)
    opened, inside = [], {}
    frames = iter(placed.frames)
    for at, element in enumerate(placed.elements):
        for frame in opened:
            inside.setdefault(frame, set()).add(at)
        if element.kind == "open":
            opened.append(next(frames))
            inside.setdefault(opened[-1], set()).add(at)
        elif element.kind == "close":
            opened.pop()
    assert not opened
    for frame, own in inside.items():
        for at, (element, column) in enumerate(zip(placed.elements, placed.columns, strict=True)):
            within = frame.first <= column <= frame.last and any(
                frame.top <= row <= frame.bottom for row in element.rows
            )
            assert within == (at in own)


@settings(deadline=None, max_examples=40)
@given(nested())
def test_folding_keeps_every_operation_and_the_width(circuit):
    unfolded, folded = titles(circuit, fold=0), titles(circuit, fold=300)
    assert sorted(unfolded) == sorted(folded)
    _, placed = layout(circuit, fold=300)
    assert [line.first for line in placed.lines[1:]] == [line.last for line in placed.lines[:-1]]
    # Beyond the width goes only what cannot be broken: one thing, with the frames that end after it.
    broad = [
        line for line in placed.lines if sum(width > 4 for width in placed.widths[line.first : line.last]) > 1
    ]
    assert all(line.width <= 300 for line in broad)
    assert len(broad) < len(placed.lines) or float(parsed(circuit, fold=300).get("width")) <= 300


@settings(deadline=None, max_examples=40)
@given(flat())
def test_columns_are_as_wide_as_what_stands_in_them_and_do_not_touch(circuit):
    _, placed = layout(circuit, fold=400)
    for element, column in zip(placed.elements, placed.columns, strict=True):
        assert element.width <= placed.widths[column]
    for line in placed.lines:
        columns = range(line.first, line.last)
        ends = [placed.lefts[column] + placed.widths[column] for column in columns]
        assert all(end < placed.lefts[column + 1] for end, column in zip(ends, columns[:-1], strict=False))


@settings(deadline=None, max_examples=40)
@given(flat())
def test_hostile_names_stay_text(circuit):
    drawn = parsed(circuit)
    known = {"svg", "g", "style", "title", "text", "path", "rect", "circle"}
    assert {one.tag.removeprefix(SVG) for one in drawn.iter()} <= known


def test_names_of_registers_are_escaped_and_shortened():
    circuit = QuantumCircuit(QuantumRegister(1, "<script>alert(1)</script>"), ClassicalRegister(1, "a&b"))
    found = texts(circuit)
    assert found == ["<script>alert(1)</scr…", "a&b"]
    assert "<script>alert(1)</script>[0]" in titles(circuit)


def test_teleportation_shows_conditions_as_classical_controls():
    circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(1, "a"), ClassicalRegister(1, "b"))
    circuit.measure([0, 1], [0, 1])
    with circuit.if_test((circuit.clbits[0], 0)):
        circuit.x(2)
    with circuit.if_test((circuit.cregs[1], 1)):
        circuit.z(2)
    _, placed = layout(circuit)
    assert [one.kind for one in placed.elements] == ["measure", "measure", "gate", "gate"]
    assert [one.reads for one in placed.elements[2:]] == [((3, "0", False),), ((4, "= 1", True),)]
    assert titles(circuit)[2:] == ["X on q[2] if a[0] = 0", "Z on q[2] if b = 1"]
    assert "shown are" not in circuit_svg(circuit)


@pytest.mark.parametrize(
    ("gate", "shape", "controls"),
    [
        (MCXGate(3, ctrl_state=0b101), "plus", ((0, True), (1, False), (2, True))),
        (ZGate().control(2, ctrl_state=0), "dot", ((0, False), (1, False))),
        (SwapGate().control(1, ctrl_state=0), "swap", ((0, False),)),
        (UnitaryGate(np.eye(4)).control(1), "box", ((0, True),)),
        (AnnotatedOperation(XGate(), [ControlModifier(2, 1)]), "plus", ((0, True), (1, False))),
        (AnnotatedOperation(HGate(), [InverseModifier(), ControlModifier(1, 0)]), "box", ((0, False),)),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_controls_are_hollow_where_they_ask_for_zero(gate, shape, controls):
    circuit = QuantumCircuit(gate.num_qubits)
    circuit.append(gate, range(gate.num_qubits))
    (element,) = layout(circuit)[1].elements
    assert (element.shape, element.controls) == (shape, controls)
    hollow = [one for one in parsed(circuit).iter(f"{SVG}circle") if one.get("fill") == "none"]
    assert len(hollow) == sum(not closed for _, closed in controls)


def test_parameters_are_short_in_the_box_and_full_in_the_title():
    circuit = QuantumCircuit(2)
    circuit.rx(np.pi / 2, 0)
    circuit.u(3 * np.pi / 4, 0.123456, Parameter("λ"), 1)
    circuit.ry(2 * Parameter("θ") + np.pi / 8, 0)
    circuit.append(CUGate(0.5, 0.25, -np.pi, 1.5), [0, 1])
    circuit.delay(100, 1, unit="ns")
    found = texts(circuit)
    assert {"π/2", "3π/4, 0.123, λ", "π/8 + 2·θ", "0.5, 0.25, -π, 1.5", "100 ns"} <= set(found)
    assert "U(0.5, 0.25, -π, 1.5) on q[1] where q[0] = 1" in titles(circuit)


def test_a_box_numbers_its_qubits_in_the_order_of_the_gate():
    circuit = QuantumCircuit(4)
    circuit.append(Gate("oracle", 3, [0.5], label="f"), [2, 0, 3])
    (element,) = layout(circuit)[1].elements
    assert (element.rows, element.indices, element.label) == ((2, 0, 3), ("0", "1", "2"), "f")


def test_blocks_carry_their_conditions():
    circuit = QuantumCircuit(QuantumRegister(2, "q"), ClassicalRegister(2, "c"))
    both = expr.logic_and(circuit.clbits[0], expr.logic_not(circuit.clbits[1]))
    with circuit.if_test(both) as otherwise:
        circuit.h(0)
        circuit.cx(0, 1)
    with otherwise:
        circuit.x(0)
    with circuit.while_loop((circuit.cregs[0], 2)):
        circuit.x(1)
    with circuit.for_loop(range(3), Parameter("k")):
        circuit.h(0)
    with circuit.for_loop((4, 7)):
        circuit.break_loop()
    with circuit.switch(circuit.cregs[0]) as case:
        with case(0, 3):
            circuit.x(0)
        with case(case.DEFAULT):
            circuit.h(0)
    with circuit.box(label="round"):
        circuit.h(0)
    heads = [(one.label, one.detail) for one in layout(circuit)[1].elements if one.kind in {"open", "part"}]
    assert heads == [
        ("if", "c[0] and not c[1]"),
        ("else", ""),
        ("while", "c = 2"),
        ("for", "k in range(0, 3)"),
        ("for", "2 times"),
        ("switch c", "case 0, 3"),
        ("case", "default"),
        ("round", ""),
    ]


def test_bits_of_a_block_written_by_hand_are_those_it_is_put_on():
    body = QuantumCircuit(2, 1)
    body.h(1)
    body.measure(1, 0)
    circuit = QuantumCircuit(3, 2)
    circuit.if_else((circuit.clbits[0], 1), body, None, [2, 0], [1])
    wires, placed = layout(circuit)
    measured = next(one for one in placed.elements if one.kind == "measure")
    assert measured.rows == (wires.row(circuit.qubits[0]),) and measured.reads[0][1] == "1"


def test_a_variable_is_shown_with_what_it_is_set_to():
    circuit = QuantumCircuit(2, 1)
    flag = circuit.add_var("flag", expr.lift(circuit.clbits[0]))
    circuit.store(flag, expr.logic_not(flag))
    assert {"flag = c[0]", "flag = not flag"} <= set(texts(circuit))


def test_gates_with_ancillas_are_boxes_that_touch_them():
    circuit = QuantumCircuit(5)
    chained = ControlledGate("chained", 5, [], num_ctrl_qubits=3, base_gate=XGate())
    circuit.append(chained, [4, 1, 2, 3, 0])
    (element,) = layout(circuit)[1].elements
    assert (element.shape, element.rows, element.label) == ("box", (4, 1, 2, 3, 0), "chained")


def test_a_condition_ends_at_the_edge_of_what_it_decides_about():
    circuit = QuantumCircuit(QuantumRegister(2, "q"), ClassicalRegister(1, "c"))
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.cx(0, 1)
    target = next(one for one in parsed(circuit).iter(f"{SVG}circle") if one.get("r") == "9")
    double = next(
        one.get("d") for one in parsed(circuit).iter(f"{SVG}path") if (one.get("d") or "").count("V") == 2
    )
    assert float(double.split()[1].split("V")[0]) == float(target.get("cy")) + 9


def test_measurements_can_be_left_out():
    circuit = QuantumCircuit(2, 2)
    circuit.h(0)
    circuit.measure([0, 1], [0, 1])
    assert texts(circuit, measured=False) == ["q[0]", "q[1]", "H"]
    assert "c" in texts(circuit)


def test_global_phase_is_said():
    circuit = QuantumCircuit(1, global_phase=np.pi / 4)
    assert "global phase π/4" in texts(circuit)
    assert not any("phase" in (text or "") for text in texts(QuantumCircuit(1)))


def test_very_large_circuits_are_cut_and_say_so():
    wide, long = QuantumCircuit(150), QuantumCircuit(1)
    for at in range(149):
        wide.cx(at, at + 1)
    for _ in range(2500):
        long.h(0)
    assert "… shown are 100 of 149 operations and 100 of 150 qubits." in texts(wide)
    assert "… 50 more" in texts(wide)
    assert "… shown are 2,000 of 2,500 operations and 1 of 1 qubits." in texts(long)


@pytest.mark.parametrize("circuit", [QuantumCircuit(), QuantumCircuit(1), QuantumCircuit(0, 2)])
def test_empty_circuits_are_drawn(circuit):
    assert parsed(circuit).get("role") == "img"


def test_a_negative_fold_is_refused():
    with pytest.raises(BadInput, match="width in pixels, not -1"):
        circuit_svg(QuantumCircuit(1), fold=-1)

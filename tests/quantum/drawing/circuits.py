"""Circuits that hypothesis makes up."""

from __future__ import annotations

from hypothesis import strategies as st
from qiskit import QuantumCircuit
from qiskit.circuit import Gate, Parameter
from qiskit.circuit.library import MCXGate, RZZGate, SwapGate, UGate, XGate, ZGate

HOSTILE = st.text(st.sampled_from("<>&\"'λ\U0001f40d]]> \n\x00\x1b"), min_size=1, max_size=8)
GATES = st.sampled_from(
    [
        XGate(),
        UGate(0.1, 0.2, 0.3),
        XGate().control(1),
        ZGate().control(2, ctrl_state=1),
        SwapGate(),
        SwapGate().control(1, ctrl_state=0),
        RZZGate(Parameter("θ")),
        RZZGate(0.5).control(2),
        MCXGate(3, ctrl_state=5),
    ]
)


@st.composite
def flat(draw, most: int = 18) -> QuantumCircuit:
    """A circuit without control flow."""
    circuit = QuantumCircuit(draw(st.integers(1, 6)), 3)
    for _ in range(draw(st.integers(0, most))):
        _add(draw, circuit)
    return circuit


@st.composite
def nested(draw) -> QuantumCircuit:
    """A circuit with blocks in blocks."""
    circuit = QuantumCircuit(draw(st.integers(2, 5)), 3)
    _fill(draw, circuit, 2)
    return circuit


def _fill(draw, circuit: QuantumCircuit, depth: int) -> None:
    for _ in range(draw(st.integers(1, 4))):
        if depth and draw(st.booleans()):
            bit = draw(st.integers(0, 2))
            with circuit.if_test((circuit.clbits[bit], 1)) as otherwise:
                _fill(draw, circuit, depth - 1)
            if draw(st.booleans()):
                with otherwise:
                    _fill(draw, circuit, depth - 1)
        else:
            _add(draw, circuit)


def _add(draw, circuit: QuantumCircuit) -> None:
    order = draw(st.permutations(range(circuit.num_qubits)))
    kind = draw(st.sampled_from(["gate", "gate", "gate", "measure", "barrier", "custom", "reset"]))
    if kind == "measure":
        circuit.measure(order[0], draw(st.integers(0, 2)))
    elif kind == "barrier":
        circuit.barrier(order[: draw(st.integers(1, len(order)))])
    elif kind == "reset":
        circuit.reset(order[0])
    elif kind == "custom":
        size = draw(st.integers(1, len(order)))
        circuit.append(Gate(draw(HOSTILE), size, [], label=draw(HOSTILE)), order[:size])
    else:
        gate = draw(GATES)
        if gate.num_qubits <= len(order):
            circuit.append(gate, order[: gate.num_qubits])

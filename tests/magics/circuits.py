"""Circuits for the tests of magics, and the cells that build them."""

from __future__ import annotations

HEAD = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n'
BELL = f"{HEAD}qubit[2] q;\nbit[2] c;\nh q[0];\ncx q[0], q[1];\nc = measure q;\n"
OLD = 'OPENQASM 2.0;\ninclude "qelib1.inc";\n'
TURN = f"{HEAD}input float theta;\nqubit[2] q;\nrx(theta) q[0];\ncx q[0], q[1];\n"
WIDE = f"{OLD}qreg q[40];\nh q;\n" + "".join(
    f"rx(0.{at + 1}) q[{at}];\ncx q[{at}],q[{39 - at}];\n" for at in range(20)
)
CIRQ = """import cirq
pair = cirq.LineQubit.range(2)
bell = cirq.Circuit(cirq.X(pair[0]), cirq.measure(*pair, key="m"))
"""
PENNYLANE = """import pennylane as qml

@qml.qnode(qml.device("default.qubit", wires=1))
def turned():
    qml.RX(0.5, wires=0)
    return qml.expval(qml.Z(0))
"""
BRAKET = "from braket.circuits import Circuit\nCircuit().x(0).cnot(0, 1)"
QISKIT = "from qiskit import QuantumCircuit\nqc = QuantumCircuit(2)\nqc.x(1)\nqc.measure_all()"

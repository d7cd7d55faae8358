from __future__ import annotations

import pytest

from workbench.quantum.loading import load
from workbench.quantum.lowering import lower

OWN = """OPENQASM 2.0;
include "qelib1.inc";
gate first a { x a; }
gate second a { h a; }
qreg q[1];
first q[0];
second q[0];
"""


@pytest.mark.parametrize("copies", [0, 1, 2])
def test_gates_of_a_program_stay_apart_in_copies_of_its_circuit(copies: int) -> None:
    circuit = load(OWN).circuit
    for _ in range(copies):
        circuit = circuit.copy()
    assert [op.name for op in lower(circuit).ops] == ["x", "h"]

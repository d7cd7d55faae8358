"""Programs that are short to write and endless to do."""

from __future__ import annotations

import pytest

from workbench.errors import BadInput
from workbench.quantum.loading import load
from workbench.quantum.lowering import lower

HEAD = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n'


def nested(levels: int) -> str:
    gates = [f"gate g{at} a {{ g{at - 1} a; g{at - 1} a; }}" for at in range(1, levels + 1)]
    return "\n".join(
        ['OPENQASM 2.0;\ninclude "qelib1.inc";\ngate g0 a { x a; }', *gates, f"qreg q[1];\ng{levels} q[0];"]
    )


def test_gates_of_gates_are_opened_once_each() -> None:
    lowered = lower(load(nested(12)).circuit)
    assert [op.name for op in lowered.ops] == ["x"] * 2**12


@pytest.mark.parametrize(
    "text",
    [
        nested(60),
        HEAD + "qubit[1] q;\nfor int i in [0:1000000000] { }\n",
        HEAD + "qubit[1] q;\nfor int i in [0:1000] { for int j in [0:1000000] { x q[0]; } }\n",
    ],
    ids=["gates", "empty", "loops"],
)
def test_what_would_fill_the_memory_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="more than 1,000,000 operations"):
        lower(load(text).circuit)


@pytest.mark.parametrize(
    "text",
    [
        "OPENQASM 2.0;\nqreg q[30000000];\n",
        "OPENQASM 2.0;\nqreg q[1];\ncreg c[99999999999];\n",
        HEAD + "qubit[30000000] q;\n",
        HEAD + "qubit[1000 * 1000 * 1000] q;\n",
        HEAD + "qubit q;\nbit[400 * 1000] c;\n",
        HEAD + "qreg q[0x10000000];\n",
    ],
)
def test_registers_have_a_size_that_fits(text: str) -> None:
    with pytest.raises(BadInput, match="at most 100,000") as caught:
        load(text)
    assert caught.value.details["line"] in {2, 3, 4}


def test_a_gate_has_no_more_controls_than_there_are_qubits() -> None:
    with pytest.raises(BadInput, match="no 1,000,000,000 qubits"):
        load(HEAD + "qubit[2] q;\nctrl(1000000000) @ x q[0], q[1];\n")

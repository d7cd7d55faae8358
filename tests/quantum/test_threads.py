from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import threading
from workbench.quantum.{module} import {name}
from workbench.quantum.loading import load

BELL = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; h q[0]; cx q[0], q[1];'
EMPTY = {empty}


def first():
    {name}({given})


for work in (first, *[lambda: load(BELL)] * 5):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
print(load(BELL).circuit.size())
"""
CASES = [
    {"module": "loading", "name": "load", "given": "BELL", "empty": None},
    {"module": "canonical", "name": "from_json", "given": "EMPTY"},
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_first_circuit_of_a_process_may_be_made_in_a_thread_that_ends(case: dict[str, object]) -> None:
    if "empty" not in case:
        from qiskit import QuantumCircuit

        from workbench.quantum.canonical import to_json

        case = {**case, "empty": to_json(QuantumCircuit(1))}
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(**case)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stdout.strip()) == (0, "2"), ran.stderr

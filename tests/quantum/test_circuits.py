"""Our own set of circuits on every engine, against probabilities of two independent simulators."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from workbench.errors import BadInput
from workbench.quantum.agreement import compare
from workbench.quantum.backends import Engines
from workbench.quantum.execution import Asked, execute
from workbench.quantum.loading import load
from workbench.quantum.lowering import lower
from workbench.settings import load_settings

FOLDER = Path(__file__).parents[2] / "data/circuits"
EXPECTED = json.loads((Path(__file__).parent / "probabilities.json").read_text())
ENGINES = ("aer", "braket", "cirq", "lightning", "pennylane", "qiskit", "qsim", "stim")
BOUND = {"single": 5e-6, "double": 1e-9}
# Wider than what these do in a second or two.
MOST = {"braket": 10, "cirq": 14, "pennylane": 12, "qiskit": 12}


@pytest.fixture(scope="module")
def engines() -> Engines:
    return Engines(load_settings())


def test_the_set_is_whole() -> None:
    assert {path.stem for path in FOLDER.glob("*.qasm")} == set(EXPECTED)
    assert len(EXPECTED) >= 24


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_engine_is_within_its_bound(engines: Engines, name: str) -> None:
    program = load(FOLDER / f"{name}.qasm")
    lowered = lower(program.circuit, program.lines)
    ran = []
    for engine in ENGINES:
        if lowered.qubits > MOST.get(engine, 16):
            continue
        try:
            answer = execute(engines.get(engine), lowered, Asked(None, 1))
        except BadInput as error:
            assert engine == "stim", error  # noqa: PT017 - what refuses is named
            continue
        if answer.distribution is None:
            continue
        keys, weights = answer.distribution.exact()
        found = dict(zip(("".join(map(str, row)) for row in keys.tolist()), weights.tolist(), strict=True))
        expected = EXPECTED[name]
        distance = sum(
            abs(found.get(key, 0) - expected.get(key, 0)) for key in found.keys() | expected.keys()
        )
        assert distance / 2 < BOUND[answer.precision], engine
        ran.append(engine)
    assert {"aer", "lightning", "qsim"} <= set(ran)


BENCH = os.environ.get("WORKBENCH_TEST_QASMBENCH")


@pytest.mark.slow
@pytest.mark.skipif(not BENCH, reason="WORKBENCH_TEST_QASMBENCH names no folder with QASMBench")
@pytest.mark.parametrize(
    "path", sorted(Path(BENCH).rglob("*.qasm")) if BENCH else [], ids=lambda path: path.stem
)
def test_qasmbench(engines: Engines, path: Path) -> None:
    """Every file loads, and the engines agree on those that are small enough."""
    program = load(path)
    lowered = lower(program.circuit, program.lines)
    if lowered.qubits > 16:
        pytest.skip(f"{lowered.qubits} qubits")
    found = compare(lowered, Asked(None, 1), ["aer", "lightning", "qsim", "stim"], engines)
    assert found.agree, found
    assert len(found.engines) >= 3

"""Circuits: ``auto`` beside every engine, sweeps beside the naive loop, memory beside the fastest alone.

Single engines are timed twice: through the workbench (``on=NAME``), and bare, as their own guides
show it. Each figure is the best of several rounds taken in turn, seconds on the wall.
"""

from __future__ import annotations

import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter

from benchmarks.report import tell
from tests.quantum.conformance import ghz, teleported
from workbench.errors import WorkbenchError
from workbench.settings import load_settings
from workbench.studio import Studio

DEPTH = 20
ENOUGH = 5.0
"""Seconds after which a call is not timed again."""
ROWS = ("auto", "aer", "cirq", "lightning", "pennylane", "qiskit", "qsim", "stim", "bare aer", "bare qsim")
NAIVE = {6: 20, 12: 10}
"""Points that the naive loop is timed on; the rest are as many again."""
BELL = """%%circuit --shots 1024 --seed 1
OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[2];
h q[0];
cx q[0], q[1];
measure q -> c;
"""


def random_circuit(qubits: int) -> QuantumCircuit:
    """Layers of random single-qubit gates and neighbouring CX gates, all measured."""
    rng = np.random.default_rng(qubits)
    circuit = QuantumCircuit(qubits, qubits)
    for layer in range(DEPTH):
        for qubit in range(qubits):
            circuit.u(*rng.uniform(0, 2 * math.pi, 3), qubit)
        for low in range(layer % 2, qubits - 1, 2):
            circuit.cx(low, low + 1)
    circuit.measure(range(qubits), range(qubits))
    return circuit


def fourier(qubits: int) -> QuantumCircuit:
    """A Fourier transform of a product state, all measured."""
    circuit = QuantumCircuit(qubits, qubits)
    for qubit in range(qubits):
        circuit.ry(0.1 * (qubit + 1), qubit)
    for high in reversed(range(qubits)):
        circuit.h(high)
        for low in reversed(range(high)):
            circuit.cp(math.pi / 2 ** (high - low), low, high)
    for low in range(qubits // 2):
        circuit.swap(low, qubits - 1 - low)
    circuit.measure(range(qubits), range(qubits))
    return circuit


def qaoa(qubits: int) -> tuple[QuantumCircuit, str]:
    """Two layers on a ring, and the cost that they are to lower."""
    gammas, betas = ([Parameter(f"{name}{layer}") for layer in range(2)] for name in ("gamma", "beta"))
    circuit = QuantumCircuit(qubits)
    circuit.h(range(qubits))
    edges = [(at, (at + 1) % qubits) for at in range(qubits)]
    for gamma, beta in zip(gammas, betas, strict=True):
        for low, high in edges:
            circuit.rzz(2 * gamma, low, high)
        for qubit in range(qubits):
            circuit.rx(2 * beta, qubit)
    return circuit, " + ".join(f"Z{low}*Z{high}" for low, high in edges)


def in_turn(calls: dict[str, Callable[[], Any]], rounds: int = 30) -> dict[str, float]:
    """Return the least seconds of each call, one of each in every round; what is slow is called less."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    names = list(calls)
    for turn in range(rounds):
        # another one comes first each time, for the first one comes after the slowest
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            if len(times[name]) > 1 and sum(times[name]) > ENOUGH:
                continue
            start = time.perf_counter()
            calls[name]()
            times[name].append(time.perf_counter() - start)
    return {name: min(found) for name, found in times.items()}


def bare_engines(circuit: QuantumCircuit, shots: int) -> dict[str, Callable[[], Any]]:
    """Return each engine used as its own guide shows it, on a circuit made for it beforehand."""
    import cirq
    import qsimcirq
    from qiskit import transpile
    from qiskit_aer import AerSimulator

    from workbench.quantum.emit.cirq import to_cirq
    from workbench.quantum.lowering import lower

    lowered = lower(circuit)
    simulator = AerSimulator()
    calls: dict[str, Callable[[], Any]] = {
        "aer": lambda: simulator.run(transpile(circuit, simulator), shots=shots).result().get_counts()
    }
    if not lowered.dynamic:
        made = to_cirq(lowered.unmeasured())
        made.append(cirq.measure(*cirq.LineQubit.range(lowered.qubits), key="c"))
        fast = qsimcirq.QSimSimulator(qsimcirq.QSimOptions(cpu_threads=2))
        calls["qsim"] = lambda: fast.run(made, repetitions=shots)
    return calls


def engines_row(
    studio: Studio, what: str, circuit: QuantumCircuit, shots: int, names: list[str]
) -> tuple[dict[str, Any], dict[str, float]]:
    """Time ``auto`` and every engine on one circuit; return the comparison, and the time of each."""
    run = studio.quantum.run
    calls: dict[str, Callable[[], Any]] = {
        "auto": lambda: run(circuit, shots=shots, seed=1),
        **{name: lambda name=name: run(circuit, name, shots, seed=1) for name in names},
    }
    calls |= {f"bare {name}": call for name, call in bare_engines(circuit, shots).items() if name in names}
    for name, call in list(calls.items()):
        try:
            call()
        except (WorkbenchError, ValueError) as error:
            print(f"{what}: {name} left out: {error}", file=sys.stderr)
            del calls[name]
    times = in_turn(calls)
    single = {name: seconds for name, seconds in times.items() if name != "auto"}
    fastest = min(single, key=single.__getitem__)
    row = {
        "what": what,
        "auto s": times["auto"],
        "fastest single": fastest,
        "fastest s": single[fastest],
        "ratio": times["auto"] / single[fastest],
        "limit": 1.15,
    }
    return row, times


def naive(qubits: int, points: np.ndarray) -> None:
    """Rebuild, transpile and run the circuit at each point, as a first notebook does."""
    from qiskit import transpile
    from qiskit.quantum_info import SparsePauliOp
    from qiskit_aer import AerSimulator

    simulator = AerSimulator()
    cost = SparsePauliOp.from_sparse_list(
        [("ZZ", [at, (at + 1) % qubits], 1.0) for at in range(qubits)], qubits
    )
    for row in points:
        circuit, _ = qaoa(qubits)
        bound = circuit.assign_parameters(dict(zip(circuit.parameters, row, strict=True)))
        bound.save_expectation_value(cost, range(qubits))
        simulator.run(transpile(bound, simulator), shots=1).result()


def sweep_row(studio: Studio, qubits: int, count: int, least: float) -> dict[str, Any]:
    """Time a sweep beside the naive loop."""
    circuit, cost = qaoa(qubits)
    names = [parameter.name for parameter in circuit.parameters]
    values = np.random.default_rng(1).uniform(0, math.pi, (count, len(names)))
    points = dict(zip(names, values.T, strict=True))
    calls: dict[str, Callable[[], Any]] = {
        name: lambda name=name: studio.quantum.run(circuit, name, sweep=points, observables=cost)
        for name in ("auto", "aer", "pennylane")
    }
    for call in calls.values():
        call()
    single = in_turn(calls)
    ours = single.pop("auto")
    naive(qubits, values[:1])
    loop = in_turn({"": lambda: naive(qubits, values[: NAIVE[qubits]])}, 2)[""] / NAIVE[qubits] * count
    fastest = min(single, key=single.__getitem__)
    return {
        "what": f"QAOA, {qubits} qubits, {count:,} points",
        "auto s": ours,
        "naive loop s": loop,
        "times faster": loop / ours,
        "limit": least,
        "fastest single": fastest,
        "ratio": ours / single[fastest],
    }


def bell_row() -> dict[str, Any]:
    """Time a Bell pair through the cell magic in a real kernel, Run recorded."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")
    code = f"""
%load_ext workbench
import time
from IPython import get_ipython
cell = {BELL.partition(chr(10))[2]!r}
times = []
for number in range(60):
    start = time.perf_counter()
    get_ipython().run_cell_magic("circuit", "--shots 1024 --seed " + str(number), cell)
    times.append(time.perf_counter() - start)
import json
print("TIMES", json.dumps(times[10:]))
"""
    lines: list[str] = []
    try:
        client.execute_interactive(
            code, timeout=120, output_hook=lambda message: lines.append(message["content"].get("text", ""))
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    import json

    (told,) = [line for text in lines for line in text.splitlines() if line.startswith("TIMES")]
    times = json.loads(told.partition(" ")[2])
    return {
        "what": "Bell pair through %%circuit, ms",
        "median": statistics.median(times) * 1e3,
        "worst": max(times) * 1e3,
        "limit": 25,
    }


MEMORY = """
import re, sys
sys.path.insert(0, ".")
from benchmarks.circuits import random_circuit, bare_engines
circuit = random_circuit({qubits})
if {ours}:
    import tempfile
    from workbench.settings import load_settings
    from workbench.studio import Studio
    studio = Studio(load_settings(workbench_home=tempfile.mkdtemp()))
    studio.quantum.run(circuit, shots=1024, seed=1)
else:
    bare_engines(circuit, 1024)["qsim"]()
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""


def memory_row(qubits: int) -> dict[str, Any]:
    """Compare peak memory with qsim alone, each in a process of its own."""
    peaks = [
        int(subprocess.run(
            [sys.executable, "-W", "ignore", "-c", MEMORY.format(qubits=qubits, ours=ours)],
            check=True, capture_output=True, text=True,
        ).stdout.split()[-1]) / 1024
        for ours in (True, False)
    ]  # fmt: skip
    return {
        "what": f"{qubits} random qubits, peak MiB",
        "workbench": peaks[0],
        "qsim alone": peaks[1],
        "ratio": peaks[0] / peaks[1],
        "limit": 1.2,
    }


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as home:
        studio = Studio(load_settings(workbench_home=home))
        dense = ["aer", "lightning", "qsim"]
        rows = [
            engines_row(studio, "random 20, 1,024 shots", random_circuit(20), 1024, [*dense, "cirq"]),
            engines_row(studio, "random 22, 1,024 shots", random_circuit(22), 1024, dense),
            engines_row(studio, "random 24, 1,024 shots", random_circuit(24), 1024, ["aer", "qsim"]),
            engines_row(
                studio, "QFT-18, 1,000,000 shots", fourier(18), 1_000_000, [*dense, "pennylane", "cirq"]
            ),
            engines_row(studio, "GHZ-1000, 1,024 shots", ghz(1000), 1024, ["stim"]),
            engines_row(
                studio, "teleportation, 10,000 shots", teleported(), 10_000,
                ["aer", "cirq", "lightning", "pennylane", "qiskit", "qsim"],
            ),
        ]  # fmt: skip
        tell("circuits", "auto beside the fastest single engine, seconds", [row for row, _ in rows])
        engines = [
            {"what": name} | {row["what"].partition(",")[0]: times.get(name, "") for row, times in rows}
            for name in ROWS
        ]
        tell("circuit-engines", "every engine, seconds", engines)
        sweeps = [sweep_row(studio, 6, 1000, 300), sweep_row(studio, 12, 200, 40)]
        studio.close()
    tell("sweeps", "A sweep beside the naive loop, seconds", sweeps)
    tell("bell", "A Bell pair in a warm kernel", [bell_row()])
    tell("circuit-memory", "Peak memory", [memory_row(24)])


if __name__ == "__main__":
    main()

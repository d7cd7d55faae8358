"""``%circuit`` and ``%%circuit`` in a real kernel, on the engines that are installed."""

from __future__ import annotations

import ast

import pytest

from tests.magics.circuits import BELL, BRAKET, CIRQ, HEAD, OLD, PENNYLANE, QISKIT, TURN, WIDE
from tests.magics.kernel import Kernel

# Qiskit and its like load in seconds.
pytestmark = pytest.mark.slow


def values(kernel: Kernel, expression: str) -> object:
    return ast.literal_eval(kernel.value(f"repr({expression})"))


def test_a_bell_pair_shows_its_circuit_its_counts_and_its_run(kernel: Kernel):
    cell = kernel.ok(f"%%circuit --seed 7 --shots 1000 --name bell --tag demo --as bell\n{BELL}")
    assert len(cell.outputs) == 1
    assert cell.stdout == ""
    assert "<svg" in cell.html
    assert "<script" not in cell.html
    assert "c[0] c[1]" in cell.text
    assert "1,000 shots" in cell.text
    counts = values(kernel, "bell.counts")
    assert set(counts) == {"00", "11"}
    assert sum(counts.values()) == 1000
    assert values(kernel, "(bell.run.kind, bell.run.name, bell.run.tags)") == ("circuit", "bell", ("demo",))
    assert kernel.value("bell.run_id") in cell.text
    kernel.ok(f"%%circuit --seed 7 --shots 1_000 --on aer --as again\n{BELL}")
    assert values(kernel, "again.counts") == counts


@pytest.mark.parametrize(
    ("cell", "dialect", "said", "keys"),
    [
        (BELL, "qasm3", "", {"00", "11"}),
        (f"{OLD}qreg q[2];\ncreg c[2];\nx q[0];\nmeasure q -> c;", "qasm2", "", {"10"}),
        (f"// no version\n{BELL.partition(';')[2]}", "qasm3", "", {"00", "11"}),
        (QISKIT, "qiskit", "The circuit is qc.\n", {"01"}),
        (CIRQ, "cirq", "The circuit is bell.\n", {"10"}),
        (PENNYLANE, "pennylane", "The circuit is turned.\n", {"0", "1"}),
        (BRAKET, "braket", "The circuit is the value of the last line.\n", {"11"}),
    ],
    ids=["qasm3", "qasm2", "unversioned", "qiskit", "cirq", "pennylane", "braket"],
)
def test_a_cell_is_whatever_it_is_written_in(
    kernel: Kernel, cell: str, dialect: str, said: str, keys: set[str]
):
    shown = kernel.ok(f"%%circuit --as found\n{cell}")
    assert shown.stdout == said
    assert kernel.value("found.meta['dialect']") == dialect
    assert set(values(kernel, "list(found.counts)")) == keys


def test_python_says_which_of_its_circuits_is_meant(kernel: Kernel):
    two = "from qiskit import QuantumCircuit\none = QuantumCircuit(1)\ntwo = QuantumCircuit(2)"
    many = kernel.run(f"%%circuit\n{two}")
    assert "several circuits: one, two" in many.evalue
    assert kernel.ok(f"%%circuit --of two --as found\n{two}").stdout == "The circuit is two.\n"
    assert kernel.value("found.bits") == "('q[0]', 'q[1]')"
    assert kernel.ok(f"%%circuit\n{two}\none").stdout == "The circuit is one.\n"
    # What was there before the cell is not what the cell builds.
    assert "builds no circuit" in kernel.run("%%circuit\nthree = two.num_qubits").evalue
    assert "--of three" in kernel.run("%%circuit --of three\nthree = 3\ndel three").evalue
    failed = kernel.run("%%circuit\n1 / 0")
    assert (failed.ename, failed.errors) == ("ZeroDivisionError", 1)


def test_a_circuit_of_the_notebook_is_named(kernel: Kernel, tmp_path):
    kernel.ok(f"{QISKIT}\nprograms = {{'bell': {BELL!r}}}")
    kernel.ok("%circuit qc --shots exact --as found")
    assert values(kernel, "(found.counts, list(found.probabilities))") == (None, ["01"])
    kernel.ok("%circuit {programs['bell']} --as found")
    assert values(kernel, "set(found.counts)") == {"00", "11"}
    kernel.ok("%circuit --shots 1e3 {qc.copy()} --as found")
    assert values(kernel, "found.counts") == {"01": 1000}
    path = tmp_path / "bell.qasm"
    path.write_text(BELL)
    assert "c[0] c[1]" in kernel.ok(f"%circuit {path}").text


def test_parameters_take_values_and_ranges(kernel: Kernel):
    kernel.ok(f"import numpy as np\nturn = {TURN!r}\nstep = np.pi / 4")
    kernel.ok("%circuit turn --bind theta=pi/3 --observe ZI --as one")
    assert values(kernel, "one.expval[0].value") == pytest.approx(0.5, abs=1e-12)
    kernel.ok("%circuit turn --bind theta={2 * step} --observe 'Z0; Z1' --as one")
    assert values(kernel, "[e.observable for e in one.expval]") == ["Z0", "Z1"]
    swept = kernel.ok(
        "%circuit turn --sweep theta=0:2*step:3 --observe ZI --observe both={'Z0 Z1'} --as many"
    )
    assert "theta" in swept.text
    assert values(kernel, "list(many.sweep.columns)") == ["theta", "ZI", "both"]
    assert values(kernel, "many.sweep.ZI.round(12).tolist()") == pytest.approx([1, 2**-0.5, 0])
    kernel.ok("%circuit turn --sweep theta={np.array([0.0, step])} --observe ZI --as many")
    assert values(kernel, "len(many.sweep)") == 2
    kernel.ok("import pandas as pd\ntable = pd.DataFrame({'theta': [0.1, 0.2]})\nH = {'energy': 'ZZ'}")
    kernel.ok("%circuit turn --sweep @table --observe @H --as many")
    assert values(kernel, "list(many.sweep.columns)") == ["theta", "energy"]
    two = TURN.replace("input float theta;", "input float theta;\ninput float phi;").replace(
        "cx", "rx(phi) q[1];\ncx"
    )
    kernel.ok(f"%%circuit --sweep theta=0:1:3 --sweep phi=0:1:2 --observe ZZ --as many\n{two}")
    assert values(kernel, "many.sweep[['theta', 'phi']].values.tolist()") == [
        [theta, phi] for theta in (0, 0.5, 1) for phi in (0, 1)
    ]


def test_engines_are_compared(kernel: Kernel):
    cell = kernel.ok(f"%%circuit --compare aer,cirq --on qiskit --as found\n{BELL}")
    assert "qiskit, aer, cirq agree" in cell.text
    assert values(kernel, "found.agreement.engines") == ("qiskit", "aer", "cirq")


def test_a_diagram_alone_runs_nothing(kernel: Kernel):
    count = "len(__import__('workbench').studio().runs.list(kind='circuit'))"
    before = kernel.value(count)
    cell = kernel.ok(f"%%circuit --draw --as drawn\n{TURN}")
    assert "<svg" in cell.html
    assert cell.text == "Circuit in qasm3: 2 qubits, 2 operations, depth 2"
    assert kernel.value("type(drawn).__name__, drawn.num_qubits") == "QuantumCircuit 2"
    assert kernel.value(count) == before


def test_what_measures_nothing_is_shown_as_a_state(kernel: Kernel):
    cell = kernel.ok(f"%%circuit --shots exact --as found\n{HEAD}qubit[2] q;\nh q[1];")
    assert "q[0] q[1]" in cell.text
    assert values(kernel, "found.statevector().round(6).real.tolist()") == [0.707107, 0.707107, 0, 0]


def test_an_interrupt_ends_a_sweep_in_one_sentence(kernel: Kernel):
    sent = kernel.start(f"%%circuit --sweep theta=0:1:100000 --shots 10 --on qiskit\n{TURN}")
    stopped = kernel.finish(sent, kernel.interrupt, holding="Sweep: ")
    assert (stopped.ename, stopped.errors) == ("Cancelled", 1)
    assert "`%runs --status cancelled`" in stopped.evalue
    assert kernel.value("__import__('workbench').studio().runs.list(kind='circuit')[0].status") == "cancelled"
    assert "00" in kernel.ok(f"%%circuit --bind theta=0\n{TURN}").text


def test_strict_replay_gives_the_same_outputs(kernel: Kernel, tmp_path):
    # Of no other test here, so that each is the first of its kind in both kernels.
    ghz = f"{HEAD}qubit[3] q;\nh q[0];\ncx q[0], q[1];\ncx q[1], q[2];\nbit[3] c = measure q;\n"
    cells = [
        f"%%circuit\n{ghz}",
        f"%%circuit --on aer --compare cirq --as found\n{ghz}",
        f"%%circuit --sweep theta=0:1:4 --observe 'ZI; ZZ' --as swept\n{TURN}",
        "swept.sweep",
        f"%%circuit --draw\n{ghz}",
        "%%circuit --as pair\n" + QISKIT.replace("qc.x(1)", "qc.x(1)\nqc.z(0)"),
        "pair.to_frame()",
        f"%%circuit --shots exact\n{WIDE}x q[0];",
    ]

    def run(one: Kernel) -> list[tuple[str, str, list[dict[str, str]]]]:
        done = [one.run(code, f"cell-{at}") for at, code in enumerate(cells)]
        return [(cell.evalue, cell.stdout, cell.outputs) for cell in done]

    before = run(kernel)
    bundle = tmp_path / "runs.zip"
    kernel.ok(f"%runs export {bundle}")
    home = tmp_path / "elsewhere"
    other = Kernel(
        {"WORKBENCH_HOME": str(home), "WORKBENCH_USER": "researcher", "IPYTHONDIR": str(home / "ipython")}
    )
    try:
        other.ok(f"%load_ext workbench\n%runs import {bundle}\n%replay strict")
        after = run(other)
        missed = other.run(f"%%circuit --seed 12345\n{BELL}")
    finally:
        other.close()
    for code, one, two in zip(cells, before, after, strict=True):
        assert one == two, code
    assert missed.ename == "ReplayMiss"


def test_the_tab_key_knows_engines_machines_and_circuits(kernel: Kernel):
    kernel.ok(QISKIT)
    assert {"auto", "aer", "stim", "qsim"} <= set(kernel.complete("%%circuit --on "))
    assert "manila" in kernel.complete("%circuit qc --on fake:man")
    assert kernel.complete("%circuit qc --compare ci") == ["cirq"]
    assert kernel.complete("%circuit --obs") == ["--observe"]
    assert "qc" in kernel.complete("%circuit q")
    assert "QISKIT" not in kernel.complete("%circuit ")
    assert kernel.complete("%qjobs fe") == ["fetch"]
    assert kernel.complete("%runs --kind circuit.j") == ["circuit.job"]
    assert "qiskit_ibm_runtime" not in kernel.value("sorted(__import__('sys').modules)")
    for magic, word in {"%circuit": "--sweep", "%%circuit": "leftmost", "%qjobs": "cancel"}.items():
        assert word in kernel.inspect(magic)


def test_a_job_is_sent_listed_and_fetched(kernel: Kernel, tmp_path):
    sent = kernel.ok(f"%%circuit --on fake:manila --detach --shots 200 --seed 3 --name sent --as job\n{BELL}")
    assert "fake:manila" in sent.text
    run_id = kernel.value("job.run_id")
    table = kernel.ok("%qjobs --as jobs")
    assert run_id in table.text
    assert values(kernel, "jobs.device.tolist()") == ["fake:manila"]
    assert run_id in kernel.complete("%qjobs fetch ")
    fetched = kernel.ok(f"%qjobs fetch {run_id[:24]} --wait --as found")
    assert "<svg" in fetched.html
    assert "200 shots" in fetched.text
    assert values(kernel, "(sum(found.counts.values()), found.bits)") == (200, ("c[0]", "c[1]"))
    assert "finished" in kernel.ok("%qjobs").text
    # What has ended is fetched again without asking anybody.
    assert kernel.ok(f"%qjobs fetch {run_id}").outputs == fetched.outputs
    kernel.ok(f"%%circuit --as plain\n{BELL}")
    assert "no job" in kernel.run("%qjobs cancel {plain.run_id}").evalue
    unmeasured = kernel.run(f"%%circuit --on fake:manila --detach --bind theta=1\n{TURN}")
    assert "measures nothing" in unmeasured.evalue

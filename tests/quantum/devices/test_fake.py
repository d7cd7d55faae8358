"""Virtual devices and their jobs: right bits, honest states, and nothing lost with the process."""

from __future__ import annotations

import fcntl
import io
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager

import pytest

from workbench.errors import BadInput, Cancelled, ProviderFailed
from workbench.quantum.devices import device_providers, find_device
from workbench.quantum.devices.fake import backend_of, simulate
from workbench.quantum.devices.transpiling import fitted, flat
from workbench.quantum.devices.worker import main
from workbench.quantum.jobs import Jobs
from workbench.studio import Studio

qiskit = pytest.importorskip("qiskit")
SHOTS = 4000


@pytest.fixture
def jobs(studio: Studio) -> Jobs:
    return Jobs(studio)


def one_of(qubits, flipped):
    circuit = qiskit.QuantumCircuit(qubits, qubits)
    circuit.x(flipped)
    circuit.measure(range(qubits), range(qubits))
    return circuit


def permuted():
    """Qubit 0 is flipped and read into bit 2 of 3."""
    circuit = qiskit.QuantumCircuit(3, 3)
    circuit.x(0)
    circuit.measure([0, 1, 2], [2, 0, 1])
    return circuit


def registers():
    """Two registers and a bit that is never written: bits are a[0] a[1] b[0] b[1] b[2]."""
    circuit = qiskit.QuantumCircuit(
        qiskit.QuantumRegister(2, "p"), qiskit.ClassicalRegister(2, "a"), qiskit.ClassicalRegister(3, "b")
    )
    circuit.x(1)
    circuit.measure(1, 4)
    circuit.measure(0, 0)
    return circuit


def branching():
    """A measured one flips another qubit: bits 01 become 11."""
    circuit = qiskit.QuantumCircuit(3, 2)
    circuit.x(2)
    circuit.measure(2, 1)
    with circuit.if_test((circuit.clbits[1], 1)):
        circuit.x(0)
    circuit.measure(0, 0)
    return circuit


def bell():
    circuit = qiskit.QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    return circuit


def sampled(circuit, seed):
    """What a job's process does, without the process."""
    made, layout = fitted(flat(circuit), backend_of("manila"), 1, seed)
    program = io.BytesIO()
    qiskit.qpy.dump(made, program)
    counts = simulate("manila", program.getvalue(), shots=SHOTS, seed=seed, clbits=circuit.num_clbits)
    return counts, layout


@pytest.mark.parametrize(
    ("circuit", "word"),
    [
        (one_of(4, 0), "1000"),
        (one_of(4, 2), "0010"),
        (permuted(), "001"),
        (registers(), "00001"),
        (branching(), "11"),
    ],
    ids=["first", "third", "permuted", "registers", "branching"],
)
def test_bit_0_is_leftmost_and_noise_is_there(circuit, word):
    counts, _ = sampled(circuit, 1)
    assert sum(counts.values()) == SHOTS
    assert {len(key) for key in counts} == {len(word)}
    assert max(counts, key=counts.get) == word
    assert 0.8 * SHOTS < counts[word] < SHOTS


def test_a_seed_decides_the_counts():
    (first, place), (again, same), (other, _) = (sampled(bell(), seed) for seed in (7, 7, 8))
    assert (first, place) == (again, same)
    assert first != other
    assert first["00"] + first["11"] > 0.85 * SHOTS
    assert abs(first["00"] - first["11"]) < 0.15 * SHOTS


FETCH = """
import json, sys
from workbench.quantum.jobs import Jobs
from workbench.studio import Studio
studio = Studio()
run = Jobs(studio).result(sys.argv[1], timeout=60)
print(json.dumps(run.output))
"""
SUBMIT = """
import qiskit
from workbench.quantum.jobs import Jobs
from workbench.studio import Studio
circuit = qiskit.QuantumCircuit(2, 2)
circuit.x(1)
circuit.measure([0, 1], [0, 1])
print(Jobs(Studio()).submit(circuit, "fake:manila", shots=100, seed=5).run_id)
"""


def python(code, *words):
    done = subprocess.run(
        [sys.executable, "-c", code, *words], env=os.environ, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_job_outlives_the_process_that_sent_it_and_is_fetched_by_a_fresh_one(jobs: Jobs):
    run_id = python(SUBMIT)
    assert jobs.list().loc[run_id, "state"] == "submitted"
    output = json.loads(python(FETCH, run_id[:22]))
    assert sum(output["counts"].values()) == 100
    assert max(output["counts"], key=output["counts"].get) == "01"
    assert output["meta"]["layout"] == jobs.studio.runs.ticket(run_id)["layout"]
    assert len(output["meta"]["layout"]) == 2
    row = jobs.list().loc[run_id]
    assert (row["state"], row["device"], row["shots"], row["cost_usd"]) == ("finished", "fake:manila", 100, 0)
    assert jobs.studio.runs.verify() == []


def waiting(jobs, folder, name="worker.json"):
    """Wait for a file of the job's folder."""
    end = time.monotonic() + 30
    while not (folder / name).exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    return json.loads((folder / name).read_text())


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def long_job(jobs, home):
    """A job that takes minutes: too many shots of too deep a circuit."""
    circuit = qiskit.QuantumCircuit(5, 5)
    for _ in range(200):
        circuit.h(range(5))
        for at in range(4):
            circuit.cx(at, at + 1)
    circuit.measure(range(5), range(5))
    job = jobs.submit(circuit, "fake:manila", shots=10_000_000, optimization_level=0)
    return job, home / "jobs" / job.run_id


def test_a_killed_worker_is_told_as_failed(jobs: Jobs, home):
    job, folder = long_job(jobs, home)
    pid = int(waiting(jobs, folder)["owner"].rsplit(":", 2)[1])
    assert job.refresh().state == "running"
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(ProviderFailed, match="process ended before the job did"):
        job.result(30)
    assert job.refresh().state == "failed"


def test_a_job_is_cancelled_once_and_stays_so(jobs: Jobs, home):
    job, folder = long_job(jobs, home)
    pid = int(waiting(jobs, folder)["owner"].rsplit(":", 2)[1])
    assert job.cancel().state == "cancelled"
    assert job.cancel().state == "cancelled"
    with pytest.raises(Cancelled):
        job.result(0)
    end = time.monotonic() + 10
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.01)
    assert not alive(pid)


def test_a_worker_that_cannot_do_its_job_says_why(settings, home):
    place = home / "jobs" / "BROKEN"
    place.mkdir(parents=True)
    job = {"provider": "fake", "device": "manila", "shots": 1, "seed": 0, "clbits": 1, "at": 0, "by": "x:1:1"}
    (place / "job.json").write_text(json.dumps(job))
    (place / "program").write_bytes(b"no circuit")
    devices, _ = find_device("fake:manila", settings)
    assert devices.fetch({"token": "BROKEN"}).message.startswith("The worker's process never started")
    assert main(place / "job.json") == 1
    fetched = devices.fetch({"token": "BROKEN"})
    assert fetched.state == "failed"
    assert "Error" in fetched.message
    assert main(place / "job.json") == 0
    assert devices.fetch({"token": "BROKEN"}) == fetched


def test_a_job_that_never_arrived_is_told_so(settings):
    devices, _ = find_device("fake:manila", settings)
    assert devices.fetch({"token": "NOWHERE"}).state == "failed"


def test_every_fake_device_has_a_short_name_and_a_description(settings):
    devices = device_providers(settings)["fake"]
    ids = devices.ids()
    assert len(ids) >= 60
    assert {"manila", "brisbane", "torino"} <= set(ids)
    facts = devices.describe("manila")
    assert facts["qubits"] == 5
    assert [0, 1] in facts["coupling"]
    assert {"cx", "sx", "rz"} <= set(facts["basis"])
    assert facts["calibrated"].startswith("20")
    assert devices.virtual("manila")
    assert devices.noise("manila").noise_instructions


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ("fake:nowhere", "no fake device 'nowhere'"),
        ("nobody:x", "names no device"),
        ("fake", "names no device"),
        ("fake:", "names no device"),
    ],
)
def test_a_device_that_is_none_is_refused(jobs: Jobs, on, words):
    with pytest.raises(BadInput, match=words):
        jobs.submit(bell(), on)


def test_a_circuit_that_no_device_can_run_is_refused_before_anything_starts(jobs: Jobs, home):
    angle = qiskit.circuit.Parameter("theta")
    unbound = qiskit.QuantumCircuit(1, 1)
    unbound.rx(angle, 0)
    unbound.measure(0, 0)
    for circuit, words in (
        (unbound, "not bound: theta"),
        (qiskit.QuantumCircuit(1), "measures nothing"),
        (one_of(6, 0), "6 qubits and fake_manila has 5"),
    ):
        with pytest.raises(BadInput, match=words):
            jobs.submit(circuit, "fake:manila")
    for shots in (0, -1, 1.5, True):
        with pytest.raises(BadInput, match="shots is"):
            jobs.submit(bell(), "fake:manila", shots=shots)
    with pytest.raises(BadInput, match="optimization_level is 7"):
        jobs.submit(bell(), "fake:manila", optimization_level=7)
    assert not (home / "jobs").exists()


@contextmanager
def all_turns(home):
    """Keep every processor busy, as far as virtual devices are told."""
    (home / "jobs").mkdir(parents=True)
    with ExitStack() as held:
        for number in range(os.cpu_count() or 1):
            file = held.enter_context((home / "jobs" / f".turn-{number}").open("ab"))
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def test_the_same_job_is_not_sent_twice_in_cache(jobs: Jobs, home):
    with all_turns(home):
        first = jobs.submit(bell(), "fake:manila", shots=50)
        waiting(jobs, home / "jobs" / first.run_id, "spawned.json")
        assert first.refresh().state == "queued"
        with pytest.raises(BadInput, match="has not ended yet"):
            first.result(0)
    jobs.studio.runs.begin_execution()
    with jobs.studio.runs.replay("cache"):
        assert jobs.submit(bell(), "fake:manila", shots=50).run_id == first.run_id
    first.result(60)
    jobs.studio.runs.begin_execution()
    with jobs.studio.runs.replay("strict"):
        again = jobs.submit(bell(), "fake:manila", shots=50)
    assert (again.run_id, again.state) == (first.run_id, "finished")
    assert "fake:manila submitted" in repr(first)
    assert first.run_id in first._repr_html_()
    assert "$0" in again._repr_html_()
    assert again.run.cost == 0.0


def test_another_run_is_no_job(jobs: Jobs):
    with pytest.raises(BadInput, match="no job on a device"):
        jobs.get(jobs.studio.runs.execute("other", {}, lambda _: 1).id)

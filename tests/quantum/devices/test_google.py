"""Google's processors: virtual ones in processes of their own, Quantum Engine by the SDK's local engine."""

from __future__ import annotations

import json
import time

import pytest

from workbench.errors import BadInput, MissingKey
from workbench.quantum.devices import find_device
from workbench.quantum.devices.google import GoogleDevices
from workbench.quantum.jobs import Jobs
from workbench.settings import load_settings
from workbench.studio import Studio

qiskit = pytest.importorskip("qiskit")
cirq_google = pytest.importorskip("cirq_google")
SHOTS = 500


def asymmetric():
    """Qubit 0 is flipped and read into bit 2 of 4; bit 3 is never written."""
    circuit = qiskit.QuantumCircuit(3, 4)
    circuit.x(0)
    circuit.h(1)
    circuit.cx(1, 2)
    circuit.cx(1, 2)
    circuit.h(1)
    circuit.measure([0, 1, 2], [2, 0, 1])
    return circuit


def test_a_virtual_processor_end_to_end(studio: Studio):
    jobs = Jobs(studio)
    job = jobs.submit(asymmetric(), "google:willow_pink", shots=SHOTS, seed=2)
    run = job.result(90).run
    counts = run.output["counts"]
    assert sum(counts.values()) == SHOTS
    assert max(counts, key=counts.get) == "0010"
    assert 0.7 * SHOTS < counts["0010"] < SHOTS
    assert run.cost == 0.0
    assert len(set(run.output["meta"]["layout"])) == 3


def test_a_processor_describes_itself(settings):
    devices, device = find_device("google:willow_pink", settings)
    facts = devices.describe(device)
    assert (facts["qubits"], devices.virtual(device), devices.available()) == (105, True, None)
    assert len(facts["coupling"]) > 105
    assert devices.ids() == ["rainbow", "weber", "willow_pink"]
    assert devices.noise(device).noisy_moment


def test_what_a_processor_cannot_do_is_refused(studio: Studio):
    circuit = qiskit.QuantumCircuit(1, 2)
    circuit.measure(0, 0)
    circuit.x(0)
    circuit.measure(0, 1)
    wide = qiskit.QuantumCircuit(24, 24)
    wide.x(range(24))
    wide.measure(range(24), range(24))
    for bad, words in ((circuit, "in its midst"), (wide, "more than the 23 qubits")):
        with pytest.raises(BadInput, match=words):
            Jobs(studio).submit(bad, "google:rainbow")


# Quantum Engine, by the SDK's engine of this process: no gRPC is spoken here


@pytest.fixture
def engine():
    from cirq_google.engine import SimulatedLocalEngine, SimulatedLocalProcessor, virtual_engine_factory
    from cirq_google.engine.local_simulation_type import LocalSimulationType

    return SimulatedLocalEngine(
        [
            SimulatedLocalProcessor(
                processor_id="hardware",
                device=virtual_engine_factory.create_device_from_processor_id("rainbow"),
                simulation_type=LocalSimulationType.ASYNCHRONOUS,
            )
        ]
    )


def sent(devices, **more):
    tickets = []
    given = {"shots": 50, "seed": 1, "options": {}, "token": "01TOKEN", "announce": tickets.append} | more
    ticket = devices.submit("hardware", asymmetric(), **given)
    assert tickets == [ticket]
    return json.loads(json.dumps(ticket))


def test_a_job_of_quantum_engine_is_found_by_the_name_we_gave_it(settings, engine):
    devices = GoogleDevices(settings, engine)
    ticket = sent(devices)
    assert ticket["id"] == "workbench-01token"
    assert not devices.virtual("hardware")
    end = time.monotonic() + 20
    while (fetched := devices.fetch(ticket)).state in ("queued", "running"):
        assert time.monotonic() < end
        time.sleep(0.01)
    assert (fetched.state, fetched.counts, fetched.cost) == ("done", {"0010": 50}, None)


def test_a_job_that_quantum_engine_does_not_know_is_told_so(settings, engine):
    devices = GoogleDevices(settings, engine)
    assert devices.fetch(sent(devices) | {"id": "workbench-other"}).state == "failed"


def test_no_credentials(monkeypatch, home):
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(home / "none"))
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    devices, device = find_device("google:hardware", load_settings())
    with pytest.raises(MissingKey, match="credentials of a Google Cloud project"):
        devices.describe(device)
    monkeypatch.setenv("GOOGLE_QUANTUM_KEY", '{"private_key": "sesame-sesame"}')
    devices, device = find_device("google:hardware", load_settings())
    with pytest.raises(MissingKey, match="not the JSON of a service account") as raised:
        devices.describe(device)
    assert "sesame" not in str(raised.value) + repr(devices)

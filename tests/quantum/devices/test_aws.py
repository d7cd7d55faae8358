"""Machines on Amazon Braket, by the real SDK against a server that answers as Amazon does."""

from __future__ import annotations

import json
import os

import pytest

from tests.quantum.devices.aws_standin import ARN, AwsStandIn
from workbench.errors import BadInput, Cancelled, MissingKey, ProviderFailed, Unauthorized, Unavailable
from workbench.quantum.devices import find_device
from workbench.quantum.jobs import Jobs
from workbench.settings import load_settings
from workbench.studio import Studio

qiskit = pytest.importorskip("qiskit")
pytest.importorskip("braket.aws")
SECRET = "sesame/open/sesame"


@pytest.fixture
def service(monkeypatch, tmp_path):
    standin = AwsStandIn()
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_BRAKET_ACCESS_KEY", f"AKIDSTANDIN:{SECRET}")
    for name in ("BRAKET", "S3", "STS"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{name}", standin.url)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    yield standin
    standin.close()


@pytest.fixture
def jobs(service):
    studio = Studio(load_settings())
    yield Jobs(studio)
    studio.close()


def asymmetric():
    """Qubit 0 is flipped and read into bit 2 of 4, qubit 2 idle; bit 3 is never written."""
    circuit = qiskit.QuantumCircuit(4, 4)
    circuit.x(0)
    circuit.swap(0, 3)
    circuit.measure([3, 1, 2], [2, 0, 1])
    return circuit


def test_a_task_is_created_found_again_and_fetched(jobs: Jobs, service):
    job = jobs.submit(asymmetric(), "aws:garnet", shots=100, bucket="amazon-braket-mine")
    (task,) = service.tasks.values()
    assert (job.job, task["deviceArn"], task["tags"]) == (
        task["quantumTaskArn"], ARN, {"workbench-run": job.run_id},
    )  # fmt: skip
    assert task["clientToken"] == job.run_id
    assert job.refresh().state == "queued"
    service.end("RUNNING")
    assert job.refresh().state == "running"
    service.end("COMPLETED")
    run = job.result(30).run
    assert run.output["counts"] == {"0010": 100}
    assert run.cost == pytest.approx(0.3 + 100 * 0.00145)
    assert jobs.studio.runs.verify() == []


def test_the_key_signs_and_is_nowhere_in_the_record(jobs: Jobs, service):
    job = jobs.submit(asymmetric(), "aws:garnet", shots=10, bucket="amazon-braket-mine")
    assert any("AKIDSTANDIN" in header for header in service.authorizations)
    kept = json.dumps([jobs.studio.runs.ticket(job.run_id), job.run.to_dict()]) + repr(job)
    assert SECRET not in kept + repr(find_device("aws:garnet", jobs.studio.settings))


def test_an_answer_that_is_lost_does_not_lose_the_task(jobs: Jobs, service):
    service.lose_answer = True
    with pytest.raises(Unavailable):
        jobs.submit(asymmetric(), "aws:garnet", shots=20, bucket="amazon-braket-mine")
    service.end("COMPLETED")
    (run,) = jobs.studio.runs.list()
    assert (run.status, run.parameters["job"]) == ("submitted", None)
    assert jobs.result(run.id, 30).output["counts"] == {"0010": 20}


def test_failure_cancellation_and_silence(jobs: Jobs, service):
    failing, going = (
        jobs.submit(asymmetric(), "aws:garnet", shots=10, bucket="amazon-braket-mine") for _ in range(2)
    )
    service.tasks[failing.job] |= {"status": "FAILED", "failureReason": "The fridge is warm."}
    with pytest.raises(ProviderFailed, match="fridge is warm"):
        failing.result(30)
    service.fail = {"/quantum-task/": (503, "ServiceUnavailable")}
    with pytest.raises(Unavailable):
        going.refresh()
    service.fail = {}
    assert going.cancel().state == "running"
    service.tasks[going.job]["status"] = "CANCELLED"
    with pytest.raises(Cancelled):
        going.result(30)
    assert {run.cost for run in jobs.studio.runs.list()} == {0.0}


def test_what_amazon_refuses_fails_at_once(jobs: Jobs, service):
    service.fail = {"/quantum-task": (400, "ValidationException")}
    with pytest.raises(ProviderFailed, match="not to be"):
        jobs.submit(asymmetric(), "aws:garnet", bucket="amazon-braket-mine")
    service.fail = {"/device": (403, "UnrecognizedClientException")}
    with pytest.raises(Unauthorized, match="refused the key"):
        jobs.submit(asymmetric(), "aws:garnet")
    service.fail = {}
    with pytest.raises(BadInput, match="has no device"):
        jobs.submit(asymmetric(), "aws:emerald")
    with pytest.raises(BadInput, match="no device 'nowhere'"):
        jobs.submit(asymmetric(), "aws:nowhere")
    assert {run.status for run in jobs.studio.runs.list()} == {"failed"}


def test_a_device_describes_itself(service):
    devices, device = find_device("aws:garnet", load_settings())
    facts = devices.describe(device)
    assert (facts["qubits"], facts["basis"], devices.virtual(device)) == (20, ["cz", "prx"], False)
    assert facts["calibrated"].startswith("2026-11-20")
    assert {"garnet", "sv1"} <= set(devices.ids())


@pytest.mark.parametrize("key", [None, "onlyaccess", ":secret"])
def test_keys(service, monkeypatch, key):
    monkeypatch.delenv("AWS_BRAKET_ACCESS_KEY")
    if key is not None:
        monkeypatch.setenv("AWS_BRAKET_ACCESS_KEY", key)
    devices, device = find_device("aws:garnet", load_settings())
    with pytest.raises(MissingKey, match=r"AWS_BRAKET_ACCESS_KEY|need a key"):
        devices.describe(device)


def test_a_profile_stands_in_for_the_key(service, monkeypatch, tmp_path):
    credentials = tmp_path / "credentials"
    credentials.write_text("[lab]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = x\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    monkeypatch.delenv("AWS_BRAKET_ACCESS_KEY")
    assert "AWS_BRAKET_ACCESS_KEY" in find_device("aws:garnet", load_settings())[0].available()
    monkeypatch.setenv("AWS_PROFILE", "lab")
    devices, device = find_device("aws:garnet", load_settings())
    assert devices.available() is None
    assert devices.describe(device)["qubits"] == 20
    assert all("AKIDPROFILE" in header for header in service.authorizations)

"""IBM's machines, by the real SDK against a server that answers as IBM does."""

from __future__ import annotations

import json

import pytest

from tests.quantum.devices.ibm_standin import TOKEN, IbmStandIn
from workbench.errors import BadInput, Cancelled, MissingKey, ProviderFailed, Unauthorized, Unavailable
from workbench.quantum.devices import find_device
from workbench.quantum.jobs import Jobs
from workbench.settings import load_settings
from workbench.studio import Studio

qiskit = pytest.importorskip("qiskit")


@pytest.fixture
def service(monkeypatch):
    standin = IbmStandIn()
    monkeypatch.setenv("IBM_QUANTUM_TOKEN", TOKEN)
    monkeypatch.setenv("QISKIT_IBM_URL", "http://ibm.test")
    monkeypatch.setenv("IAM_URL", "http://iam.ibm.test")
    monkeypatch.setenv("HTTP_PROXY", standin.url)
    monkeypatch.setenv("http_proxy", standin.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    yield standin
    standin.close()


@pytest.fixture
def jobs(service):
    studio = Studio(load_settings())
    yield Jobs(studio)
    studio.close()


def asymmetric():
    """Bits of two registers: a[0] a[1] b[0] become 0 1 1."""
    circuit = qiskit.QuantumCircuit(
        qiskit.QuantumRegister(3), qiskit.ClassicalRegister(2, "a"), qiskit.ClassicalRegister(1, "b")
    )
    circuit.x([0, 2])
    circuit.measure([0, 1, 2], [1, 0, 2])
    return circuit


def test_a_job_is_sent_found_again_and_fetched(jobs: Jobs, service):
    job = jobs.submit(asymmetric(), "ibm:ibm_manila", shots=200, seed=1)
    assert (job.state, job.job) == ("submitted", "job0")
    assert service.jobs["job0"]["tags"] == [job.run_id]
    assert job.refresh().state == "queued"
    service.end("Running")
    assert Jobs(Studio(load_settings())).refresh(job.run_id).state == "running"
    service.end("Completed")
    run = job.result(30).run
    assert run.output["counts"] == {"011": 200}
    assert run.output["meta"]["quantum_seconds"] == 2.5
    assert len(run.output["meta"]["layout"]) == 3
    assert run.cost == pytest.approx(2.5 * 1.6)
    assert jobs.studio.runs.verify() == []


def test_the_token_is_nowhere_in_the_record(jobs: Jobs, service):
    job = jobs.submit(asymmetric(), "ibm:ibm_manila", shots=10)
    kept = json.dumps([jobs.studio.runs.ticket(job.run_id), job.run.to_dict()]) + repr(job)
    assert TOKEN not in kept + repr(find_device("ibm:ibm_manila", jobs.studio.settings))


def test_an_answer_that_is_lost_does_not_lose_the_job(jobs: Jobs, service):
    service.lose_answer = True
    with pytest.raises(Unavailable):
        jobs.submit(asymmetric(), "ibm:ibm_manila", shots=20)
    service.lose_answer = False
    service.end("Completed")
    (run,) = jobs.studio.runs.list()
    assert (run.status, run.parameters["job"]) == ("submitted", None)
    assert jobs.result(run.id, 30).output["counts"] == {"011": 20}


def test_a_job_that_never_arrived_is_told_so(jobs: Jobs, service):
    service.fail = {"/jobs": 529}
    with pytest.raises(Unavailable):
        jobs.submit(asymmetric(), "ibm:ibm_manila", shots=20)
    service.fail = {}
    (run,) = jobs.studio.runs.list()
    with pytest.raises(ProviderFailed, match="never arrived"):
        jobs.result(run.id, 30)


def test_failure_cancellation_and_silence(jobs: Jobs, service):
    failing, going = (jobs.submit(asymmetric(), "ibm:ibm_manila", shots=10) for _ in range(2))
    service.jobs["job0"]["state"] = {"status": "Failed", "reason": "The fridge is warm.", "reason_code": 9}
    with pytest.raises(ProviderFailed, match="fridge is warm"):
        failing.result(30)
    service.fail = {"/jobs/": 529}
    with pytest.raises(Unavailable):
        going.refresh()
    service.fail = {}
    assert going.cancel().state == "cancelled"
    with pytest.raises(Cancelled):
        going.result(30)


def test_what_ibm_refuses_fails_at_once(jobs: Jobs, service, monkeypatch):
    with pytest.raises(BadInput, match="no device 'ibm_nowhere'"):
        jobs.submit(asymmetric(), "ibm:ibm_nowhere")
    service.fail = {"/jobs": 400}
    with pytest.raises(ProviderFailed, match="not to be"):
        jobs.submit(asymmetric(), "ibm:ibm_manila")
    assert {run.status for run in jobs.studio.runs.list()} == {"failed"}


def test_what_goes_wrong_here_does_not_end_a_job(jobs: Jobs, service, home):
    job = jobs.submit(asymmetric(), "ibm:ibm_manila", shots=10)
    service.end("Completed")
    (home / "device-prices.json").write_text("{")
    with pytest.raises(Unavailable, match="price table"):
        job.refresh()
    service.fail = {"/jobs/": 400}
    assert "not to be" in jobs.list(refresh=True).loc[job.run_id, "message"]
    (home / "device-prices.json").unlink()
    service.fail = {}
    assert job.refresh().state == "finished"


def test_a_job_that_was_deleted_has_failed(jobs: Jobs, service):
    job = jobs.submit(asymmetric(), "ibm:ibm_manila", shots=10)
    service.jobs.clear()
    with pytest.raises(ProviderFailed, match="deleted"):
        job.result(30)


def test_a_job_that_ended_before_its_stop_is_finished(jobs: Jobs, service):
    job = jobs.submit(asymmetric(), "ibm:ibm_manila", shots=10)
    service.end("Completed")
    assert job.cancel().state == "finished"


def test_a_device_describes_itself(jobs: Jobs, service):
    devices, device = find_device("ibm:ibm_manila", jobs.studio.settings)
    facts = devices.describe(device)
    assert (facts["qubits"], devices.virtual(device)) == (5, False)
    assert "cx" in facts["basis"]
    assert devices.noise(device).noise_instructions


def test_keys(service, monkeypatch):
    monkeypatch.setenv("IBM_QUANTUM_TOKEN", "wrong-wrong-wrong-wrong")
    devices, device = find_device("ibm:ibm_manila", load_settings())
    assert devices.available() is None
    with pytest.raises(Unauthorized, match="refused the token"):
        devices.describe(device)
    monkeypatch.delenv("IBM_QUANTUM_TOKEN")
    devices, device = find_device("ibm:ibm_manila", load_settings())
    assert "IBM_QUANTUM_TOKEN" in devices.available()
    with pytest.raises(MissingKey, match="need a token"):
        devices.describe(device)

"""Circuits by HTTP: run, drawn, estimated, and sent to machines."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.server.conftest import Client
from workbench.server.schemas.circuits import POINTS, SOURCE

pytestmark = pytest.mark.slow

BELL = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg c[2]; h q[0]; cx q[0], q[1]; measure q -> c;'
TURNED = """OPENQASM 3.0;
include "stdgates.inc";
input float[64] theta;
qubit[1] q;
bit[1] c;
ry(theta) q[0];
c = measure q;
"""


def ran(client: Client, **given: Any) -> dict[str, Any]:
    return client.ended(client.post("api/circuits/run", json=given))


def test_a_circuit_is_run_as_its_run_tells(client: Client) -> None:
    run = ran(client, circuit=BELL, shots=1000, seed=7, observables=["Z0*Z1", "X0*X1"], name="bell")
    assert (run["kind"], run["status"], run["name"], run["seed"]) == ("circuit", "finished", "bell", 7)
    counts = run["output"]["counts"]
    assert set(counts) == {"00", "11"} and sum(counts.values()) == 1000
    assert [row[:2] for row in run["output"]["expval"]] == [["Z0*Z1", 1.0], ["X0*X1", pytest.approx(1.0)]]
    again = ran(client, circuit=BELL, shots=1000, seed=7, observables="Z0*Z1, X0*X1", on="aer")
    assert again["output"]["counts"] == counts


def test_exact_swept_compared_and_noisy(client: Client) -> None:
    exact = ran(client, circuit=TURNED, bind={"theta": 1.0}, shots=None, compare=["aer", "qiskit"])
    assert exact["output"]["probabilities"]["1"] == pytest.approx(0.2298488470659301)
    assert exact["output"]["agreement"]["agree"] is True
    swept = ran(client, circuit=TURNED, sweep={"theta": [0.0, 1.0]}, observables=["Z0"])
    columns = dict(swept["output"]["sweep"]["columns"])
    assert columns["Z0"] == pytest.approx([1.0, 0.5403023058681398])
    noisy = ran(client, circuit=BELL, shots=2000, seed=1, noise="readout=0.2")
    assert {"01", "10"} <= set(noisy["output"]["counts"])


def test_a_circuit_is_drawn(client: Client) -> None:
    drawn = client.post("api/circuits/diagram", json={"circuit": TURNED}).json()
    assert drawn.pop("svg").startswith("<svg ")
    assert drawn == {
        "dialect": "qasm3", "qubits": 1, "clbits": 1, "operations": 2, "depth": 2, "parameters": ["theta"],
    }  # fmt: skip


def test_what_a_circuit_takes_is_told_without_running_it(client: Client) -> None:
    told = client.post(
        "api/circuits/estimate", json={"circuit": BELL, "on": "fake:manila", "shots": 10}
    ).json()
    assert (told["qubits"], told["depth"], told["clifford"], told["t_count"]) == (2, 3, True, 0)
    assert {one["engine"] for one in told["engines"] if one["accepts"]} >= {"aer", "qiskit", "stim"}
    assert told["device"]["accepts"] and told["cost"] == 0
    assert client.get(f"api/runs/{told['run_id']}").json()["kind"] == "circuit.estimate"


def test_engines_are_listed_with_the_reason_why_not(client: Client) -> None:
    listed = {one["name"]: one for one in client.get("api/circuits/engines").json()}
    assert listed["qiskit"] == {"name": "qiskit", "available": True, "reason": ""}
    assert "fake" not in listed


def test_a_job_is_sent_listed_fetched_and_another_called_back(client: Client) -> None:
    sent = client.post(
        "api/circuits/jobs", json={"circuit": BELL, "on": "fake:manila", "shots": 100, "seed": 3}
    )
    assert sent.status_code == 201, sent.text
    job = sent.json()
    assert (job["device"], job["shots"], job["state"]) == ("fake:manila", 100, "submitted")
    assert [one["id"] for one in client.get("api/circuits/jobs").json()] == [job["id"]]
    end = time.monotonic() + 60
    while (now := client.get(f"api/circuits/jobs/{job['id']}").json())["state"] != "finished":
        assert now["state"] in {"submitted", "queued", "running"} and time.monotonic() < end
        time.sleep(0.1)
    counts = client.get(f"api/runs/{job['id']}").json()["output"]["counts"]
    assert sum(counts.values()) == 100
    other = client.post("api/circuits/jobs", json={"circuit": BELL, "on": "fake:manila", "shots": 1}).json()
    page = client.get("api/circuits/jobs", params={"limit": 1})
    assert [one["id"] for one in page.json()] == [other["id"]]
    rest = client.get("api/circuits/jobs", params={"cursor": page.headers["X-Next-Cursor"]}).json()
    assert [one["id"] for one in rest] == [job["id"]]
    back = client.send("DELETE", f"api/circuits/jobs/{other['id']}")
    assert back.status_code == 202
    assert back.json()["state"] in {"cancelled", "queued", "running", "finished"}


@pytest.mark.parametrize(
    ("path", "given", "field", "says"),
    [
        ("run", {"circuit": BELL.replace("h q", "hh q")}, "circuit", "Line 1, column 59: The gate 'hh'"),
        (
            "diagram",
            {"circuit": 'OPENQASM 2.0;\ninclude "/etc/passwd";'},
            "circuit",
            "Line 2, column 9: No file",
        ),
        ("run", {"circuit": TURNED}, "bind", "parameters without a value: theta"),
        ("run", {"circuit": BELL, "on": "abacus"}, "on", "no circuit engine 'abacus'"),
        ("run", {"circuit": BELL, "on": "fake:manila"}, "on", "on"),
        ("run", {"circuit": BELL, "shots": 0}, "shots", "shots"),
        ("run", {"circuit": BELL, "shots": 10**9}, "shots", "shots"),
        ("run", {"circuit": BELL, "seed": -1}, "seed", "seed"),
        ("run", {"circuit": "x" * (SOURCE + 1)}, "circuit", "circuit"),
        ("run", {"circuit": TURNED, "sweep": {"theta": [0.0] * (POINTS + 1)}}, "sweep", "sweep"),
        ("run", {"circuit": "import os\nos.remove('x')"}, "circuit", "not OpenQASM"),
        ("run", {"circuit": BELL, "python": "print()"}, "python", "python"),
        ("jobs", {"circuit": BELL, "on": "aer"}, "on", "on"),
        ("jobs", {"circuit": BELL, "on": "fake:nowhere"}, "on", "nowhere"),
    ],
)
def test_what_cannot_be_done_is_told_at_once(
    client: Client, path: str, given: dict[str, Any], field: str, says: str
) -> None:
    answer = client.post(f"api/circuits/{path}", json=given)
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert says in error["message"] and str(error.get("field", "")).startswith(field)


def test_the_server_s_files_are_no_circuits(client: Client, tmp_path: Path) -> None:
    (tmp_path / "mine.qasm").write_text(BELL)
    for path in ("run", "diagram", "estimate"):
        answer = client.post(f"api/circuits/{path}", json={"circuit": str(tmp_path / "mine.qasm")})
        assert (answer.status_code, answer.json()["error"]["field"]) == (400, "circuit")

"""Long work by HTTP: begun at once, followed, stopped."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.server.conftest import BASE, OPENAI, Client
from tests.server.listener import Listener
from tests.standin.behaviours import ok
from tests.standin.server import StandIn

pytestmark = pytest.mark.slow
SENTENCES = 6_000


@pytest.fixture(scope="module")
def book() -> bytes:
    """A text that takes a while to embed."""
    lines = (
        f"In year {at} the glacier lost {at * 7 % 97} metres of ice and gained none."
        for at in range(SENTENCES)
    )
    return "\n\n".join(lines).encode()


def based(client: Client, name: str, content: bytes) -> tuple[str, str]:
    """Return a new base and an uploaded file that is not in it yet."""
    base = client.post("api/knowledge/bases", json={"name": name}).json()["id"]
    file = client.post("api/files/upload", files={"file": (f"{name}.txt", content)}).json()
    assert file["processing_status"] == "ready", file
    return base, file["id"]


def added(client: Client, base: str, *files: str, **how: Any) -> Any:
    """Ask for files to be added."""
    return client.post(f"api/knowledge/bases/{base}/files", json={"file_ids": list(files)}, **how)


def test_work_is_answered_when_it_begins_and_told_of_until_it_ends(client: Client) -> None:
    base, file = based(client, "short", b"The marmot whistles when an eagle is near.")
    with Listener(client.server, auth={"token": client.token}) as listener:
        begun = added(client, base, file)
        run = client.ended(begun)
        assert (run["status"], run["kind"]) == ("finished", "knowledge.add")
        assert [one["status"] for one in run["output"]["files"]] == ["ready"]
        while (told := listener.hear("run_progress"))["status"] == "running":
            assert told["run_id"] == run["id"]
            assert told["done"] <= told["total"]
        assert (told["run_id"], told["status"], told["kind"]) == (run["id"], "finished", "knowledge.add")
    again = client.ended(client.post(f"api/knowledge/bases/{base}/reindex", json={"chunk_tokens": 64}))
    assert (again["kind"], again["status"]) == ("knowledge.reindex", "finished")
    (hit,) = client.post(f"api/knowledge/bases/{base}/search", json={"query": "whistling"}).json()
    assert hit["filename"] == "short.txt"


def test_a_run_is_stopped_by_delete_and_its_base_goes_on_serving(client: Client, book: bytes) -> None:
    base, first = based(client, "stopped", b"The marmot whistles when an eagle is near.")
    client.ended(added(client, base, first))
    long = client.post("api/files/upload", files={"file": ("book.txt", book)}).json()["id"]
    begun = added(client, base, long)
    running = client.get(f"api/runs/{begun.json()['run_id']}").json()
    assert running["status"] == "running"
    stopped = client.send("DELETE", f"api/runs/{running['id']}")
    assert (stopped.status_code, stopped.json()["id"]) == (202, running["id"])
    run = client.ended(begun)
    assert (run["status"], run["error"]["code"]) == ("cancelled", "cancelled")
    assert client.send("DELETE", f"api/runs/{run['id']}").json()["status"] == "cancelled"
    states = {one["file_id"]: one["status"] for one in client.get(f"api/knowledge/bases/{base}/files").json()}
    assert (states[first], states[long]) == ("ready", "pending")
    hits = client.post(f"api/knowledge/bases/{base}/search", json={"query": "marmot"}).json()
    assert [hit["filename"] for hit in hits] == ["stopped.txt"]


def test_a_reply_is_stopped_by_delete_and_kept_as_far_as_it_came(client: Client, standin: StandIn) -> None:
    standin.reset()
    standin.script("openai", [ok(" ".join(map(str, range(1000))), pace=0.05)])
    made = client.post("api/chat/conversations", json=OPENAI)
    path = f"api/chat/conversations/{made.json()['id']}/messages"
    with client.post(f"{path}/stream", json={"content": "Count."}, stream=True) as answer:
        lines = answer.iter_lines()
        next(lines)
        (run,) = client.get("api/runs", params={"status": "running", "kind": "chat"}).json()
        assert client.send("DELETE", f"api/runs/{run['id']}").status_code == 202
        last = [line for line in lines if line][-1]
    assert json.loads(last.removeprefix(b"data: "))["error"]["code"] == "cancelled"
    question, reply = client.get(path).json()
    assert (question["content"], reply["metadata"]["status"]) == ("Count.", "cancelled")
    assert reply["content"].startswith("0 1 2")
    assert client.get(f"api/runs/{run['id']}").json()["status"] == "cancelled"


def test_what_cannot_begin_is_refused_at_once(client: Client) -> None:
    base, _ = based(client, "refused", b"Nothing of interest.")
    missing = added(client, base, "nobody")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")
    unknown = client.post(f"api/knowledge/bases/{base}/reindex", json={"embedder": "nonsense:x"})
    assert unknown.status_code == 400, unknown.text
    assert "nonsense" in unknown.json()["error"]["message"]


def test_other_requests_are_answered_meanwhile(client: Client, book: bytes) -> None:
    base, file = based(client, "busy", book + b"\n\nAn end of its own.")
    begun = added(client, base, file)
    began = time.monotonic()
    answers = [client.get("api/health").status_code for _ in range(20)]
    state = client.get(f"api/runs/{begun.json()['run_id']}").json()["status"]
    assert (answers, state) == ([200] * 20, "running"), time.monotonic() - began
    client.send("DELETE", begun.headers["Location"].removeprefix(BASE))
    assert client.ended(begun)["status"] == "cancelled"

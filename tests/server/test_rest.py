"""The specification's routes, over HTTP: a real Jupyter Server on SQLite, and the service on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.jupyter import Server
from tests.server.conftest import OPENAI, Client, home_of, key_of, on_database, standing
from tests.standin.behaviours import ok
from tests.standin.server import StandIn
from workbench.settings import load_settings
from workbench.studio import Studio


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory, standin: StandIn, postgres: Any) -> Iterator[Client]:
    """Somebody with a key of the service that stands alone, on PostgreSQL."""
    folder = tmp_path_factory.mktemp("elsewhere")
    on_database(folder, postgres.fresh())
    with standing(folder, standin) as server:
        studio = Studio(load_settings(workbench_home=home_of(server)))
        yield Client(server, key_of(studio, studio.accounts.create("ada").id))
        studio.close()


@pytest.fixture(params=["a notebook server on SQLite", "alone on PostgreSQL"])
def client(request: pytest.FixtureRequest) -> Client:
    """Who asks, here and there."""
    if request.param == "alone on PostgreSQL":
        found: Client = request.getfixturevalue("elsewhere")
        return found
    server = request.getfixturevalue("server")
    return Client(server, server.token)


def made(client: Client, **given: Any) -> dict[str, Any]:
    """Return a new conversation."""
    answer = client.post("api/chat/conversations", json=OPENAI | given)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.fixture
def another_machine(home: Path) -> Iterator[Studio]:
    """Another machine's Studio."""
    found = Studio(load_settings(workbench_home=home))
    yield found
    found.close()


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_conversation_is_made_talked_in_and_read(
    client: Client, standin: StandIn, another_machine: Studio, tmp_path: Path
) -> None:
    standin.script("openai", [ok("Four.")])
    talk = made(client, title="Sums", system_prompt="Answer in a word.")
    assert (talk["title"], talk["system_prompt"], talk["model_name"]) == (
        "Sums",
        "Answer in a word.",
        "gpt-4o",
    )
    path = f"api/chat/conversations/{talk['id']}/messages"
    reply = client.post(path, json={"content": "Two and two?", "model": "gpt-4o", "provider": "openai"})
    assert reply.status_code == 200, reply.text
    assert reply.json()["content"] == "Four."
    assert [(turn["role"], turn["content"]) for turn in client.get(path).json()] == [
        ("user", "Two and two?"),
        ("assistant", "Four."),
    ]
    run = client.get(f"api/runs/{reply.json()['run_id']}").json()
    assert (run["kind"], run["status"], run["output"]["content"]) == ("chat", "finished", "Four.")
    assert client.get(f"api/runs/{run['id']}/verify").json() == {"problems": []}
    assert client.get(f"api/runs/{run['id']}/artifacts").json() == []
    bundle = client.get(f"api/runs/{run['id']}/export")
    assert bundle.headers["Content-Type"] == "application/zip"
    (taken,) = another_machine.runs.import_(_written(tmp_path / "run.zip", bundle.content))
    assert (taken.id, taken.output["content"]) == (run["id"], "Four.")


def test_a_question_is_put_otherwise_and_an_answer_given_again(client: Client, standin: StandIn) -> None:
    standin.script("openai", [ok("Four."), ok("Nine."), ok("Ten.")])
    talk = made(client, title="Sums")
    path = f"api/chat/conversations/{talk['id']}"
    assert client.send("PATCH", path, json={"system_prompt": "In a word.", "settings": {"seed": 1}}).ok
    first = client.post(f"{path}/messages", json={"content": "Two and two?"}).json()
    edited = client.send(
        "PATCH", f"{path}/messages/{first['user_message_id']}", json={"content": "Three times three?"}
    )
    assert edited.json() == {"success": True}
    again = client.post(f"{path}/messages", json={}).json()
    assert [turn["content"] for turn in client.get(f"{path}/messages").json()] == [
        "Three times three?",
        "Nine.",
    ]
    sent = standin.asked("openai")[-1].body["messages"]
    assert [turn["content"] for turn in sent] == ["In a word.", "Three times three?"]
    assert client.send("DELETE", f"{path}/messages/{again['message_id']}").ok
    assert client.send("DELETE", f"{path}/messages/{again['message_id']}").status_code == 404
    last = client.post(f"{path}/messages", json={}).json()
    assert client.send("PATCH", f"{path}/messages/{last['message_id']}", json={"rating": 1}).ok
    assert [(turn["content"], turn["rating"]) for turn in client.get(f"{path}/messages").json()][1:] == [
        ("Ten.", 1)
    ]
    nothing = client.post(f"{path}/messages", json={})
    assert (nothing.status_code, "no question" in nothing.json()["error"]["message"]) == (400, True)


def test_a_reply_streams(client: Client, standin: StandIn) -> None:
    standin.script("openai", [ok("One two three four.")])
    path = f"api/chat/conversations/{made(client)['id']}/messages/stream"
    answer = client.post(path, json={"content": "Count."}, stream=True)
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    lines = [line for line in answer.iter_lines() if line]
    pieces = [json.loads(line.removeprefix(b"data: ")) for line in lines]
    assert "".join(piece["content"] for piece in pieces) == "One two three four."
    assert [piece["done"] for piece in pieces][-1:] == [True]
    assert len(pieces) > 2


def test_conversations_are_paged_renamed_and_deleted(client: Client) -> None:
    ids = [made(client, title=f"page {at}")["id"] for at in range(5)]
    seen, cursor = [], None
    while True:
        page = client.get(
            "api/chat/conversations", params={"limit": 2} | ({"cursor": cursor} if cursor else {})
        )
        seen += [talk["id"] for talk in page.json()]
        cursor = page.headers.get("X-Next-Cursor")
        if cursor is None:
            break
        assert 'rel="next"' in page.headers["Link"]
    assert seen[:5] == ids[::-1]
    assert len(seen) == len(set(seen))
    path = f"api/chat/conversations/{ids[0]}"
    assert client.send("PATCH", path, json={"title": "renamed"}).json()["title"] == "renamed"
    assert client.send("DELETE", path).json() == {"success": True}
    assert client.get(path).status_code == 404


def test_the_token_may_come_in_the_address_and_is_not_told_again(server: Server, stranger: Client) -> None:
    client = Client(server, server.token)
    for at in range(2):
        made(client, title=f"token {at}")
    page = stranger.get("api/chat/conversations", params={"limit": 1, "token": client.token})
    assert (page.status_code, page.json()[0]["title"]) == (200, "token 1")
    assert "limit=1&cursor=" in page.headers["Link"] and str(client.token) not in page.headers["Link"]
    assert stranger.get("api/health", params={"token": client.token}).status_code == 200
    assert stranger.get("api/health", params={"token": "nobody"}).status_code == 401


def test_a_file_is_uploaded_found_and_deleted(client: Client) -> None:
    text = "The marmot whistles when an eagle is near."
    answer = client.post("api/files/upload", files={"file": ("marmot.txt", text.encode(), "text/plain")})
    assert answer.status_code == 201, answer.text
    file = answer.json()
    assert (file["filename"], file["file_size"], file["processing_status"]) == (
        "marmot.txt",
        len(text),
        "ready",
    )
    assert file["id"] in {one["id"] for one in client.get("api/files").json()}
    base = client.post("api/knowledge/bases", json={"name": "Alps", "description": "What lives there"}).json()
    added = client.post(f"api/knowledge/bases/{base['id']}/files", json={"file_ids": [file["id"]]})
    assert [one["status"] for one in client.ended(added)["output"]["files"]] == ["ready"]
    assert base["id"] in {one["id"] for one in client.get("api/knowledge/bases").json()}
    (hit,) = client.post(
        f"api/knowledge/bases/{base['id']}/search",
        json={"query": "which animal whistles?", "limit": 5, "similarity_threshold": 0},
    ).json()
    assert (hit["content"], hit["filename"]) == (text, "marmot.txt")
    assert text[hit["start"] : hit["end"]] == hit["content"]
    asked = client.post(
        f"api/knowledge/bases/{base['id']}/ask",
        json={"question": "When does the marmot whistle?", "model": "none"},
    ).json()
    assert asked["citations"][0]["quote"] == text
    assert client.send("DELETE", f"api/files/{file['id']}").json() == {"success": True}
    assert client.get(f"api/files/{file['id']}").status_code == 404
    found = client.post(f"api/knowledge/bases/{base['id']}/search", json={"query": "marmot"})
    assert found.json() == []


@pytest.mark.parametrize(
    ("method", "path", "given", "status", "says"),
    [
        ("POST", "api/chat/conversations", {"json": {"tile": "x"}}, 400, "tile"),
        ("POST", "api/chat/conversations", {"data": b"{"}, 415, "application/json"),
        (
            "POST", "api/chat/conversations",
            {"data": b"{", "headers": {"Content-Type": "application/json"}}, 400, "not JSON",
        ),
        ("POST", "api/chat/conversations", {"json": {"title": "a\0b"}}, 400, "NUL"),
        ("GET", "api/chat/conversations", {"params": {"limit": 0}}, 400, "limit"),
        ("GET", "api/chat/conversations", {"params": {"page": 1}}, 400, "page"),
        ("GET", "api/chat/conversations/nobody/messages", {}, 404, "nobody"),
        ("PUT", "api/chat/conversations", {"json": {}}, 405, "method"),
        ("POST", "api/files/upload", {"json": {}}, 415, "multipart/form-data"),
        ("POST", "api/files/upload", {"files": {"paper": b"x"}}, 400, "`file`"),
        ("GET", "api/files/%00", {}, 404, "nothing"),
        ("POST", "api/knowledge/bases/none/search", {"json": {"query": "x"}}, 404, "none"),
        ("GET", "api/runs/none", {}, 404, "none"),
        ("GET", "api/circuits/jobs/none", {}, 404, "none"),
        ("GET", "api/federated", {}, 503, "federated learning"),
        ("GET", "api/spiking", {}, 503, "spiking simulation"),
        ("GET", "api/ledger", {}, 503, "ledger"),
    ],
)  # fmt: skip
def test_bad_requests_are_told_in_a_sentence(
    client: Client, method: str, path: str, given: dict[str, Any], status: int, says: str
) -> None:
    answer = client.send(method, path, **given)
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert says in error["message"]
    assert set(error) >= {"code", "message", "hint"}
    assert "Traceback" not in answer.text


def test_the_document_describes_what_is_served(client: Client) -> None:
    from openapi_spec_validator import validate

    document = client.get("api/openapi.json").json()
    validate(document)
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "/team"}]
    assert client.get("api/health").json()["status"] == "ok"

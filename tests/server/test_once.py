"""What is asked twice under one Idempotency-Key is done once."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.server.conftest import OPENAI, Client, home_of, key_of, standing
from tests.standin.behaviours import fail, ok, slow
from tests.standin.server import StandIn
from workbench.settings import load_settings
from workbench.studio import Studio


def named(client: Client, name: str, method: str, path: str, **given: Any) -> Any:
    """Send a request under a name."""
    return client.send(method, path, headers={"Idempotency-Key": name}, **given)


def fresh() -> str:
    """Return a name that nobody used."""
    return str(uuid.uuid4())


def test_a_repeated_request_gets_the_first_answer(client: Client) -> None:
    name = fresh()
    first, again = (
        named(client, name, "POST", "api/chat/conversations", json={"title": "once"}) for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (
        None,
        "true",
    )
    titles = [talk["title"] for talk in client.get("api/chat/conversations", params={"limit": 200}).json()]
    assert titles.count("once") == 1
    other = named(client, name, "POST", "api/chat/conversations", json={"title": "twice"})
    assert (other.status_code, other.json()["error"]["code"]) == (422, "key_reused")
    gone = fresh()
    path = f"api/chat/conversations/{first.json()['id']}"
    assert [named(client, gone, "DELETE", path).status_code for _ in range(2)] == [200, 200]
    assert named(client, fresh(), "DELETE", path).status_code == 404


def test_an_upload_is_known_by_what_is_in_it(client: Client) -> None:
    name = fresh()
    first, again = (
        named(client, name, "POST", "api/files/upload", files={"file": ("a.txt", b"alpha")}) for _ in range(2)
    )
    assert first.status_code == 201
    assert first.json() == again.json()
    other = named(client, name, "POST", "api/files/upload", files={"file": ("a.txt", b"beta")})
    assert other.status_code == 422


def test_what_failed_may_be_asked_again_under_its_name(client: Client, standin: StandIn) -> None:
    standin.script("openai", [fail(401, "No."), ok("Yes.")])
    talk = client.post("api/chat/conversations", json=OPENAI).json()["id"]
    path, name = f"api/chat/conversations/{talk}/messages", fresh()
    first = named(client, name, "POST", path, json={"content": "May I?"})
    assert first.status_code >= 400
    again = named(client, name, "POST", path, json={"content": "May I?"})
    assert (again.status_code, again.json()["content"]) == (200, "Yes.")


def test_at_the_same_time_it_is_done_once(client: Client, standin: StandIn) -> None:
    standin.script("openai", [slow(1.0)])
    talk = client.post("api/chat/conversations", json=OPENAI).json()["id"]
    path, name = f"api/chat/conversations/{talk}/messages", fresh()
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(named, client, name, "POST", path, json={"content": "Hello?"}) for _ in range(4)]
        statuses = sorted(one.result().status_code for one in asked)
    assert statuses == [200, 409, 409, 409]
    assert len(client.get(path).json()) == 2


def test_a_stream_that_broke_off_is_had_whole(client: Client, standin: StandIn) -> None:
    standin.script("openai", [ok("one two three four five six seven", pace=0.1)])
    talk = client.post("api/chat/conversations", json=OPENAI).json()["id"]
    path, name = f"api/chat/conversations/{talk}/messages", fresh()
    with named(client, name, "POST", f"{path}/stream", json={"content": "Count."}, stream=True) as broken:
        next(broken.iter_lines())
    while (
        whole := named(client, name, "POST", f"{path}/stream", json={"content": "Count."})
    ).status_code == 409:
        assert whole.headers["Retry-After"]
    assert whole.headers["Content-Type"].startswith("text/event-stream")
    pieces = [json.loads(line[6:]) for line in whole.text.splitlines() if line]
    assert "".join(piece["content"] for piece in pieces) == "one two three four five six seven"
    assert [turn["role"] for turn in client.get(path).json()] == ["user", "assistant"]


@pytest.mark.slow
def test_names_hold_after_a_restart_and_after_a_kill(tmp_path: Path, standin: StandIn) -> None:
    standin.reset()
    standin.script("openai", [slow(60)])
    answered, interrupted = fresh(), fresh()
    with standing(tmp_path, standin) as server:
        studio = Studio(load_settings(workbench_home=home_of(server)))
        key = key_of(studio, studio.accounts.create("ada").id)
        studio.close()
        client = Client(server, key)
        first = named(client, answered, "POST", "api/chat/conversations", json=OPENAI)
        path = f"api/chat/conversations/{first.json()['id']}/messages"
        with ThreadPoolExecutor(1) as pool:
            lost = pool.submit(named, client, interrupted, "POST", path, json={"content": "Hello?"})
            while not client.get("api/runs", params={"status": "running"}).json():
                assert not lost.done()
            busy = named(client, interrupted, "POST", path, json={"content": "Hello?"})
            assert (busy.status_code, busy.headers["Retry-After"]) == (409, "1")
            server.process.kill()
            assert lost.exception() is not None
    standin.reset()
    with standing(tmp_path, standin) as server:
        client = Client(server, key)
        again = named(client, answered, "POST", "api/chat/conversations", json=OPENAI)
        assert again.content == first.content
        unknown = named(client, interrupted, "POST", path, json={"content": "Hello?"})
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (409, "under_way")
        assert "not known" in unknown.json()["error"]["message"]
        assert client.get(path).json() == []


def test_users_names_have_nothing_to_do_with_each_other(client: Client, stranger: Client) -> None:
    name = fresh()
    assert named(client, name, "POST", "api/chat/conversations", json={"title": "secret"}).status_code == 201
    assert (
        named(stranger, name, "POST", "api/chat/conversations", json={"title": "secret"}).status_code == 401
    )
    long = named(client, "x" * 256, "POST", "api/chat/conversations", json={})
    assert (long.status_code, long.json()["error"]["field"]) == (400, "Idempotency-Key")

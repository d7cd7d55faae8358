"""PostgreSQL is stopped and started again while people are at work."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
from socketio.exceptions import ConnectionError as Refusal
from sqlalchemy import text

from tests.jupyter import Server
from tests.server.browser import Browser
from tests.server.conftest import PASSWORD, Client, home_of, on_database, standing
from tests.server.listener import Listener
from tests.server.pair import Room, opened_room
from tests.server.residents import eventually, going_on
from tests.servers.postgres import PostgresServer
from tests.standin.behaviours import ok
from tests.standin.server import StandIn
from workbench.settings import load_settings
from workbench.studio import Studio

pytestmark = pytest.mark.slow


class Asker:
    """Asks for one thing after the other, and keeps what it was answered."""

    def __init__(self, client: Client, talk: str) -> None:
        self.client, self.talk = client, talk
        self.answers: list[tuple[str, int, str]] = []
        self.made: dict[str, list[str]] = {"conversations": [], "files": [], "bases": [], "messages": []}

    def ask(self) -> None:
        """Read and make one of each."""
        for path in ("chat/conversations", "files", "runs?limit=3", "account", "health", "knowledge/bases"):
            self._send("GET", path)
        self._send("POST", "chat/conversations", "conversations", json={"title": "one more"})
        content = {"file": ("note.txt", uuid.uuid4().hex.encode())}
        self._send("POST", "files/upload", "files", files=content)
        self._send("POST", "knowledge/bases", "bases", json={"name": uuid.uuid4().hex})
        said = {"json": {"content": "And?"}}
        self._send("POST", f"chat/conversations/{self.talk}/messages", "messages", **said)
        self._send("POST", f"chat/conversations/{self.talk}/messages/stream", **said)

    def _send(self, method: str, path: str, kind: str | None = None, **given: Any) -> None:
        answer = self.client.send(method, f"api/{path}", **given)
        self.answers.append((f"{method} {path}", answer.status_code, answer.text))
        if kind is not None and answer.ok:
            self.made[kind].append(answer.json()["message_id" if kind == "messages" else "id"])

    @property
    def was_refused(self) -> bool:
        """Whether there was a 503."""
        return any(status == 503 for _, status, _ in self.answers)

    def check(self, studio: Studio) -> None:
        """Each answer was what was asked for, or a clear 503; what was made is there."""
        for path, status, body in self.answers:
            assert status in {200, 201, 503}, (path, status, body)
            assert status != 503 or _is_clear(requests.models.complexjson.loads(body)), (path, body)
        tables = {
            "conversations": "chat_sessions", "files": "files",
            "bases": "knowledge_bases", "messages": "chat_messages",
        }  # fmt: skip
        with studio.database.engine.connect() as connection:
            for kind, ids in self.made.items():
                stored = {*connection.scalars(text(f"SELECT id FROM {tables[kind]}"))}
                assert ids and set(ids) <= stored, kind


def _is_clear(body: dict[str, Any]) -> bool:
    return body["error"]["code"] == "unavailable" and body["error"]["message"].startswith("The database ")


@pytest.fixture
def database() -> Iterator[PostgresServer]:
    started = PostgresServer()
    yield started
    started.close()


@pytest.fixture
def place(
    tmp_path_factory: pytest.TempPathFactory, standin: StandIn, database: PostgresServer
) -> Iterator[tuple[Server, Studio]]:
    """A server, and its database."""
    standin.reset()
    folder = tmp_path_factory.mktemp("outage")
    on_database(folder, database.fresh())
    with standing(folder, standin) as server:
        studio = Studio(load_settings(workbench_home=home_of(server)))
        yield server, studio
        studio.close()


def test_postgresql_goes_and_comes_back_under_load(
    place: tuple[Server, Studio], database: PostgresServer, standin: StandIn
) -> None:
    server, studio = place
    rooms = [opened_room(studio) for _ in range(2)]
    people = [room.resident(server) for room in rooms for _ in range(2)]
    alone = opened_room(studio)
    askers = [Asker(Client(server, alone.key), alone.talk) for _ in range(3)]
    studio.accounts.create("carla", password=PASSWORD)
    browser, late = Browser(server), Browser(server)
    assert browser.login("carla").status_code == 302
    with going_on(*(asker.ask for asker in askers)), ExitStack() as at_work:
        for one in people:
            at_work.enter_context(one)
        eventually(lambda: all(len(one.acknowledged) > 4 for one in people), lambda: "nothing is said")
        eventually(lambda: all(asker.made["messages"] for asker in askers), lambda: askers[0].answers)
        standin.script("openai", [ok("and on " * 4, pace=0.5)] * 3)
        database.stop()
        eventually(lambda: all(one.refused for one in people), lambda: "nobody was refused")
        _check_away(server, rooms[0], browser, late)
        eventually(lambda: all(asker.was_refused for asker in askers), lambda: askers[0].answers[-1])
        before = [len(one.acknowledged) for one in people]
        database.start()
        eventually(
            lambda: all(len(one.acknowledged) > at for one, at in zip(people, before, strict=True)),
            lambda: [one.refused[-1:] for one in people],
        )
        eventually(lambda: _all_well(askers), lambda: askers[0].answers[-1])
        assert browser.send("GET", "api/account").json()["username"] == "carla"
        for one in people:
            one.hush()
        for room in rooms:
            room.check()
    for asker in askers:
        asker.check(studio)
    for one in people:
        assert one.connections == 1
        assert {error["code"] for error in one.refused} == {"unavailable"}
    log = server.log.read_text()
    assert log.count("The database cannot be reached") == log.count("The database answers again") == 1
    assert "Traceback" not in log
    assert not _running(studio)


def _check_away(server: Server, room: Room, browser: Browser, late: Browser) -> None:
    """Look at everything while the database is away."""
    client = Client(server, room.key)
    health = client.get("api/health")
    assert (health.status_code, health.json()["error"]["code"]) == (503, "unavailable")
    assert health.json()["error"]["message"] == "The database cannot be reached now."
    assert int(health.headers["Retry-After"]) >= 1
    for answer in (
        browser.send("GET", "api/account"),
        client.post("api/files/upload", files={"file": ("large.bin", b"x" * 3_000_000)}),
        client.post(f"api/chat/conversations/{room.talk}/messages/stream", json={"content": "?"}),
    ):
        assert answer.status_code == 503, answer.text
        assert _is_clear(answer.json())
        assert int(answer.headers["Retry-After"]) >= 1
    # Who is nobody is told so without asking.
    assert Client(server, None).get("api/account").status_code == 401
    refused = late.login("carla")
    assert refused.status_code == 503
    assert "The database cannot be reached now." in refused.text
    with pytest.raises(Refusal, match="unavailable"):
        Listener(server, auth={"token": room.key})


def _all_well(askers: list[Asker]) -> bool:
    return all(
        len(asker.answers) > 11 and all(status < 300 for _, status, _ in asker.answers[-11:])
        for asker in askers
    )


def _running(studio: Studio) -> list[str]:
    with studio.database.engine.connect() as connection:
        return [*connection.scalars(text("SELECT id FROM runs WHERE status = 'running'"))]

"""Conversations with more than one person in them, over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.jupyter import Server
from tests.server.conftest import BOTH, OPENAI, Client, key_of
from tests.standin.behaviours import ok
from tests.standin.server import StandIn
from workbench.studio import Studio

pytestmark = BOTH


@pytest.fixture
def person(alone: Server, studio: Studio, user: Callable[[str], str]) -> Callable[[str], tuple[str, Client]]:
    """Make a user; return the identifier, and who asks by a key of theirs."""

    def made(name: str) -> tuple[str, Client]:
        user_id = user(name)
        return user_id, Client(alone, key_of(studio, user_id))

    return made


def test_a_member_reads_and_speaks_and_pays_for_it(
    person: Callable[[str], tuple[str, Client]], standin: StandIn
) -> None:
    (hanna_id, hanna), (ivo_id, ivo), (_, judit) = person("hanna"), person("ivo"), person("judit")
    talk = hanna.post("api/chat/conversations", json={"title": "Snow", **OPENAI}).json()
    path = f"api/chat/conversations/{talk['id']}"
    assert ivo.get(path).status_code == 404
    made = hanna.post(f"{path}/members", json={"username": "ivo"})
    assert (made.status_code, made.json()["user_id"], made.json()["role"]) == (201, ivo_id, "member")
    assert hanna.post(f"{path}/members", json={"username": "ivo"}).json() == made.json()
    assert [one["username"] for one in ivo.get(f"{path}/members").json()] == ["hanna", "ivo"]
    assert [one["id"] for one in ivo.get("api/chat/conversations").json()] == [talk["id"]]

    standin.script("openai", [ok("In May.")])
    reply = ivo.post(f"{path}/messages", json={"content": "When does it melt?"}).json()
    assert [one["metadata"]["user_id"] for one in hanna.get(f"{path}/messages").json()] == [ivo_id] * 2
    assert ivo.get(f"api/runs/{reply['run_id']}").status_code == 200
    assert hanna.get(f"api/runs/{reply['run_id']}").status_code == 404

    for method, where, given in (
        ("PATCH", path, {"json": {"title": "Mine"}}),
        ("DELETE", path, {}),
        ("POST", f"{path}/members", {"json": {"username": "judit"}}),
        ("DELETE", f"{path}/members/{hanna_id}", {}),
    ):
        assert ivo.send(method, where, **given).status_code == 403
        assert judit.send(method, where, **given).status_code == 404


def test_a_member_goes_or_is_shown_out(person: Callable[[str], tuple[str, Client]]) -> None:
    (_, karl), (lea_id, lea), (mia_id, mia) = person("karl"), person("lea"), person("mia")
    path = f"api/chat/conversations/{karl.post('api/chat/conversations', json={}).json()['id']}"
    for name in ("lea", "mia"):
        karl.post(f"{path}/members", json={"username": name})
    assert lea.send("DELETE", f"{path}/members/{mia_id}").status_code == 403
    assert lea.send("DELETE", f"{path}/members/{lea_id}").json() == {"success": True}
    assert karl.send("DELETE", f"{path}/members/{mia_id}").json() == {"success": True}
    assert [who.get(path).status_code for who in (karl, lea, mia)] == [200, 404, 404]
    assert karl.send("DELETE", f"{path}/members/{mia_id}").status_code == 404


def test_nobody_and_oneself_cannot_be_let_in(person: Callable[[str], tuple[str, Client]]) -> None:
    _, nora = person("nora")
    path = f"api/chat/conversations/{nora.post('api/chat/conversations', json={}).json()['id']}/members"
    assert nora.post(path, json={"username": "no such user"}).status_code == 404
    assert nora.post(path, json={"username": "nora"}).json()["error"]["field"] == "username"


def test_one_s_own_conversations_and_those_of_others_are_paged_together(
    person: Callable[[str], tuple[str, Client]],
) -> None:
    (_, olga), (_, paul) = person("olga"), person("paul")
    wanted = []
    for at in range(7):
        owner = (olga, paul)[at % 2]
        talk = owner.post("api/chat/conversations", json={"title": f"talk {at}"}).json()["id"]
        wanted.append(talk)
        if owner is olga:
            olga.post(f"api/chat/conversations/{talk}/members", json={"username": "paul"})
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = paul.get("api/chat/conversations", params={"limit": "3", **cursor})
        seen += [talk["id"] for talk in page.json()]
        if "X-Next-Cursor" not in page.headers:
            break
        cursor = {"cursor": page.headers["X-Next-Cursor"]}
    assert seen == wanted[::-1]

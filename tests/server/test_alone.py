"""The service without Jupyter: accounts, sessions, keys, and nobody's things in another's hands."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.jupyter import Server
from tests.server.browser import COOKIE, Browser
from tests.server.conftest import BASE, BOTH, PASSWORD, Client, key_of
from workbench.accounts import SCOPES
from workbench.server.application import create_app
from workbench.server.routes import ROUTES, account
from workbench.server.system import system_routes
from workbench.studio import Studio

TABLE = [*ROUTES, *account.routes]
TABLE += system_routes(TABLE, BASE)


def test_who_logs_in_gets_a_cookie_that_no_page_can_read(alone: Server, user: Callable[[str], str]) -> None:
    user("ada")
    browser = Browser(alone)
    answer = browser.login("ada", next=f"{BASE}api/health")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{BASE}api/health")
    (cookie,) = [one for one in answer.raw.headers.getlist("Set-Cookie") if one.startswith(COOKIE)]
    assert {"HttpOnly", "SameSite=Lax", f"Path={BASE}"} <= {part.strip() for part in cookie.split(";")}
    assert browser.send("GET", "api/account").json()["username"] == "ada"
    assert Browser(alone).login("ada", next="//elsewhere.example/").headers["Location"].startswith(BASE)


def test_what_a_cookie_authorises_needs_its_token(alone: Server, user: Callable[[str], str]) -> None:
    user("bea")
    browser = Browser(alone)
    browser.login("bea")
    refused = browser.send("POST", "api/chat/conversations", xsrf=False, json={"title": "forged"})
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "refused"
    assert browser.send("POST", "api/chat/conversations", json={"title": "meant"}).status_code == 201
    assert browser.send("GET", "api/chat/conversations").json()[0]["title"] == "meant"
    out = browser.session.post(
        browser.address("login"), data={"username": "bea", "password": PASSWORD}, timeout=30
    )
    assert out.status_code == 403


@BOTH
def test_signing_out_ends_every_session_at_once(alone: Server, user: Callable[[str], str]) -> None:
    user("cleo")
    here, there = Browser(alone), Browser(alone)
    here.login("cleo")
    there.login("cleo")
    assert len(here.send("GET", "api/account/sessions").json()) == 2
    assert here.send("DELETE", "api/account/sessions").json() == {"success": True}
    assert there.send("GET", "api/account").status_code == 401


def test_wrong_passwords_are_told_alike_and_slowed_down(alone: Server, user: Callable[[str], str]) -> None:
    user("dora")
    browser = Browser(alone)
    wrong, unknown = browser.login("dora", "not this one"), browser.login("nobody", "not this one")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    told = [re.findall(r'role="alert">([^<]*)<', answer.text) for answer in (wrong, unknown)]
    assert told[0] == told[1] and told[0][0]
    answers = [browser.login("dora", "not this one") for _ in range(8)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert browser.login("dora").status_code == 429


@BOTH
def test_a_key_ends_when_it_is_revoked_or_over(
    alone: Server, studio: Studio, user: Callable[[str], str]
) -> None:
    owner = user("emma")
    key = key_of(studio, owner)
    client = Client(alone, key)
    assert client.get("api/account").json()["username"] == "emma"
    assert client.post("api/knowledge/bases", json={"name": "by key"}).status_code == 201
    studio.accounts.revoke_key(owner, key[:12])
    assert client.get("api/account").status_code == 401
    over = key_of(studio, owner, expires=datetime.now(UTC) + timedelta(milliseconds=200))
    end = datetime.now(UTC) + timedelta(seconds=20)
    while Client(alone, over).get("api/account").status_code != 401:
        assert datetime.now(UTC) < end


def test_a_key_is_good_for_its_scopes_alone(
    alone: Server, studio: Studio, user: Callable[[str], str]
) -> None:
    client = Client(alone, key_of(studio, user("fay"), scopes=["files"]))
    assert client.get("api/files").status_code == 200
    refused = client.get("api/chat/conversations")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "refused")
    assert client.get("api/account/keys").status_code == 403


@BOTH
def test_keys_are_made_listed_and_revoked_over_http(alone: Server, user: Callable[[str], str]) -> None:
    user("gil")
    browser = Browser(alone)
    browser.login("gil")
    made = browser.send("POST", "api/account/keys", json={"name": "laptop", "scopes": ["chat"]}).json()
    assert made["key"].startswith("ask_") and made["key"].startswith(made["prefix"])
    (listed,) = browser.send("GET", "api/account/keys").json()
    assert listed == {name: value for name, value in made.items() if name != "key"}
    assert Client(alone, made["key"]).get("api/chat/conversations").status_code == 200
    assert browser.send("DELETE", f"api/account/keys/{made['id']}").json()["revoked_at"]
    assert Client(alone, made["key"]).get("api/chat/conversations").status_code == 401


COIN = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[1]; creg mine[1]; h q[0]; measure q -> mine;'


def owned(client: Client) -> dict[str, str]:
    """Make one of everything; return the names that paths use."""
    talk = client.post("api/chat/conversations", json={"title": "mine"}).json()
    file = client.post("api/files/upload", files={"file": ("mine.txt", b"mine alone")}).json()
    base = client.post("api/knowledge/bases", json={"name": "mine"}).json()
    added = client.post(f"api/knowledge/bases/{base['id']}/files", json={"file_ids": [file["id"]]})
    assert client.ended(added)["output"]["files"][0]["status"] == "ready"
    job = client.post("api/circuits/jobs", json={"circuit": COIN, "on": "fake:manila", "shots": 1}).json()
    return {
        "conversation_id": talk["id"], "file_id": file["id"], "kb_id": base["id"], "job_id": job["id"],
        "run_id": file["run_id"], "other_id": file["run_id"],
    }  # fmt: skip


BODIES: dict[str, dict[str, Any]] = {
    "send_message": {"content": "hello"},
    "change_message": {"rating": 1},
    "add_member": {"username": "other"},
    "stream_message": {"content": "hello"},
    "add_files": {"file_ids": ["none"]},
    "change_password": {"old": "wrong wrong wrong", "new": "something else"},
    "search": {"query": "mine"},
    "ask": {"question": "whose is it?", "model": "none"},
}


@pytest.fixture(scope="module")
def _known() -> dict[str, tuple[Client, Client, dict[str, str]]]:
    """What `strangers` made, by server."""
    return {}


@pytest.fixture
def strangers(
    alone: Server, studio: Studio, user: Callable[[str], str], _known: dict[str, Any]
) -> tuple[Client, Client, dict[str, str]]:
    """Somebody who has one of everything, and somebody else."""
    if alone.url not in _known:
        owner, other = (Client(alone, key_of(studio, user(name))) for name in ("owner", "other"))
        _known[alone.url] = owner, other, owned(owner)
    return _known[alone.url]


@BOTH
@pytest.mark.parametrize("route", TABLE, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_refuses_a_stranger_and_hides_what_is_another_s(
    alone: Server, strangers: tuple[Client, Client, dict[str, str]], route: Any
) -> None:
    owner, other, names = strangers
    path = route.path.format(**dict.fromkeys(route.names, "none") | names)
    given = {"json": BODIES.get(route.answer.__name__, {})} if route.body else {}
    stranger = Client(alone, None).send(route.method, path, **given)
    assert (stranger.status_code, stranger.json()["error"]["code"]) == (401, "unauthorized")
    assert Client(alone, "ask_" + "x" * 43).send(route.method, path, **given).status_code == 401
    if set(route.names) & names.keys():
        hidden = other.send(route.method, path, **given)
        assert hidden.status_code == 404, hidden.text
        assert "mine" not in hidden.text
        # An uploaded file's Run has no artifact.
        if route.method == "GET" and "artifact" not in route.names:
            assert owner.get(path).status_code == 200


OPEN = {
    "login": "the way in",
    "pages/(.*)": "sends them to the login, see test_pages",
    "logout": "ends what the visitor's own cookie names",
    r"socket\.io": "who connects is asked then, see test_sockets",
    r"socket\.io/(socket\.io\.js)": "public code, see test_pages",
}
"""What is no route of the table, and why strangers get an answer."""


def test_nothing_is_mounted_that_no_test_asks_for(studio: Studio, tmp_path: Path) -> None:
    app = create_app(studio, base_url=BASE, pages=tmp_path)
    mounted = [rule.matcher.regex.pattern for rule in app.wildcard_router.rules]
    wanted = {route.pattern.removeprefix("/") for route in TABLE} | OPEN.keys()
    assert {pattern.removeprefix(BASE).removesuffix("$").removesuffix("/?") for pattern in mounted} == wanted


@BOTH
def test_nothing_of_another_is_listed(strangers: tuple[Client, Client, dict[str, str]]) -> None:
    _, other, names = strangers
    for route in TABLE:
        if route.method == "GET" and not route.names and route.path != "/api/openapi.json":
            text = other.get(route.path).text
            assert not [value for value in names.values() if value in text]


def test_an_address_that_is_not_there_is_told_as_json(alone: Server) -> None:
    answer = Client(alone, None).get("api/nothing")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_a_password_is_changed_by_who_knows_it_and_one_session_ended(
    alone: Server, user: Callable[[str], str]
) -> None:
    user("jo")
    here, there = Browser(alone), Browser(alone)
    for browser in (here, there):
        browser.login("jo")
    ids = [one["id"] for one in here.send("GET", "api/account/sessions").json()]
    ended = [here.send("DELETE", f"api/account/sessions/{one}").status_code for one in ids]
    # The second is refused where the first was its own, and goes through where it was the other's.
    assert sorted(ended) in ([200, 200], [200, 401])
    assert there.send("GET", "api/account").status_code == 401
    fresh = Browser(alone)
    fresh.login("jo")
    new = "quite another one"
    wrong = fresh.send(
        "POST", "api/account/password", json={"old": "not this one", "new": "quite another one"}
    )
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "unauthorized")
    right = fresh.send("POST", "api/account/password", json={"old": PASSWORD, "new": new})
    assert right.json() == {"success": True}
    assert fresh.send("GET", "api/account").status_code == 401
    assert Browser(alone).login("jo", new).status_code == 302


def test_every_deletion_is_in_the_audit(alone: Server, studio: Studio, user: Callable[[str], str]) -> None:
    owner = user("kim")
    client = Client(alone, key_of(studio, owner, scopes=SCOPES[:-1]))
    names = owned(client)
    user("guest")
    added = client.post(
        f"api/chat/conversations/{names['conversation_id']}/members", json={"username": "guest"}
    )
    said = client.post(
        f"api/chat/conversations/{names['conversation_id']}/messages",
        json={"content": "Hello.", "provider": "openai", "model": "gpt-4o"},
    )
    names |= {"user_id": added.json()["user_id"], "message_id": said.json()["message_id"]}
    deletions = sorted(
        (route for route in ROUTES if route.method == "DELETE"), key=lambda route: -len(route.names)
    )
    for route in deletions:
        answer = client.send("DELETE", route.path.format(**names))
        assert answer.ok, answer.text
        entry = studio.accounts.audit(1)[0]
        assert (entry.action, entry.actor) == (route.audit, owner)
        assert entry.object == " ".join(names[name] for name in route.names)
        assert entry.address == "127.0.0.1"

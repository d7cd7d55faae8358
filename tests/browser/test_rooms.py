"""Web pages in rooms: the specification's example and the documentation's, by npm's client in Chromium."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import PATIENCE, ROOT
from tests.jupyter import Server
from tests.server.conftest import BASE, PASSWORD, Client, home_of, key_of, notebook_server, standing
from tests.server.specification import javascript
from tests.standin.behaviours import ok
from tests.standin.server import StandIn
from workbench.settings import load_settings
from workbench.studio import Studio

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ANSWER = "An eagle is near, and so the marmot whistles before it runs."
SPECIFICATION = """<!doctype html>
<script>
const shown = [], typing = [];
const displayMessage = text => shown.push(text), showTypingIndicator = user => typing.push(user);
</script>
<script src="../socket.io/socket.io.js"></script>
<script>
%s
</script>
<script>
const row = [];
socket.onAny((event, told) => row.push([event, told]));
</script>
"""

WATCH = """() => {
  window.seen = [];
  const shown = () => document.querySelector("article:last-of-type span").textContent;
  socket.on("message_delta", () => seen.push(shown()));
}"""
"""Keeps what is shown of an answer after each piece."""


def documented() -> str:
    """Return the whole page of the documentation."""
    (page,) = re.findall(
        r"^```html\n(.*?)^```", (ROOT / "docs/sockets.md").read_text(), re.DOTALL | re.MULTILINE
    )
    return str(page)


@dataclass
class Place:
    """Where pages lie, and how two people get there.

    Attributes
    ----------
    folder : Path
        Of the pages.
    server : Server
        Serves them.
    below : str
        The address of the folder.
    client : Client
        Asks as the owner of the conversation.
    known : str
        What the address says of who one is.
    connection : str
        The specification's `io()`, adapted to the address and the token, if it needs to be.
    talk : str
        The conversation.
    """

    folder: Path
    server: Server
    below: str
    client: Client
    known: str = ""
    connection: str = "io()"
    talk: str = ""

    def page(self, name: str, text: str) -> str:
        """Lay a page down; return its address."""
        (self.folder / name).write_text(text)
        return f"{self.server.url}{self.below}{name}?conversation={self.talk}{self.known}"

    def stored(self) -> list[dict[str, Any]]:
        """Return the messages."""
        said: list[dict[str, Any]] = self.client.get(f"api/chat/conversations/{self.talk}/messages").json()
        return said


@pytest.fixture(scope="module")
def model() -> Iterator[StandIn]:
    """OpenAI's stand-in."""
    with StandIn() as server:
        yield server


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory, model: StandIn) -> Iterator[Place]:
    """The service alone at the root of its address, as the specification's `io()` expects; two users."""
    folder = tmp_path_factory.mktemp("team")
    (folder / "web").mkdir()
    with standing(folder, model, base="/", options=[f"--pages={folder / 'web'}"]) as server:
        studio = Studio(load_settings(workbench_home=home_of(server)))
        ada, _ = (studio.accounts.create(name, password=PASSWORD).id for name in ("ada", "ben"))
        client = Client(server, key_of(studio, ada), base="/")
        studio.close()
        yield Place(folder / "web", server, "/pages/", client)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory, model: StandIn) -> Iterator[Place]:
    """A Jupyter Server under a base URL, whose pages lie in its sandbox; two tabs of its one user."""
    folder = tmp_path_factory.mktemp("notebook")
    with notebook_server(folder, model) as server:
        client = Client(server, server.token)
        options = {"path": f"{BASE}socket.io", "query": {"token": server.token}, "transports": ["websocket"]}
        yield Place(
            folder, server, f"{BASE}files/", client,
            f"&token={server.token}", f"io({json.dumps(options)})",
        )  # fmt: skip


@pytest.fixture(params=["team", "notebook"])
def place(request: pytest.FixtureRequest) -> Place:
    """A conversation of both."""
    found: Place = request.getfixturevalue(request.param)
    given = {"title": "Marmots", "model_provider": "openai", "model_name": "gpt-4o"}
    talk = found.client.post("api/chat/conversations", json=given).json()["id"]
    if not found.known:
        found.client.post(f"api/chat/conversations/{talk}/members", json={"username": "ben"})
    return replace(found, talk=talk)


@pytest.fixture
def two(open_page: Callable[..., Any]) -> Callable[[Place, str], tuple[Any, Any]]:
    """Open an address twice, as two people would; the login page stands before it where there is one."""

    def opened(place: Place, address: str) -> tuple[Any, Any]:
        pages = [open_page(address, width=640, height=480) for _ in ("ada", "ben")]
        for page, name in zip(pages, ("ada", "ben"), strict=True):
            if "/login?" in page.url:
                page.fill("[name=username]", name)
                page.fill("[name=password]", PASSWORD)
                page.click("button")
                page.wait_for_url(address)
        return pages[0], pages[1]

    return opened


def until(here: Any, act: str, there: Any, seen: str) -> None:
    """Do something until it is seen: entering a room takes a moment, and the example does not wait."""
    end = time.monotonic() + PATIENCE
    while not there.evaluate(seen):
        here.evaluate(act)
        there.wait_for_timeout(50)
        assert time.monotonic() < end, here.evaluate("row")


def test_the_specification_s_example_runs_as_written(
    place: Place, model: StandIn, two: Callable[[Place, str], tuple[Any, Any]], strayed: list[str]
) -> None:
    code = javascript()
    assert code.count("io();") == 1 and code.count("'conversation-uuid'") == 3
    adapted = code.replace("io();", f"{place.connection};").replace("'conversation-uuid'", f"'{place.talk}'")
    ada, ben = two(place, place.page("specification.html", SPECIFICATION % adapted))
    model.script("openai", [ok(ANSWER, pace=0.02)])

    until(ada, "sendTypingIndicator(true)", ben, "typing.length > 0")
    until(ben, "sendTypingIndicator(true)", ada, "typing.length > 0")
    ada.evaluate("sendMessage('Why does it whistle?')")
    question, answer = "Why does it whistle?", ANSWER
    for page in (ada, ben):
        page.wait_for_function("shown.length > 0")
        assert page.evaluate("shown") == [answer]
        told = [item for item in page.evaluate("row") if item[0].startswith("message")]
        assert [event for event, _ in told][:2] == ["message_received", "message_delta"]
        assert [body["content"] for event, body in told if event == "message_received"] == [question, answer]
        deltas = [body for event, body in told if event == "message_delta"]
        assert len(deltas) > 3
        asked, stored = place.stored()
        assert "".join(body["content"] for body in deltas) == stored["content"] == answer
        assert {body["message_id"] for body in deltas} == {stored["id"]}
        assert (asked["content"], told[0][1]["id"]) == (question, asked["id"])
    names = [page.evaluate("typing[0]") for page in (ada, ben)]
    # Of a notebook server both are the one user; on the team's, each saw the other.
    assert (names[0] != names[1]) == (place.known == "")
    assert names[1] == asked["metadata"]["user_id"]
    assert strayed == []


def test_the_documentation_s_page_is_a_room(
    place: Place,
    model: StandIn,
    two: Callable[[Place, str], tuple[Any, Any]],
    strayed: list[str],
    keep_picture: Callable[[Any, str], Path],
    request: pytest.FixtureRequest,
) -> None:
    ada, ben = two(place, place.page("room.html", documented()))
    names = ("ada", "ben") if place.known == "" else ("researcher", "researcher")
    model.script("openai", [ok(ANSWER, pace=0.3)])
    for page in (ada, ben):
        page.wait_for_selector("fieldset:enabled")
        page.evaluate(WATCH)
    for here, there, name in ((ada, ben, names[0]), (ben, ada, names[1])):
        here.locator("input").press_sequentially("And ")
        there.wait_for_selector(f"#typing:has-text('{name} typing')")
    ada.locator("input").press_sequentially("what does an eagle do?")
    ada.keyboard.press("Enter")
    for page in (ada, ben):
        page.wait_for_function("seen.length > 2")
        keep_picture(page, f"room-{request.node.callspec.id}-{'ada' if page is ada else 'ben'}-streaming")
    for page in (ada, ben):
        page.wait_for_selector("article:last-of-type b:has-text('gpt-4o')")
        seen = page.evaluate("seen")
        assert seen == sorted(set(seen), key=len)
        assert all(ANSWER.startswith(text) for text in seen)
        assert (len(seen) > 3, seen[-1]) == (True, ANSWER)
        stored = place.stored()
        lines = page.evaluate("[...document.querySelectorAll('article span')].map(line => line.textContent)")
        assert lines == [said["content"] for said in stored] == ["And what does an eagle do?", ANSWER]
        assert page.evaluate("[...document.querySelectorAll('b')].at(-2).textContent") == names[0]
        assert page.locator("#trouble").inner_text() == ""
        keep_picture(page, f"room-{request.node.callspec.id}-{'ada' if page is ada else 'ben'}")
    # Who comes later, or again, finds what was said.
    ben.reload()
    ben.wait_for_selector("article:last-of-type b:has-text('gpt-4o')")
    assert ben.locator("article").count() == len(stored)
    assert strayed == []

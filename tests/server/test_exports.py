"""Conversations as files, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import nbformat
import pytest

from tests.jupyter import Server
from tests.server.conftest import Client, key_of
from tests.standin.behaviours import ok
from tests.standin.server import StandIn
from workbench.server.schemas.chat import Message
from workbench.studio import Studio

TITLE = 'Snow / ice: "when?" ❄'
ANSWER = "In *May*:\n\n```python\nmelt()"


@pytest.fixture
def people(alone: Server, studio: Studio) -> Callable[[str], Client]:
    """Return who asks by a key; make the user first."""

    def made(name: str) -> Client:
        return Client(alone, key_of(studio, studio.accounts.create(name).id))

    return made


def talk_of(owner: Client, member: Client, standin: StandIn) -> tuple[str, list[dict[str, Any]]]:
    """Two speak; return the path and the messages."""
    given = {
        "title": TITLE,
        "model_provider": "openai",
        "model_name": "gpt-4o",
        "system_prompt": "Be\nbrief.",
    }
    path = f"api/chat/conversations/{owner.post('api/chat/conversations', json=given).json()['id']}"
    name = member.get("api/account").json()["username"]
    assert owner.post(f"{path}/members", json={"username": name}).status_code == 201
    standin.script("openai", [ok(ANSWER), ok("Never.")])
    for who, said in ((owner, "When does it melt?"), (member, "And up there?")):
        assert who.post(f"{path}/messages", json={"content": said}).status_code == 200
    return path, owner.get(f"{path}/messages").json()


def test_a_conversation_comes_in_every_format(people: Callable[[str], Client], standin: StandIn) -> None:
    amy, bo, eve = people("amy"), people("bo"), people("eve")
    path, said = talk_of(amy, bo, standin)

    page = bo.get(f"{path}/export")
    assert page.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert page.headers["Content-Disposition"] == (
        'attachment; filename="Snow _ ice_ _when__ _.md";'
        " filename*=UTF-8''Snow%20_%20ice_%20_when__%20%E2%9D%84.md"
    )
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    text = page.content.decode()
    assert text.startswith(f"# {TITLE}\n\nopenai:gpt-4o · 4 messages · ")
    assert "\n> Be\n> brief.\n" in text
    heads = [line.partition(",")[0] for line in text.splitlines() if line.startswith("## ")]
    assert heads == ["## amy", f"## {said[1]['metadata']['model']}", "## bo", heads[1]]
    # The answer broke off in a block of code, which would swallow what follows.
    assert f"{ANSWER}\n```\n\n## bo" in text
    assert amy.get(f"{path}/export?format=markdown").content == page.content

    whole = amy.get(f"{path}/export", params={"format": "json"})
    assert whole.headers["Content-Type"] == "application/json"
    told = [Message.model_validate(one) for one in whole.json()["messages"]]
    assert told == [Message.model_validate(one) for one in said]
    assert sorted(whole.json()["people"].values()) == ["amy", "bo"]

    book = amy.get(f"{path}/export?format=notebook")
    assert book.headers["Content-Type"] == "application/x-ipynb+json"
    notebook = nbformat.reads(book.text, as_version=4)
    nbformat.validate(notebook)
    assert [cell.cell_type for cell in notebook.cells] == ["markdown"] * 5
    assert [cell.metadata.workbench.message_id for cell in notebook.cells[1:]] == [one["id"] for one in said]

    assert eve.get(f"{path}/export").status_code == 404
    wrong = amy.get(f"{path}/export?format=pdf")
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (400, "format")
    paths = amy.get("api/openapi.json").json()["paths"]
    described = paths["/api/chat/conversations/{conversation_id}/export"]["get"]["responses"]["200"]
    assert described["content"].keys() == {
        got.headers["Content-Type"].partition(";")[0] for got in (page, whole, book)
    }


def test_a_conversation_without_a_word_is_a_file_too(people: Callable[[str], Client]) -> None:
    cy = people("cy")
    path = f"api/chat/conversations/{cy.post('api/chat/conversations', json={'title': '..'}).json()['id']}"
    for form in ("markdown", "json", "notebook"):
        got = cy.get(f"{path}/export", params={"format": form})
        assert got.status_code == 200
        assert 'filename="file.' in got.headers["Content-Disposition"]
    assert json.loads(got.text)["cells"][0]["source"].startswith("# ..\n\n0 messages · 0 tokens · $0")

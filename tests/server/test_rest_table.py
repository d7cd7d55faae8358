"""The specification's table of routes, each row sent as it is printed to a real Jupyter Server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.jupyter import Server
from tests.server.conftest import BASE, Client
from tests.server.specification import PAGE, ROUTES, Row
from tests.standin.behaviours import ok
from tests.standin.server import StandIn

CONVERSATION = (
    "id user_id title model_provider model_name system_prompt settings is_active created_at updated_at"
)
MESSAGE = "id role content metadata tokens_used cost created_at"
REPLY = "content model tokens_used cost message_id user_message_id session_id"
FILE = (
    "id filename original_filename file_type file_size mime_type is_processed processing_status metadata"
    " created_at"
)
COLLECTION = "id name description settings file_count total_chunks created_at updated_at"
FOUND = "content score file_id filename"


def one(names: str) -> Callable[[Any], bool]:
    """Return what says whether an answer has these."""
    return lambda told: {*names.split()} <= told.keys()


def some(names: str) -> Callable[[Any], bool]:
    """Return what says whether an answer is a list, not empty, of what has these."""
    return lambda told: len(told) > 0 and all(map(one(names), told))


RETURNS = {
    "List of conversation objects": some(CONVERSATION),
    "Created conversation object": one(CONVERSATION),
    "List of message objects": some(MESSAGE),
    "AI response with message details": one(REPLY),
    "File upload result": one(FILE),
    "List of file objects": some(FILE),
    "Success status": lambda told: told == {"success": True},
    "Created knowledge base object": one(COLLECTION),
    "List of knowledge base objects": some(COLLECTION),
    "Search results": some(FOUND),
}
"""What the words of the specification mean."""


def send(server: Server, method: str, path: str, **given: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {server.token}"}
    address = f"{server.url}{BASE.rstrip('/')}{path}"
    return requests.request(method, address, headers=headers, timeout=60, **given)


@pytest.fixture(scope="module")
def names(server: Server, standin: StandIn) -> dict[str, str]:
    """A conversation with an answer, a file, and a knowledge base with it, made by the table's own rows."""
    standin.reset()

    def made(path: str, **given: Any) -> str:
        answer = send(server, "POST", path, **given)
        assert answer.ok, answer.text
        return str(answer.json()["id"])

    bodies = {row.path: row.body for row in ROUTES if row.method == "POST"}
    talk = made("/api/chat/conversations", json=bodies["/api/chat/conversations"])
    file = made("/api/files/upload", files={"file": ("query.txt", b"Search query")})
    base = made("/api/knowledge/bases", json=bodies["/api/knowledge/bases"])
    said = send(server, "POST", f"/api/chat/conversations/{talk}/messages", json={"content": "Hello"})
    added = send(server, "POST", f"/api/knowledge/bases/{base}/files", json={"file_ids": [file]})
    assert said.status_code == 200
    assert Client(server, server.token).ended(added)["status"] == "finished"
    return {"conversation_id": talk, "file_id": file, "kb_id": base}


def test_the_table_is_whole() -> None:
    assert len(ROUTES) == PAGE.count("**GET /") + PAGE.count("**POST /") + PAGE.count("**DELETE /") == 10
    assert {row.returns for row in ROUTES} == RETURNS.keys()
    assert sum(row.body is not None for row in ROUTES) == PAGE.count("# Body: ") == 4
    assert sum(row.form for row in ROUTES) == 1


# What deletes comes last.
@pytest.mark.parametrize("row", sorted(ROUTES, key=lambda row: row.method == "DELETE"), ids=str)
def test_a_row_does_as_it_says(server: Server, names: dict[str, str], standin: StandIn, row: Row) -> None:
    standin.script("openai", [ok("AI response")] if "/messages" in row.path and row.body else [])
    path = row.path
    for name, value in names.items():
        path = path.replace(f"<{name}>", value)
    given: dict[str, Any] = {"json": row.body} if row.body else {}
    given |= {"files": {"file": ("document.txt", b"A document.")}} if row.form else {}
    answer = send(server, row.method, path, **given)
    assert answer.ok, answer.text
    told = answer.json()
    assert RETURNS[row.returns](told), told
    if row.returns.startswith("Created"):
        assert told | (row.body or {}) == told
    if row.method == "DELETE":
        assert send(server, "GET", path).status_code == 404


def test_what_the_rows_did_is_there(server: Server, names: dict[str, str], standin: StandIn) -> None:
    (body,) = [row.body for row in ROUTES if row.body and "content" in row.body]
    standin.script("openai", [ok("AI response")])
    path = f"/api/chat/conversations/{names['conversation_id']}/messages"
    reply = send(server, "POST", path, json=body).json()
    said = send(server, "GET", path).json()[-2:]
    assert [turn["id"] for turn in said] == [reply["user_message_id"], reply["message_id"]]
    assert [turn["content"] for turn in said] == [body["content"], "AI response"]
    asked = standin.asked("openai")[-1].body
    assert (asked["model"], asked["messages"][0]) == (
        body["model"],
        {"role": "system", "content": "You are a helpful assistant"},
    )

"""Conversations of several people in a shared PostgreSQL keep the same promises."""

from __future__ import annotations

import pytest

from tests.chat import pages
from tests.standin import StandIn
from tests.standin.behaviours import ok
from workbench.errors import NotFound, Refused
from workbench.settings import load_settings
from workbench.studio import Studio


@pytest.fixture
def standin():
    with StandIn() as served:
        yield served


@pytest.fixture
def talking(shared, standin):
    studio = Studio(load_settings(database_url=shared.settings.database, **standin.settings("openai")))
    yield studio
    studio.close()


def test_members_messages_and_pages(talking, standin):
    standin.script("openai", [ok("One."), ok("Two.")])
    chat, accounts = talking.chat, talking.accounts
    anna, bob = (accounts.create(name).id for name in ("anna", "bob"))
    talk = chat.create_session(anna, "Snow", "gpt-4o")
    with pytest.raises(NotFound):
        chat.get_session(talk, bob)
    assert chat.add_member(talk, anna, "bob") == chat.add_member(talk, anna, "bob")
    with pytest.raises(Refused):
        chat.rename_session(talk, bob, "Mine")
    with talking.acting_as(bob):
        first = chat.chat_completion(talk, "1?")
        last = list(chat.stream(talk, "2?"))[-1]
    told = chat.messages_after(talk, anna, first["user_message_id"])
    assert [message["content"] for message in told] == ["One.", "2?", "Two."]
    assert [message["content"] for message in chat.messages_after(talk, bob, first["message_id"], 1)] == [
        "2?"
    ]
    assert chat.messages_after(talk, bob, last["message_id"]) == []
    own = chat.create_session(bob)
    assert [row["id"] for row in chat.list_sessions(bob)] == [own, talk]
    assert [row["id"] for row in chat.list_sessions(bob, 1, own)] == [talk]
    chat.remove_member(talk, bob, bob)
    assert [row["id"] for row in chat.list_sessions(bob)] == [own]


def test_pages_hold_each_conversation_once_as_it_is(talking):
    pages.hold_each_conversation_once_as_it_is(talking)

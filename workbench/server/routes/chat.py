"""Conversations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.server.attachment import Attachment
from workbench.server.route import Call, Routes
from workbench.server.schemas.chat import (
    Conversation,
    ConversationChange,
    ConversationExport,
    Message,
    MessageChange,
    NewConversation,
    NewMessage,
    Reply,
    ReplyPiece,
)
from workbench.server.schemas.common import Done, Page
from workbench.server.sockets.replies import answered, spoken

__all__ = ["routes"]

routes = Routes("chat")
_ONE = "/api/chat/conversations/{conversation_id}"
_TRANSCRIPTS = ("text/markdown", "application/json", "application/x-ipynb+json")


@routes.get("/api/chat/conversations", list[Conversation], query=Page)
def list_conversations(call: Call) -> list[dict[str, Any]]:
    """List the conversations that one has or is a member of, last used first."""
    found = call.studio.chat.list_sessions(call.user_id, call.query.limit + 1, call.query.cursor)
    return call.page(found, call.query.limit)


@routes.post("/api/chat/conversations", Conversation, body=NewConversation, status=201)
def create_conversation(call: Call) -> dict[str, Any]:
    """Make a conversation."""
    made = call.studio.chat.create_session(
        call.user_id,
        call.body.title,
        call.body.model_name,
        provider=call.body.model_provider,
        system_prompt=call.body.system_prompt,
        settings=call.body.settings,
    )
    return call.studio.chat.get_session(made, call.user_id)


@routes.get(_ONE, Conversation, errors=(404,))
def read_conversation(call: Call) -> dict[str, Any]:
    """Return a conversation."""
    return _seen(call)


@routes.patch(_ONE, Conversation, body=ConversationChange, errors=(404,))
def change_conversation(call: Call) -> dict[str, Any]:
    """Give a conversation another title, model, system prompt or settings."""
    number = call.path["conversation_id"]
    if call.body.title is not None:
        call.studio.chat.rename_session(number, call.user_id, call.body.title)
    if call.body.model_name is not None or call.body.model_provider is not None:
        call.studio.chat.set_model(number, call.user_id, call.body.model_name, call.body.model_provider)
    if call.body.system_prompt is not None or call.body.settings is not None:
        given = call.body
        call.studio.chat.set_instructions(
            number, call.user_id, system_prompt=given.system_prompt, settings=given.settings
        )
    return _seen(call)


@routes.delete(_ONE, Done, errors=(404,), audit="conversation.delete")
def delete_conversation(call: Call) -> Done:
    """Delete a conversation with its messages; the Runs stay."""
    call.studio.chat.delete_session(call.path["conversation_id"], call.user_id)
    call.rooms.closed(call.path["conversation_id"])
    return Done()


@routes.get(f"{_ONE}/export", Attachment, query=ConversationExport, errors=(404,), attaches=_TRANSCRIPTS)
def export_conversation(call: Call) -> Attachment:
    """Return a conversation as a file."""
    form = call.query.format
    written = call.studio.chat.export_session(call.path["conversation_id"], call.user_id, form)
    return Attachment(written.text.encode(), written.media_type, written.filename)


@routes.get(f"{_ONE}/messages", list[Message], errors=(404,))
def list_messages(call: Call) -> list[dict[str, Any]]:
    """List a conversation's messages, first said first."""
    return _messages(call)


@routes.post(f"{_ONE}/messages", Reply, body=NewMessage, errors=(404, 429, 502), speaks=True, asks=True)
def send_message(call: Call) -> dict[str, Any]:
    """Send a message and return the answer; without a message the last question is answered again."""
    return answered(call.studio, call.rooms, *_said(call), settings=call.body.settings)


@routes.post(
    f"{_ONE}/messages/stream",
    ReplyPiece,
    body=NewMessage,
    errors=(404, 429, 502),
    streams=True,
    speaks=True,
    asks=True,
)
def stream_message(call: Call) -> Iterator[dict[str, Any]]:
    """Send a message; the answer comes piece by piece as Server-Sent Events."""
    return spoken(call.studio, call.rooms, *_said(call), settings=call.body.settings)


@routes.patch(f"{_ONE}/messages/{{message_id}}", Done, body=MessageChange, errors=(404,), speaks=True)
def change_message(call: Call) -> Done:
    """Rate an answer, or change a question, which drops all that was said after it."""
    chat, number, message = call.studio.chat, *_message(call)
    if call.body.rating is not None:
        chat.rate(message, call.user_id, call.body.rating)
    if call.body.content is not None:
        call.rooms.withdrawn(number, chat.edit(number, call.user_id, message, call.body.content))
        (said,) = (one for one in _messages(call) if one["id"] == message)
        call.rooms.message(number, said)
    return Done()


@routes.delete(f"{_ONE}/messages/{{message_id}}", Done, errors=(404,), speaks=True, audit="message.delete")
def delete_message(call: Call) -> Done:
    """Drop an answer and all that was said after it."""
    number, message = _message(call)
    call.rooms.withdrawn(number, call.studio.chat.retry(number, call.user_id, message))
    return Done()


def _messages(call: Call) -> list[dict[str, Any]]:
    whole = call.studio.chat.get_session(call.path["conversation_id"], call.user_id)
    found: list[dict[str, Any]] = whole["messages"]
    return found


def _message(call: Call) -> tuple[str, str]:
    number = call.studio.chat.describe_session(call.path["conversation_id"], call.user_id)["id"]
    return number, call.path["message_id"]


def _said(call: Call) -> tuple[str, str | None, str | None, str | None]:
    number = call.studio.chat.describe_session(call.path["conversation_id"], call.user_id)["id"]
    return number, call.body.content, call.body.model, call.body.provider


def _seen(call: Call) -> dict[str, Any]:
    return call.studio.chat.describe_session(call.path["conversation_id"], call.user_id)

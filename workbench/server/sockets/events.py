"""What clients send, checked before anything is done with it, and what they are told of a message."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from workbench.server.schemas.chat import Message, Name
from workbench.server.schemas.common import Body, Identifier

__all__ = ["JoinConversation", "LeaveConversation", "MessageReceived", "SendMessage", "TypingIndicator"]

Said = Annotated[str, Field(min_length=1, max_length=100_000)]


class LeaveConversation(Body):
    """Leave the room of a conversation."""

    conversation_id: Identifier


class JoinConversation(Body):
    """Enter the room of a conversation; what follows the message ``after`` comes first."""

    conversation_id: Identifier
    after: Identifier | None = None


class SendMessage(Body):
    """Say something, and have it answered; without ``model`` and ``provider`` by the conversation's."""

    conversation_id: Identifier
    content: Said
    model: Name | None = None
    provider: Name | None = None


class TypingIndicator(Body):
    """Begin or end typing."""

    conversation_id: Identifier
    is_typing: bool


class MessageReceived(Message):
    """A message as it is stored, with its conversation and who said it or had it answered."""

    conversation_id: str
    user_id: str | None

"""Conversations and their messages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from workbench.server.route import Query
from workbench.server.schemas.common import Body, Identifier, Metadata

__all__ = [
    "Conversation",
    "ConversationChange",
    "ConversationExport",
    "Message",
    "MessageChange",
    "NewConversation",
    "NewMessage",
    "Reply",
    "ReplyPiece",
]

Title = Annotated[str, Field(min_length=1, max_length=255)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Text = Annotated[str, Field(min_length=1, max_length=1_000_000)]


class NewConversation(Body):
    """A conversation to be made."""

    title: Title | None = None
    system_prompt: Annotated[str, Field(max_length=100_000)] | None = None
    model_provider: Name | None = None
    model_name: Name | None = None
    settings: dict[str, Any] | None = None


class ConversationChange(Body):
    """What is to be changed; what is left out stays."""

    title: Title | None = None
    model_provider: Name | None = None
    model_name: Name | None = None
    system_prompt: Annotated[str, Field(max_length=100_000)] | None = None
    settings: dict[str, Any] | None = None


class Conversation(BaseModel):
    """A conversation without its messages."""

    id: str
    user_id: str
    title: str
    model_provider: str | None
    model_name: str | None
    system_prompt: str | None
    settings: dict[str, Any] | None
    is_active: bool
    created_at: datetime
    updated_at: datetime


class ConversationExport(Query):
    """What a conversation is to be written down as."""

    format: Literal["markdown", "json", "notebook"] = "markdown"


class Message(BaseModel):
    """One turn; ``cost`` is US dollars, ``null`` where the price is not known."""

    id: str
    session_id: str
    role: Literal["user", "assistant", "system"]
    content: str
    metadata: Metadata
    tokens_used: int
    cost: float | None
    created_at: datetime
    rating: Literal[-1, 0, 1]


class MessageChange(Body):
    """A thumb on an answer, 0 taking it back, or other words of a question."""

    rating: Literal[-1, 0, 1] | None = None
    content: Text | None = None


class NewMessage(Body):
    """What the user says, and who is to answer; without ``content`` the last question is answered again."""

    content: Text | None = None
    model: Name | None = None
    provider: Name | None = None
    settings: dict[str, Any] | None = None


class Reply(BaseModel):
    """The answer, with the identifiers of both messages and the Run that made it."""

    content: str
    session_id: Identifier
    message_id: str
    user_message_id: str | None
    run_id: str
    provider: str
    model: str
    tokens_used: int
    cost: float | None
    usage: dict[str, Any]
    finish_reason: str | None


class ReplyPiece(BaseModel):
    """A stretch of an answer; the last one has ``done`` and the figures of a `Reply`."""

    content: str
    done: bool
    session_id: str | None = None
    message_id: str | None = None
    user_message_id: str | None = None
    run_id: str | None = None
    provider: str | None = None
    model: str | None = None
    tokens_used: int | None = None
    cost: float | None = None
    usage: dict[str, Any] | None = None
    finish_reason: str | None = None

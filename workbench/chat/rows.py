"""Rows of sessions and messages: how they are ordered, and what is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from workbench.storage.models import ChatMessage, ChatSession, Rating

__all__ = ["latest", "message_view", "message_views", "messages_of", "newest", "session_view"]

_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
# A question and its answer may share their microsecond; "user" sorts after "assistant".
_PLACE = (ChatMessage.created_at, func.length(ChatMessage.role), ChatMessage.id)


def latest(session: Session, session_id: str) -> datetime:
    """Return when the session's last message was made."""
    wanted = select(func.max(ChatMessage.created_at)).where(ChatMessage.session_id == session_id)
    return session.scalar(wanted) or _BEFORE_ALL


def messages_of(
    session: Session, session_id: str, after: ChatMessage | None = None, limit: int | None = None
) -> list[ChatMessage]:
    """Return messages in their order, those behind ``after``."""
    statement = select(ChatMessage).where(ChatMessage.session_id == session_id)
    if after is not None:
        # The first comparison is for the index; the second decides.
        statement = statement.where(
            ChatMessage.created_at >= after.created_at,
            tuple_(*_PLACE) > (after.created_at, len(after.role), after.id),
        )
    return list(session.scalars(statement.order_by(*_PLACE).limit(limit)))


def newest(session: Session, session_id: str) -> str | None:
    """Return the identifier of the session's last message."""
    wanted = select(ChatMessage.id).where(ChatMessage.session_id == session_id)
    return session.scalar(wanted.order_by(*(column.desc() for column in _PLACE)).limit(1))


def message_views(session: Session, rows: Sequence[ChatMessage], user_id: str) -> list[dict[str, Any]]:
    """Return messages with the user's ratings of them."""
    wanted = select(Rating.message_id, Rating.value).where(
        Rating.user_id == user_id, Rating.message_id.in_([message.id for message in rows])
    )
    ratings = {item.message_id: item.value for item in session.execute(wanted)}
    return [message_view(message, ratings.get(message.id, 0)) for message in rows]


def session_view(row: ChatSession) -> dict[str, Any]:
    """Return the session as a dict."""
    return {
        "id": row.id,
        "user_id": row.user_id,
        "title": row.title,
        "model_provider": row.model_provider,
        "model_name": row.model_name,
        "system_prompt": row.system_prompt,
        "settings": row.settings,
        "is_active": row.is_active,
        "created_at": row.created_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
    }


def message_view(row: ChatMessage, rating: int) -> dict[str, Any]:
    """Return the message as a dict."""
    return {
        "id": row.id,
        "session_id": row.session_id,
        "role": row.role,
        "content": row.content,
        "metadata": row.meta,
        "tokens_used": row.tokens_used,
        "cost": row.cost,
        "created_at": row.created_at.isoformat(),
        "rating": rating,
    }

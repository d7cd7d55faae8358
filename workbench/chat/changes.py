"""Where conversations stand, for who keeps those who listen up to date."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from workbench.chat.access import readable
from workbench.chat.rows import newest
from workbench.storage.database import Database
from workbench.storage.models import ChatSession

__all__ = ["last_message", "last_used"]


def last_message(database: Database, session_id: str, user_id: str) -> str | None:
    """Return the identifier of a session's last message."""
    with database.session() as session:
        readable(session, session_id, user_id)
        return newest(session, session_id)


def last_used(database: Database, session_ids: Collection[str]) -> dict[str, datetime]:
    """Return when each of the sessions was last changed."""
    statement = select(ChatSession.id, ChatSession.updated_at).where(ChatSession.id.in_(session_ids))
    with database.session() as session:
        return {row.id: row.updated_at for row in session.execute(statement)}

"""Chat sessions and messages in SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, null, or_, select
from sqlalchemy.orm import Session

from workbench.chat.messages import ROLES, check_settings
from workbench.errors import BadInput, NotFound
from workbench.storage.base import utcnow
from workbench.storage.database import Database
from workbench.storage.models import ChatMessage, ChatSession, Rating, User
from workbench.text import truncate_text

__all__ = ["Sessions"]

UNTITLED = "New chat"
TITLE_LENGTH = 60


class Sessions:
    """Reads and writes sessions; every write is one transaction.

    Parameters
    ----------
    database : Database
        Where they lie.
    clean : callable
        Takes secrets out of the texts that are stored.
    """

    def __init__(self, database: Database, clean: Callable[[str], str]) -> None:
        self.database = database
        self.clean = clean

    def create(
        self,
        user_id: str,
        title: str | None,
        provider: str | None,
        model: str | None,
        system_prompt: str | None,
        settings: Mapping[str, Any] | None,
    ) -> str:
        """Store a new session and return its identifier."""
        checked = check_settings(settings)
        with self.database.begin() as session:
            if session.get(User, user_id) is None:
                raise NotFound(f"There is no user {user_id!r}.", "Create the user first.")
            row = ChatSession(
                user_id=user_id,
                title=self.clean(title or UNTITLED)[:255],
                model_provider=provider,
                model_name=model,
                system_prompt=self.clean(system_prompt) if system_prompt else system_prompt,
                settings=checked,
            )
            session.add(row)
            session.flush()
            return row.id

    def row(self, session_id: str) -> ChatSession:
        """Return the session whoever owns it."""
        with self.database.session() as session:
            return _existing(session.get(ChatSession, session_id), session_id)

    def messages(self, session_id: str) -> list[ChatMessage]:
        """Return the session's messages in the order of their making."""
        with self.database.session() as session:
            return _messages(session, session_id)

    def read(self, session_id: str, user_id: str) -> dict[str, Any]:
        """Return the session and its messages as dicts."""
        with self.database.session() as session:
            row = _owned(session, session_id, user_id)
            rows = _messages(session, session_id)
            wanted = select(Rating.message_id, Rating.value).where(
                Rating.user_id == user_id, Rating.message_id.in_([message.id for message in rows])
            )
            ratings = {item.message_id: item.value for item in session.execute(wanted)}
        costs = [message.cost for message in rows]
        return _session_dict(row) | {
            "messages": [_message_dict(message, ratings.get(message.id, 0)) for message in rows],
            "tokens_used": sum(message.tokens_used for message in rows),
            "cost": sum(cost for cost in costs if cost is not None),
            "unknown_cost": sum(cost is None for cost in costs),
        }

    def list(self, user_id: str, limit: int, cursor: str | None) -> list[dict[str, Any]]:
        """Return a page of the user's sessions, last used first."""
        if limit < 1:
            raise BadInput(f"limit is {limit}; expected at least 1.", details={"field": "limit"})
        statement = select(ChatSession).where(ChatSession.user_id == user_id, ChatSession.is_active.is_(True))
        with self.database.session() as session:
            if cursor is not None:
                last = _owned(session, cursor, user_id)
                statement = statement.where(
                    or_(
                        ChatSession.updated_at < last.updated_at,
                        (ChatSession.updated_at == last.updated_at) & (ChatSession.id < last.id),
                    )
                )
            rows = session.scalars(
                statement.order_by(ChatSession.updated_at.desc(), ChatSession.id.desc()).limit(limit)
            )
            return [_session_dict(row) for row in rows]

    def find(self, user_id: str, title: str) -> str | None:
        """Return the newest session of this title."""
        statement = select(ChatSession.id).where(ChatSession.user_id == user_id, ChatSession.title == title)
        with self.database.session() as session:
            return session.scalar(statement.order_by(ChatSession.created_at.desc()).limit(1))

    def update(self, session_id: str, user_id: str, **values: Any) -> None:
        """Change columns of a session."""
        with self.database.begin() as session:
            row = _owned(session, session_id, user_id)
            for name, value in values.items():
                setattr(row, name, self.clean(value) if isinstance(value, str) else value)

    def delete(self, session_id: str, user_id: str) -> None:
        """Delete a session with all that hangs on it."""
        with self.database.begin() as session:
            session.delete(_owned(session, session_id, user_id))

    def add(self, session_id: str, role: str, content: str, *, meta: dict[str, Any], tokens_used: int) -> str:
        """Store one message and return its identifier."""
        if role not in ROLES:
            raise BadInput(
                f"The role is {role!r}; expected one of {', '.join(ROLES)}.", details={"field": "role"}
            )
        if not content.strip():
            raise BadInput("The content is empty; expected text.", details={"field": "content"})
        with self.database.begin() as session:
            row = _touch(session, session_id)
            message = ChatMessage(
                session_id=row.id, role=role, content=self.clean(content), meta=meta, tokens_used=tokens_used
            )
            session.add(message)
            session.flush()
            return message.id

    def add_turn(
        self,
        session_id: str,
        question: str | None,
        answer: str,
        meta: dict[str, Any],
        tokens_used: int,
        cost: float | None,
        asked: datetime,
    ) -> tuple[str | None, str]:
        """Store a question and its answer together; return their identifiers."""
        question, answer = self.clean(question) if question else question, self.clean(answer)
        with self.database.begin() as session:
            row = _touch(session, session_id)
            if question is not None:
                asking = ChatMessage(session_id=row.id, role="user", content=question, created_at=asked)
                session.add(asking)
                if row.title == UNTITLED:
                    row.title = truncate_text(" ".join(question.split()), TITLE_LENGTH)
            said = ChatMessage(
                session_id=row.id,
                role="assistant",
                content=answer,
                meta=meta,
                tokens_used=tokens_used,
                # A plain None would take the column's default, and an unknown price would read as free.
                cost=null() if cost is None else cost,
            )
            session.add(said)
            session.flush()
            return (asking.id if question is not None else None), said.id

    def cut(self, session_id: str, user_id: str, message_id: str, content: str | None) -> None:
        """Drop an answer, or change a question to ``content``, and drop all after it."""
        if content is not None and not content.strip():
            raise BadInput("The message is empty; expected text.", details={"field": "content"})
        with self.database.begin() as session:
            _owned(session, session_id, user_id)
            rows = _messages(session, session_id)
            at = next((at for at, row in enumerate(rows) if row.id == message_id), None)
            role = "assistant" if content is None else "user"
            if at is None or rows[at].role != role:
                raise NotFound(f"There is no {role} message {message_id!r} in this session.")
            if content is not None:
                rows[at].content = self.clean(content)
            doomed = [row.id for row in rows[at if content is None else at + 1 :]]
            session.execute(delete(ChatMessage).where(ChatMessage.id.in_(doomed)))

    def rate(self, message_id: str, user_id: str, rating: int) -> None:
        """Store, change or take back a rating."""
        if rating not in (-1, 0, 1):
            raise BadInput(f"The rating is {rating!r}; expected 1, -1 or 0.", details={"field": "rating"})
        with self.database.begin() as session:
            message = session.get(ChatMessage, message_id)
            if message is None or message.role != "assistant":
                raise NotFound(f"There is no answer {message_id!r}.")
            _owned(session, message.session_id, user_id)
            session.execute(delete(Rating).where(Rating.message_id == message_id, Rating.user_id == user_id))
            if rating:
                run_id = message.meta.get("run_id")
                session.add(Rating(message_id=message_id, user_id=user_id, run_id=run_id, value=rating))


def _existing(row: ChatSession | None, session_id: str) -> ChatSession:
    if row is None:
        raise NotFound(f"There is no chat session {session_id!r}.", "Create one, or list the ones there are.")
    return row


def _owned(session: Session, session_id: str, user_id: str) -> ChatSession:
    row = session.get(ChatSession, session_id)
    return _existing(row if row is not None and row.user_id == user_id else None, session_id)


def _touch(session: Session, session_id: str) -> ChatSession:
    row = _existing(session.get(ChatSession, session_id), session_id)
    row.updated_at = utcnow()
    return row


def _messages(session: Session, session_id: str) -> list[ChatMessage]:
    # A question and its answer may share their microsecond; "user" sorts after "assistant".
    order = (ChatMessage.created_at, func.length(ChatMessage.role), ChatMessage.id)
    return list(
        session.scalars(select(ChatMessage).where(ChatMessage.session_id == session_id).order_by(*order))
    )


def _session_dict(row: ChatSession) -> dict[str, Any]:
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


def _message_dict(row: ChatMessage, rating: int) -> dict[str, Any]:
    return {
        "id": row.id,
        "role": row.role,
        "content": row.content,
        "metadata": row.meta,
        "tokens_used": row.tokens_used,
        "cost": row.cost,
        "created_at": row.created_at.isoformat(),
        "rating": rating,
    }

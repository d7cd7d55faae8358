"""Chat sessions and messages in SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, null, select
from sqlalchemy.orm import Session

from workbench.chat.access import existing, owned, readable
from workbench.chat.listing import page_of
from workbench.chat.messages import ROLES, check_settings
from workbench.chat.rows import latest, message_view, message_views, messages_of, session_view
from workbench.chat.turn import Turn
from workbench.errors import BadInput, NotFound
from workbench.storage.base import utcnow
from workbench.storage.database import Database
from workbench.storage.models import ChatMessage, ChatSession, Rating, User
from workbench.text import truncate_text

__all__ = ["Sessions"]

UNTITLED = "New chat"
TITLE_LENGTH = 60
_TICK = timedelta(microseconds=1)


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
            return existing(session.get(ChatSession, session_id), session_id)

    def messages(self, session_id: str) -> list[ChatMessage]:
        """Return the session's messages in the order of their making."""
        with self.database.session() as session:
            return messages_of(session, session_id)

    def read(self, session_id: str, user_id: str) -> dict[str, Any]:
        """Return the session and its messages as dicts."""
        with self.database.session() as session:
            row = readable(session, session_id, user_id)
            rows = messages_of(session, session_id)
            told = message_views(session, rows, user_id)
        costs = [message.cost for message in rows]
        return session_view(row) | {
            "messages": told,
            "tokens_used": sum(message.tokens_used for message in rows),
            "cost": sum(cost for cost in costs if cost is not None),
            "unknown_cost": sum(cost is None for cost in costs),
        }

    def head(self, session_id: str, user_id: str) -> dict[str, Any]:
        """Return the session without its messages."""
        with self.database.session() as session:
            return session_view(readable(session, session_id, user_id))

    def after(
        self, session_id: str, user_id: str, message_id: str | None, limit: int
    ) -> list[dict[str, Any]]:
        """Return the messages that follow one of the session's, or all."""
        with self.database.session() as session:
            readable(session, session_id, user_id)
            last = session.get(ChatMessage, message_id) if message_id is not None else None
            if message_id is not None and (last is None or last.session_id != session_id):
                raise NotFound(
                    f"There is no message {message_id!r} in this session.",
                    "Read the list of its messages anew.",
                )
            return message_views(session, messages_of(session, session_id, last, limit), user_id)

    def list(self, user_id: str, limit: int, cursor: str | None) -> list[dict[str, Any]]:
        """Return a page of the sessions that the user owns or is a member of, last used first."""
        if limit < 1:
            raise BadInput(f"limit is {limit}; expected at least 1.", details={"field": "limit"})
        with self.database.engine.connect() as connection:
            return page_of(connection, user_id, cursor, limit)

    def find(self, user_id: str, title: str) -> str | None:
        """Return the newest session of this title."""
        statement = select(ChatSession.id).where(ChatSession.user_id == user_id, ChatSession.title == title)
        with self.database.session() as session:
            return session.scalar(statement.order_by(ChatSession.created_at.desc()).limit(1))

    def update(self, session_id: str, user_id: str, **values: Any) -> None:
        """Change columns of a session."""
        with self.database.begin() as session:
            row = owned(session, session_id, user_id)
            for name, value in values.items():
                setattr(row, name, self.clean(value) if isinstance(value, str) else value)

    def delete(self, session_id: str, user_id: str) -> None:
        """Delete a session with all that hangs on it."""
        with self.database.begin() as session:
            session.delete(owned(session, session_id, user_id))

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
        self, turn: Turn, answer: str, meta: dict[str, Any], tokens_used: int, cost: float | None
    ) -> Sequence[dict[str, Any]]:
        """Store a question and its answer together; return those that were stored."""
        with self.database.begin() as session:
            row = _touch(session, turn.session_id)
            # The update holds the session's row from here on: turns are stored one by one, and each after
            # all that are stored already, so that what follows a message can be told by its time.
            session.flush()
            asked = max(turn.asked, latest(session, turn.session_id) + _TICK)
            said = []
            if turn.question is not None:
                said.append(self.question(turn, asked))
                if row.title == UNTITLED:
                    row.title = truncate_text(" ".join(said[0].content.split()), TITLE_LENGTH)
            said.append(
                ChatMessage(
                    id=turn.answer_id,
                    session_id=row.id,
                    role="assistant",
                    content=self.clean(answer),
                    meta={"user_id": turn.user_id} | meta,
                    tokens_used=tokens_used,
                    # A plain None would take the column's default, and an unknown price would read as free.
                    cost=null() if cost is None else cost,
                    created_at=max(utcnow(), asked),
                )
            )
            session.add_all(said)
            session.flush()
            return [message_view(message, 0) for message in said]

    def question(self, turn: Turn, asked: datetime) -> ChatMessage:
        """Return the question as it is stored."""
        return ChatMessage(
            id=turn.question_id,
            session_id=turn.session_id,
            role="user",
            content=self.clean(turn.question or ""),
            meta={"user_id": turn.user_id},
            tokens_used=0,
            cost=0.0,
            created_at=asked,
        )

    def cut(self, session_id: str, user_id: str, message_id: str, content: str | None) -> Sequence[str]:
        """Drop an answer, or change a question to ``content``, and drop all after it; return what is gone."""
        if content is not None and not content.strip():
            raise BadInput("The message is empty; expected text.", details={"field": "content"})
        with self.database.begin() as session:
            owned(session, session_id, user_id)
            rows = messages_of(session, session_id)
            at = next((at for at, row in enumerate(rows) if row.id == message_id), None)
            role = "assistant" if content is None else "user"
            if at is None or rows[at].role != role:
                raise NotFound(f"There is no {role} message {message_id!r} in this session.")
            if content is not None:
                rows[at].content = self.clean(content)
            doomed = [row.id for row in rows[at if content is None else at + 1 :]]
            session.execute(delete(ChatMessage).where(ChatMessage.id.in_(doomed)))
        return doomed

    def rate(self, message_id: str, user_id: str, rating: int) -> None:
        """Store, change or take back a rating."""
        if rating not in (-1, 0, 1):
            raise BadInput(f"The rating is {rating!r}; expected 1, -1 or 0.", details={"field": "rating"})
        with self.database.begin() as session:
            message = session.get(ChatMessage, message_id)
            if message is None or message.role != "assistant":
                raise NotFound(f"There is no answer {message_id!r}.")
            readable(session, message.session_id, user_id)
            session.execute(delete(Rating).where(Rating.message_id == message_id, Rating.user_id == user_id))
            if rating:
                run_id = message.meta.get("run_id")
                session.add(Rating(message_id=message_id, user_id=user_id, run_id=run_id, value=rating))


def _touch(session: Session, session_id: str) -> ChatSession:
    row = existing(session.get(ChatSession, session_id), session_id)
    row.updated_at = utcnow()
    return row

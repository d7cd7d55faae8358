"""Login sessions in SQL."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from workbench.accounts.sessions.base import IDLE, LIFETIME, LoginSession
from workbench.storage.accounts import LoginSessionRow
from workbench.storage.database import Database

__all__ = ["DatabaseStore"]


_SESSIONS = cast("Table", LoginSessionRow.__table__)
# Built once, for every request asks it.
_ONE = select(_SESSIONS).where(_SESSIONS.c.digest == bindparam("which"))


class DatabaseStore:
    """Keeps sessions beside the users; those that expired go when a new one comes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, within: Session, session: LoginSession) -> None:
        """Keep a new session."""
        now = session.created_at
        expired = or_(LoginSessionRow.seen_at < now - IDLE, LoginSessionRow.created_at < now - LIFETIME)
        within.execute(delete(LoginSessionRow).where(expired))
        within.add(LoginSessionRow(**asdict(session)))

    def get(self, digest: str) -> LoginSession | None:
        """Return a session, perhaps one that has expired."""
        with self._database.engine.connect() as connection:
            row = connection.execute(_ONE, {"which": digest}).first()
        return _session(row) if row is not None else None

    def touch(self, session: LoginSession) -> None:
        """Keep the session's `seen_at`, unless the session was removed meanwhile."""
        statement = update(LoginSessionRow).where(LoginSessionRow.digest == session.digest)
        with self._database.begin() as within:
            within.execute(statement.values(seen_at=session.seen_at))

    def remove(self, within: Session, session: LoginSession) -> None:
        """Forget a session."""
        within.execute(delete(LoginSessionRow).where(LoginSessionRow.digest == session.digest))

    def remove_all(self, within: Session, user_id: str) -> None:
        """Forget every session of a user."""
        within.execute(delete(LoginSessionRow).where(LoginSessionRow.user_id == user_id))

    def of_user(self, user_id: str) -> list[LoginSession]:
        """Return the user's sessions, in any order."""
        with self._database.session() as session:
            rows = session.scalars(select(LoginSessionRow).where(LoginSessionRow.user_id == user_id))
            return [_session(row) for row in rows]


def _session(row: LoginSessionRow | Row[Any]) -> LoginSession:
    return LoginSession(
        digest=row.digest,
        user_id=row.user_id,
        created_at=row.created_at,
        seen_at=row.seen_at,
        address=row.address,
        agent=row.agent,
        sign_outs=row.sign_outs,
    )

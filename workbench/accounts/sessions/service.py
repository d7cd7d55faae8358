"""Opening, recognising and ending login sessions, wherever they are kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert as upsert_postgresql
from sqlalchemy.dialects.sqlite import insert as upsert_sqlite
from sqlalchemy.orm import Session

from workbench.accounts.audit import Audit
from workbench.accounts.checks import digest_of, plain
from workbench.accounts.known import USERS, user_of
from workbench.accounts.sessions.base import LoginSession, SessionStore
from workbench.errors import NotFound, Unavailable
from workbench.security import generate_secure_token
from workbench.storage.accounts import SignOutRow
from workbench.storage.database import Database
from workbench.storage.models import User

__all__ = ["Sessions"]

_LOG = logging.getLogger(__name__)
_TOKEN_LENGTH = 43
_SEEN_EVERY = timedelta(minutes=1)
# Built once, for every request asks it.
_STANDING = (
    select(*USERS.c, func.coalesce(SignOutRow.count, 0))
    .outerjoin(SignOutRow, SignOutRow.user_id == USERS.c.id)
    .where(USERS.c.id == bindparam("which"))
)


class Sessions:
    """Login sessions, whose tokens only their owners have.

    Parameters
    ----------
    database : Database
        Where the users lie.
    audit : Audit
        What is told of it.
    store : SessionStore
        Where the sessions are kept.
    now : callable
        Gives the time.

    Notes
    -----
    Being signed out everywhere raises a number in the database, and a session of an earlier number is
    void: so it holds also where the store could not be reached at that moment.
    """

    def __init__(
        self, database: Database, audit: Audit, store: SessionStore, now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._audit = audit
        self._store = store
        self._now = now

    def open(self, user_id: str, address: str, agent: str) -> str:
        """Open a session and return its token, which is nowhere else."""
        token = generate_secure_token(_TOKEN_LENGTH)
        now = self._now()
        with self._audit.act_of(user_id, address) as act:
            user, sign_outs = self._standing(act.session, user_id)
            if user is None or not user.is_active:
                raise NotFound("There is no such user who may log in.", "An admin can activate a user.")
            session = LoginSession(
                digest=digest_of(token),
                user_id=user_id,
                created_at=now,
                seen_at=now,
                address=plain(address, 64),
                agent=plain(agent, 255),
                sign_outs=sign_outs,
            )
            act.note("session.open", session.id, user_id)
            self._store.add(act.session, session)
        return token

    def user(self, token: str) -> User | None:
        """Return who is logged in with this token, as stored now."""
        found = self._store.get(digest_of(token))
        now = self._now()
        if found is None or found.expires_at <= now:
            return None
        with self._database.engine.connect() as connection:
            user, sign_outs = self._standing(connection, found.user_id)
        if user is None or not user.is_active or found.sign_outs != sign_outs:
            return None
        if now - found.seen_at >= _SEEN_EVERY:
            self._store.touch(replace(found, seen_at=now))
        return user

    def close(self, token: str) -> None:
        """End a session; one that is over already is left alone."""
        found = self._store.get(digest_of(token))
        if found is not None:
            with self._audit.act_of(found.user_id) as act:
                act.note("logout", found.id, found.user_id)
                self._store.remove(act.session, found)

    def end(self, user_id: str, session_id: str) -> None:
        """End one of a user's sessions, named as `of` does."""
        found = [session for session in self.of(user_id) if session.id == session_id]
        if not found:
            raise NotFound(f"There is no session {plain(session_id, 60)!r}.", "List those that there are.")
        with self._audit.act() as act:
            act.note("session.end", session_id, user_id)
            self._store.remove(act.session, found[0])

    def close_all(self, user_id: str) -> None:
        """End every session of a user."""
        with self._audit.act() as act:
            user = act.session.get(User, user_id)
            if user is None:
                raise NotFound(f"There is no user {plain(user_id, 60)!r}.", "Name one that there is.")
            self.end_all(act.session, user_id)
            act.note("logout.everywhere", user.username, user_id)

    def end_all(self, within: Session, user_id: str) -> None:
        """End every session of a user within an open transaction."""
        upsert: Any = upsert_sqlite if self._database.embedded else upsert_postgresql
        within.execute(
            upsert(SignOutRow)
            .values(user_id=user_id, count=1)
            .on_conflict_do_update(index_elements=["user_id"], set_={"count": SignOutRow.count + 1})
        )
        try:
            self._store.remove_all(within, user_id)
        except Unavailable as error:
            # They are void all the same, by the number raised above.
            _LOG.warning("Ended login sessions stay in Redis until they expire: %s", error.message)

    def of(self, user_id: str) -> list[LoginSession]:
        """Return the user's sessions that are still good, last used first."""
        with self._database.engine.connect() as connection:
            _, sign_outs = self._standing(connection, user_id)
        now = self._now()
        good = [
            found
            for found in self._store.of_user(user_id)
            if found.sign_outs == sign_outs and found.expires_at > now
        ]
        return sorted(good, key=lambda found: (found.seen_at, found.digest), reverse=True)

    @staticmethod
    def _standing(within: Session | Connection, user_id: str) -> tuple[User | None, int]:
        """Return the user and how often they were signed out everywhere."""
        row = within.execute(_STANDING, {"which": user_id}).first()
        return (user_of(row), row[-1]) if row is not None else (None, 0)

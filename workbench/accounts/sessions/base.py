"""What a login session is, and what a place to keep them has to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

__all__ = ["IDLE", "LIFETIME", "LoginSession", "SessionStore"]

IDLE = timedelta(days=2)
"""So long a session may lie unused."""
LIFETIME = timedelta(days=30)
"""So long it lasts however much it is used."""


@dataclass(frozen=True, slots=True)
class LoginSession:
    """Somebody who is logged in.

    Attributes
    ----------
    digest : str
        SHA-256 of the token, in hexadecimal.
    user_id : str
        Who.
    created_at, seen_at : datetime
        When it was opened, and last used to the minute; UTC.
    address, agent : str
        Where from, and with which program, as that program says.
    sign_outs : int
        How often the user had been signed out everywhere when it was opened.
    """

    digest: str = field(repr=False)
    user_id: str
    created_at: datetime
    seen_at: datetime
    address: str
    agent: str
    sign_outs: int = field(repr=False)

    @property
    def id(self) -> str:
        """What may be shown of the digest."""
        return self.digest[:12]

    @property
    def expires_at(self) -> datetime:
        """When it ends if it is not used again."""
        return min(self.seen_at + IDLE, self.created_at + LIFETIME)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values for its owner."""
        return {
            "id": self.id,
            "created_at": self.created_at.isoformat(),
            "seen_at": self.seen_at.isoformat(),
            "expires_at": self.expires_at.isoformat(),
            "address": self.address,
            "agent": self.agent,
        }


class SessionStore(Protocol):
    """A place to keep login sessions.

    Writing methods get the transaction that tells the audit of it: a store in the same database
    writes in it, another one writes at once.
    """

    def add(self, within: Session, session: LoginSession) -> None:
        """Keep a new session."""

    def get(self, digest: str) -> LoginSession | None:
        """Return a session, perhaps one that has expired."""

    def touch(self, session: LoginSession) -> None:
        """Keep the session's `seen_at`, unless the session was removed meanwhile."""

    def remove(self, within: Session, session: LoginSession) -> None:
        """Forget a session."""

    def remove_all(self, within: Session, user_id: str) -> None:
        """Forget every session of a user."""

    def of_user(self, user_id: str) -> list[LoginSession]:
        """Return the user's sessions, in any order."""

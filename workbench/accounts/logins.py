"""Logging in by name and password."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import update

from workbench.accounts.audit import Audit
from workbench.accounts.checks import PASSWORD_LENGTHS
from workbench.accounts.failures import Failures
from workbench.accounts.users import user_called
from workbench.errors import Unauthorized
from workbench.security import hash_password, needs_rehash, verify_password
from workbench.storage.database import Database
from workbench.storage.models import User

__all__ = ["Logins"]


class Logins:
    """Tells whether a password is somebody's.

    Parameters
    ----------
    database : Database
        Where the users lie.
    audit : Audit
        What is told of each attempt.
    failures : Failures
        What counts those that went wrong.
    allow : callable
        Refuses an address that tries too often.
    """

    def __init__(
        self, database: Database, audit: Audit, failures: Failures, allow: Callable[[str], None]
    ) -> None:
        self._database = database
        self._audit = audit
        self._failures = failures
        self._allow = allow

    def login(self, name: str, password: str, address: str) -> User:
        """Return the user whose name and password these are.

        A name that nobody has takes the same steps, the same time and the same sentence.
        """
        self._allow(address)
        self._failures.admit(name, address)
        with self._database.session() as session:
            found = user_called(session, name)
        stored = found.password_hash if found is not None else None
        fresh = _checked(password, stored)
        if found is not None and stored is not None and fresh is not None:
            known = self._enter(found.id, stored, fresh, name, address)
            if known is not None:
                return known
        raise self._failed(found, address)

    def _enter(self, user_id: str, stored: str, fresh: str, name: str, address: str) -> User | None:
        with self._audit.act_of(user_id, address) as act:
            # The hashing took a while: what was true before it need not be now.
            same = User.id == user_id, User.password_hash == stored, User.is_active.is_(True)
            kept = update(User).where(*same).values(password_hash=fresh, updated_at=User.updated_at)
            if not act.session.execute(kept.returning(User.id)).first():
                return None
            user = act.session.get_one(User, user_id)
            self._failures.forgive(act.session, name, user.username, user.email)
            act.note("login", user.username, user.id)
            return user

    def _failed(self, user: User | None, address: str) -> Unauthorized:
        with self._audit.act_of(None, address) as act:
            self._failures.count_address(act.session, address)
            # A name that nobody has may be a password in the wrong field, so it is not written down.
            act.note("login.failed", user.username if user else "", user.id if user else None)
        return Unauthorized(
            "The name or the password is wrong.", "Try again; an admin can give a new password."
        )


def _checked(password: str, stored: str | None) -> str | None:
    """Return the hash to keep if the password is right; takes as long whether or not there is one stored."""
    typed = password[: PASSWORD_LENGTHS[1]]
    if stored is None or not typed:
        # an empty one cannot be hashed, and is nobody's
        hash_password(typed or "nobody's")
        return None
    if not verify_password(typed, stored) or typed != password:
        return None
    return hash_password(typed)["hash"] if needs_rehash(stored) else stored

"""Users: making them, finding them, changing what they may."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workbench.accounts.audit import Act, Audit
from workbench.accounts.checks import (
    ROLES,
    check_choice,
    check_email,
    check_password,
    check_username,
    plain,
)
from workbench.accounts.failures import Failures
from workbench.errors import BadInput, NotFound
from workbench.security import hash_password
from workbench.storage.database import Database
from workbench.storage.models import User

__all__ = ["Users", "existing", "user_called"]

_SHOWN = 60


class Users:
    """Reads and writes the rows of users.

    Parameters
    ----------
    database : Database
        Where they lie.
    audit : Audit
        What is told of each change.
    tiers : iterable of str
        Subscription tiers that the settings know.
    sign_out : callable
        Ends every login session of a user within an open transaction.
    """

    def __init__(
        self, database: Database, audit: Audit, tiers: Iterable[str], sign_out: Callable[[Session, str], None]
    ) -> None:
        self._database = database
        self._audit = audit
        self._tiers = tuple(tiers)
        self._sign_out = sign_out

    def create(self, username: str, password: str | None, email: str | None, role: str, tier: str) -> User:
        """Store a new user."""
        name = check_username(username)
        address = check_email(email, name)
        check_choice(role, ROLES, "role")
        check_choice(tier, self._tiers, "tier")
        try:
            hashed = _hashed(password) if password is not None else None
            with self._audit.act() as act:
                _check_free(act.session, name, address)
                user = User(
                    username=name, email=address, password_hash=hashed, role=role, subscription_tier=tier
                )
                act.session.add(user)
                act.session.flush()
                act.note("user.create", name, user.id, role=role, tier=tier)
                return user
        except IntegrityError:
            # Somebody was quicker between the look and the writing.
            raise _taken("name or email", name, "username") from None

    def find(self, who: str) -> User:
        """Return a user by identifier, name or email.

        Raises
        ------
        NotFound
            There is none.
        """
        with self._database.session() as session:
            return existing(session, who)

    def set_password(self, who: str, password: str) -> User:
        """Give a user another password, and let the waiting of earlier failures be forgotten."""
        hashed = _hashed(password)

        def change(act: Act, user: User) -> None:
            user.password_hash = hashed
            Failures.forgive(act.session, user.username, user.email)
            self._sign_out(act.session, user.id)
            act.note("user.password", user.username, user.id)

        return self._change(who, change)

    def set_role(self, who: str, role: str) -> User:
        """Make a user an admin, or no longer one."""
        check_choice(role, ROLES, "role")
        return self._set(who, "role", role, "user.role", signs_out=True)

    def set_tier(self, who: str, tier: str) -> User:
        """Give a user the limits of another tier."""
        check_choice(tier, self._tiers, "tier")
        return self._set(who, "subscription_tier", tier, "user.tier", signs_out=False)

    def set_active(self, who: str, active: bool) -> User:
        """Let a user in, or keep one out."""
        action = "user.activate" if active else "user.deactivate"
        return self._set(who, "is_active", active, action, signs_out=True)

    def list(self, limit: int | None, after: str | None) -> list[User]:
        """Return users in the order of their names, those behind ``after``."""
        statement = select(User).order_by(User.username).limit(limit)
        if after is not None:
            statement = statement.where(User.username > after)
        with self._database.session() as session:
            return [*session.scalars(statement)]

    # inside

    def _set(self, who: str, column: str, value: Any, action: str, *, signs_out: bool) -> User:
        def change(act: Act, user: User) -> None:
            before = getattr(user, column)
            if before == value:
                return
            setattr(user, column, value)
            if signs_out:
                self._sign_out(act.session, user.id)
            told = {} if isinstance(value, bool) else {"before": before, "after": value}
            act.note(action, user.username, user.id, **told)

        return self._change(who, change)

    def _change(self, who: str, change: Callable[[Act, User], None]) -> User:
        with self._audit.act() as act:
            user = existing(act.session, who)
            change(act, user)
            act.session.flush()
            return user


def existing(session: Session, who: str) -> User:
    """Return a user by identifier, name or email.

    Raises
    ------
    NotFound
        There is none.
    """
    by_id = session.get(User, who) if who.isprintable() else None
    found = by_id or user_called(session, who)
    if found is None:
        raise NotFound(
            f"There is no user {plain(who, _SHOWN)!r}.", "`workbench user list` shows those there are."
        )
    return found


def user_called(session: Session, name: str) -> User | None:
    """Return the user of this name, else the one of this email."""
    wanted = name.strip()
    if not wanted.isprintable():
        return None
    found = session.scalar(select(User).where(User.username == wanted))
    return found or session.scalar(select(User).where(func.lower(User.email) == wanted.lower()).limit(1))


def _check_free(session: Session, name: str, address: str) -> None:
    """Refuse names and emails that would let one user be taken for another."""
    same_name = or_(User.username == name, func.lower(User.email) == name.lower())
    if session.scalar(select(User.id).where(same_name).limit(1)) is not None:
        raise _taken("name", name, "username")
    same_email = or_(func.lower(User.email) == address, func.lower(User.username) == address)
    if session.scalar(select(User.id).where(same_email).limit(1)) is not None:
        raise _taken("email", address, "email")


def _taken(what: str, value: str, field: str) -> BadInput:
    return BadInput(
        f"There is a user with the {what} {value!r} already.",
        "Choose another; `workbench user password NAME` gives an existing user a password.",
        details={"field": field},
    )


def _hashed(password: str) -> str:
    check_password(password)
    return hash_password(password)["hash"]

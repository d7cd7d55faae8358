"""The service of accounts: users, logins, sessions, keys, limits and the audit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from workbench.accounts.audit import Audit, AuditEntry
from workbench.accounts.connection import connect
from workbench.accounts.failures import Failures
from workbench.accounts.keys import ApiKey, Keys
from workbench.accounts.logins import Logins
from workbench.accounts.rates import Rates
from workbench.accounts.sessions import DatabaseStore, LoginSession, RedisStore, Sessions, SessionStore
from workbench.accounts.users import Users
from workbench.storage.base import utcnow
from workbench.storage.models import User
from workbench.studio import Studio
from workbench.studio import studio as default_studio

__all__ = ["AccountService"]


class AccountService:
    """Knows who may come in, and writes down what happened to accounts.

    Methods wait for the database or for the hashing of a password: a server calls them in a thread.

    Parameters
    ----------
    studio : Studio, optional
        By default the process's default one.
    now : callable, optional
        Gives the present time, aware; the clock by which logins wait and sessions and keys expire.
    """

    def __init__(self, studio: Studio | None = None, *, now: Callable[[], datetime] = utcnow) -> None:
        self.studio = here = studio or default_studio()
        self._redis = connect(here.settings)
        self._audit = Audit(here.database, here.redactor, now, lambda: here.user_id)
        store: SessionStore = DatabaseStore(here.database) if self._redis is None else RedisStore(self._redis)
        self._sessions = Sessions(here.database, self._audit, store, now)
        self._users = Users(here.database, self._audit, here.settings.workbench_tiers, self._sessions.end_all)
        self._rates = Rates(self._redis)
        self._logins = Logins(
            here.database,
            self._audit,
            Failures(here.database, now),
            lambda address: self._rates.allow("login", None, address),
        )
        self._keys = Keys(here.database, self._audit, now)

    def close(self) -> None:
        """Give the connections to Redis back."""
        if self._redis is not None:
            self._redis.close()

    # users

    def create(
        self,
        username: str,
        *,
        password: str | None = None,
        email: str | None = None,
        role: str = "user",
        tier: str = "free",
    ) -> User:
        """Make a user.

        Parameters
        ----------
        username : str
            1 to 100 printable characters that nobody else is called, by name or email.
        password : str, optional
            12 to 1,024 characters; without one nobody can log in as this user.
        email : str, optional
            By default ``NAME@localhost``.
        role : {"user", "admin"}
            An admin sees everybody's work.
        tier : str
            One of ``WORKBENCH_TIERS``.
        """
        return self._users.create(username, password, email, role, tier)

    def find(self, who: str) -> User:
        """Return a user by identifier, name or email; raises `NotFound`."""
        return self._users.find(who)

    def set_password(self, who: str, password: str) -> User:
        """Give a user another password; ends every login session."""
        return self._users.set_password(who, password)

    def set_role(self, who: str, role: str) -> User:
        """Make a user an admin, or no longer one; ends every login session."""
        return self._users.set_role(who, role)

    def set_tier(self, who: str, tier: str) -> User:
        """Give a user the limits of another tier."""
        return self._users.set_tier(who, tier)

    def deactivate(self, who: str) -> User:
        """Keep a user out: neither password, session nor key let anybody in; nothing is deleted."""
        return self._users.set_active(who, active=False)

    def activate(self, who: str) -> User:
        """Let a user in again."""
        return self._users.set_active(who, active=True)

    # logging in

    def login(self, name: str, password: str, *, address: str) -> User:
        """Return the user, called by name or email, whose password this is.

        Raises
        ------
        Unauthorized
            The name or the password is wrong, or the user is deactivated: always the same sentence.
        TooMany
            Too early after failures of this name or address, or too many from this address;
            ``details["retry_after"]`` is in seconds.
        """
        return self._logins.login(name, password, address)

    def open_session(self, user_id: str, *, address: str, agent: str) -> str:
        """Open a login session and return its token, of 256 random bits.

        It ends after two days without use and after thirty days at the latest.
        """
        return self._sessions.open(user_id, address, agent)

    def session_user(self, token: str) -> User | None:
        """Return who is logged in with this token, ``None`` when the session is over or never was."""
        return self._sessions.user(token)

    def close_session(self, token: str) -> None:
        """Log out."""
        self._sessions.close(token)

    def close_sessions(self, user_id: str) -> None:
        """Sign a user out everywhere."""
        self._sessions.close_all(user_id)

    def end_session(self, user_id: str, session_id: str) -> None:
        """Sign a user out in one place; raises `NotFound`."""
        self._sessions.end(user_id, session_id)

    def change_password(self, user_id: str, old: str, new: str, *, address: str) -> User:
        """Give a user who knows the old password another one; ends every login session.

        Raises
        ------
        Unauthorized, TooMany
            As `login`, whose failures count.
        """
        user = self._logins.login(self.find(user_id).username, old, address)
        return self.set_password(user.id, new)

    def sessions(self, user_id: str) -> list[LoginSession]:
        """Return a user's login sessions, last used first."""
        return self._sessions.of(user_id)

    # keys

    def create_key(
        self,
        user_id: str,
        name: str,
        *,
        scopes: Iterable[str] | None = None,
        expires: datetime | None = None,
    ) -> tuple[str, ApiKey]:
        """Make an API key.

        Parameters
        ----------
        user_id, name : str
            Its owner, and what the owner calls it.
        scopes : iterable of str, optional
            Some of `workbench.accounts.SCOPES`; by default all but ``admin``, which only an admin may give.
        expires : datetime, optional
            When it ends; a naive time is read as UTC. By default never.

        Returns
        -------
        tuple of str and ApiKey
            The key, which is kept nowhere and cannot be shown again, and what is kept of it.
        """
        return self._keys.create(user_id, name, scopes, expires)

    def key_user(self, secret: str) -> tuple[User, frozenset[str]] | None:
        """Return whose key this is and its scopes; ``None`` when it is unknown, over or its user is off."""
        return self._keys.user(secret)

    def keys(self, user_id: str) -> list[ApiKey]:
        """Return a user's keys, newest first, revoked ones too."""
        return self._keys.of(user_id)

    def revoke_key(self, user_id: str, which: str) -> ApiKey:
        """End a key of this user, named by its prefix or identifier; raises `NotFound`."""
        return self._keys.revoke(user_id, which)

    # limits

    def allow(self, kind: str, who: str | None, address: str | None) -> None:
        """Count a request against the limits, or raise `TooMany` with ``details["retry_after"]``.

        Parameters
        ----------
        kind : {"api", "upload", "login"}
            See `workbench.accounts.rates.RATES`. `login` counts itself.
        who, address : str or None
            Identifier of the user, and where the request came from.
        """
        self._rates.allow(kind, who, address)

    # audit

    def origin(self, actor: str | None = None, *, address: str | None = None) -> AbstractContextManager[None]:
        """Let the audit say who does what is done inside, by default the acting user, and where from."""
        return self._audit.origin(actor, address)

    def record(self, action: str, object: str, *, user_id: str | None = None, **details: Any) -> None:  # noqa: A002
        """Add to the audit what happened elsewhere, such as a deletion.

        Parameters
        ----------
        action, object : str
            What was done, such as ``file.delete``, and to what.
        user_id : str, optional
            Whose it was; by default the acting user's.
        **details
            JSON values; secrets that the settings know are taken out.
        """
        with self._audit.act() as act:
            act.note(action, object, user_id or act.actor, **details)

    def audit(
        self, limit: int = 100, before: int | None = None, user_id: str | None = None
    ) -> list[AuditEntry]:
        """Return what happened, newest first.

        Parameters
        ----------
        limit : int
            At most so many.
        before : int, optional
            ``id`` of the last entry of the page before.
        user_id : str, optional
            Only what happened to this user.
        """
        return self._audit.read(limit, before, user_id)

    def list(self, limit: int | None = None, after: str | None = None) -> list[User]:
        """Return users in the order of their names, at most ``limit`` of those behind the name ``after``."""
        return self._users.list(limit, after)

"""API keys: shown once, stored as digests, good for their scopes until they expire or are revoked."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, or_, select, update
from sqlalchemy.orm import Session

from workbench.accounts.audit import Audit
from workbench.accounts.checks import check_label, check_scopes, digest_of, plain
from workbench.accounts.known import USERS, user_of
from workbench.errors import BadInput, NotFound
from workbench.security import generate_api_key
from workbench.storage.accounts import ApiKeyRow
from workbench.storage.database import Database
from workbench.storage.models import User

__all__ = ["ApiKey", "Keys"]

PREFIX_LENGTH = 12
_USED_EVERY = timedelta(minutes=1)
_KEYS = cast("Table", ApiKeyRow.__table__)
# Built once, for every request asks it.
_KNOWN = (
    select(*USERS.c, _KEYS.c.id, _KEYS.c.scopes, _KEYS.c.expires_at, _KEYS.c.used_at, _KEYS.c.revoked_at)
    .join(USERS, USERS.c.id == _KEYS.c.user_id)
    .where(_KEYS.c.digest == bindparam("which"))
)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What may be shown of a key; times are UTC.

    Attributes
    ----------
    id, user_id, name : str
        Its identifier, its owner, and what the owner calls it.
    prefix : str
        How it begins, to tell it from others.
    scopes : tuple of str
        What it is good for.
    created_at : datetime
        When it was made.
    expires_at, used_at, revoked_at : datetime or None
        When it ends, was last used (to the minute) and was revoked.
    """

    id: str
    user_id: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        body = asdict(self) | {"scopes": list(self.scopes)}
        return {name: one.isoformat() if isinstance(one, datetime) else one for name, one in body.items()}


class Keys:
    """Makes, recognises and revokes keys.

    Parameters
    ----------
    database : Database
        Where they lie.
    audit : Audit
        What is told of it.
    now : callable
        Gives the time.
    """

    def __init__(self, database: Database, audit: Audit, now: Callable[[], datetime]) -> None:
        self._database = database
        self._audit = audit
        self._now = now

    def create(
        self, user_id: str, name: str, scopes: Iterable[str] | None, expires: datetime | None
    ) -> tuple[str, ApiKey]:
        """Make a key and return it with what is kept of it."""
        label = check_label(name, "name", "name of a key")
        now = self._now()
        end = _utc(expires)
        if end is not None and end <= now:
            raise BadInput("The key would have expired already.", details={"field": "expires"})
        secret = generate_api_key()
        with self._audit.act() as act:
            user = act.session.get(User, user_id)
            if user is None:
                raise NotFound(f"There is no user {plain(user_id, 60)!r}.", "Name one that there is.")
            row = ApiKeyRow(
                id=str(uuid.uuid4()),
                user_id=user_id,
                name=label,
                prefix=secret[:PREFIX_LENGTH],
                digest=digest_of(secret),
                scopes=check_scopes(scopes, user.role),
                created_at=now,
                expires_at=end,
            )
            act.session.add(row)
            act.note("key.create", row.prefix, user_id, name=label, scopes=row.scopes)
        return secret, _view(row)

    def user(self, secret: str) -> tuple[User, frozenset[str]] | None:
        """Return whose key this is and what it is good for now."""
        with self._database.engine.connect() as connection:
            found = connection.execute(_KNOWN, {"which": digest_of(secret)}).first()
        if found is None:
            return None
        user, now = user_of(found), self._now()
        number, scopes, expires_at, used_at, revoked_at = found[len(USERS.c) :]
        if not user.is_active or revoked_at is not None or (expires_at is not None and expires_at <= now):
            return None
        if used_at is None or now - used_at >= _USED_EVERY:
            self._used(number, now)
        # Who is no admin any more has no admin's key either.
        return user, frozenset(scopes) - (set() if user.role == "admin" else {"admin"})

    def of(self, user_id: str) -> list[ApiKey]:
        """Return the user's keys, newest first, revoked ones too."""
        statement = select(ApiKeyRow).where(ApiKeyRow.user_id == user_id)
        with self._database.session() as session:
            rows = session.scalars(statement.order_by(ApiKeyRow.created_at.desc(), ApiKeyRow.id))
            return [_view(row) for row in rows]

    def revoke(self, user_id: str, which: str) -> ApiKey:
        """End a key; one that is revoked already stays as it is."""
        with self._audit.act() as act:
            row = _owned(act.session, user_id, which)
            if row.revoked_at is None:
                row.revoked_at = self._now()
                act.note("key.revoke", row.prefix, user_id, name=row.name)
        return _view(row)

    def _used(self, key_id: str, now: datetime) -> None:
        long_ago = or_(ApiKeyRow.used_at.is_(None), ApiKeyRow.used_at <= now - _USED_EVERY)
        with self._database.begin() as session:
            session.execute(update(ApiKeyRow).where(ApiKeyRow.id == key_id, long_ago).values(used_at=now))


def _owned(session: Session, user_id: str, which: str) -> ApiKeyRow:
    named = or_(ApiKeyRow.id == which, ApiKeyRow.prefix == which)
    statement = select(ApiKeyRow).where(ApiKeyRow.user_id == user_id, named)
    found = session.scalars(statement).all() if which.isprintable() else []
    if not found:
        # No more of it than a prefix: somebody may have given the key itself.
        raise NotFound(
            f"There is no key {plain(which, PREFIX_LENGTH)!r}.",
            "List the keys; each is named by its beginning.",
        )
    if len(found) > 1:
        raise BadInput(f"Several keys begin with {which!r}.", "Name one by its id.")
    return found[0]


def _utc(time: datetime | None) -> datetime | None:
    return time.replace(tzinfo=UTC) if time is not None and time.tzinfo is None else time


def _view(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        user_id=row.user_id,
        name=row.name,
        prefix=row.prefix,
        scopes=tuple(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )

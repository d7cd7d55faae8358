"""The audit: what happened to accounts, in rows that nobody can change."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workbench.accounts.checks import plain
from workbench.errors import BadInput
from workbench.security import Redactor
from workbench.storage.accounts import AuditRow
from workbench.storage.database import Database

__all__ = ["Act", "Audit", "AuditEntry"]

_ORIGIN: ContextVar[tuple[str | None, str | None]] = ContextVar("workbench_origin", default=(None, None))


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that happened.

    Attributes
    ----------
    id : int
        Grows with time; the cursor of the page after is that of the last entry.
    time : datetime
        UTC.
    user_id : str or None
        Whose account it happened to; the user may be gone since. ``None`` for a login under a name
        that nobody has.
    actor : str or None
        Who did it: a user's identifier, ``terminal:NAME`` for the command line, ``None`` for a stranger.
    action : str
        Such as ``login`` or ``key.revoke``.
    object : str
        What it was done to: a user name, the beginning of a key.
    address : str or None
        Where the request came from.
    details : dict
        JSON values; no secret among them.
    """

    id: int
    time: datetime
    user_id: str | None
    actor: str | None
    action: str
    object: str
    address: str | None
    details: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return asdict(self) | {"time": self.time.isoformat()}


class Act:
    """A transaction together with the audit rows that tell of it: both are stored, or neither."""

    def __init__(
        self, session: Session, write: Callable[..., AuditRow], actor: str | None, address: str | None
    ) -> None:
        self.session = session
        self.actor = actor
        self.address = address
        self._write = write

    def note(self, action: str, what: str, user_id: str | None, **details: Any) -> None:
        """Add a row to the audit: who and where from are those of the act."""
        self.session.add(self._write(action, what, user_id, self.actor, self.address, details))


class Audit:
    """Writes and reads the audit.

    Parameters
    ----------
    database : Database
        Where it lies.
    redactor : Redactor
        Takes secrets out of what is written.
    now : callable
        Gives the time.
    acting : callable
        Gives the identifier of the user in whose name something is done.
    """

    def __init__(
        self, database: Database, redactor: Redactor, now: Callable[[], datetime], acting: Callable[[], str]
    ) -> None:
        self._database = database
        self._redactor = redactor
        self._now = now
        self._acting = acting

    @staticmethod
    @contextmanager
    def origin(actor: str | None, address: str | None) -> Iterator[None]:
        """Say who does what follows and where from, in this thread or task."""
        token = _ORIGIN.set((actor, address))
        try:
            yield
        finally:
            _ORIGIN.reset(token)

    @contextmanager
    def act(self) -> Iterator[Act]:
        """Open a transaction whose rows name the acting user."""
        # Before the transaction: on first use the acting user's row is written in one of its own.
        actor = _ORIGIN.get()[0] or self._acting()
        with self.act_of(actor) as act:
            yield act

    @contextmanager
    def act_of(self, actor: str | None, address: str | None = None) -> Iterator[Act]:
        """Open a transaction whose rows name this actor, ``None`` for a stranger."""
        with self._database.begin() as session:
            yield Act(session, self._row, actor, address or _ORIGIN.get()[1])

    def read(self, limit: int, before: int | None, user_id: str | None) -> list[AuditEntry]:
        """Return the newest entries, those older than ``before``, of one user or of all."""
        if limit < 1:
            raise BadInput(f"limit is {limit}; expected at least 1.", details={"field": "limit"})
        statement = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
        if before is not None:
            statement = statement.where(AuditRow.id < before)
        if user_id is not None:
            statement = statement.where(AuditRow.user_id == user_id)
        with self._database.session() as session:
            return [_entry(row) for row in session.scalars(statement)]

    def _row(
        self,
        action: str,
        what: str,
        user_id: str | None,
        actor: str | None,
        address: str | None,
        details: dict[str, Any],
    ) -> AuditRow:
        clean = self._redactor.text
        return AuditRow(
            time=self._now(),
            user_id=user_id,
            actor=actor,
            action=plain(action, 64),
            object=plain(clean(what), 255),
            address=plain(address, 64) if address else None,
            # What is no JSON is told as text: an act must not fail for what is said about it.
            details=self._redactor.value(json.loads(json.dumps(details, default=str))),
        )


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        time=row.time,
        user_id=row.user_id,
        actor=row.actor,
        action=row.action,
        object=row.object,
        address=row.address,
        details=row.details,
    )

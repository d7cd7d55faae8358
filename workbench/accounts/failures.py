"""Counting failed logins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import case, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert_postgresql
from sqlalchemy.dialects.sqlite import insert as upsert_sqlite
from sqlalchemy.orm import Session

from workbench.accounts.checks import digest_of, place
from workbench.accounts.delays import FREE, delay, too_many
from workbench.storage.accounts import LoginFailureRow
from workbench.storage.database import Database

__all__ = ["Failures", "Kind"]

FREE_OF_ADDRESS = 20
"""Failures in a row that cost an address nothing: a whole institute may share one."""


class Kind(NamedTuple):
    """How one kind of subject is counted."""

    free: int
    forgotten_after: timedelta


KINDS = {
    "name": Kind(FREE, timedelta(days=1)),
    "address": Kind(FREE_OF_ADDRESS, timedelta(hours=1)),
}


class Failures:
    """Failed logins in SQL, so that neither a restart nor another process forgets them.

    A name counts whether or not somebody has it, and as it was typed: what is refused tells nothing
    about who exists.
    """

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def admit(self, name: str, address: str) -> None:
        """Let an attempt pass, counting it as failed until `forgive`.

        Counted beforehand, because many attempts at once would else all find the same low count.

        Raises
        ------
        TooMany
            It comes too early; it is not counted.
        """
        name_subject = _of_name(name)
        subjects = [name_subject, *_of_address(address)]
        with self._database.exclusive("login") as session:
            now = self._now()
            found = select(LoginFailureRow).where(LoginFailureRow.subject.in_(subjects))
            wait = max((_wait(row, now) for row in session.scalars(found)), default=0.0)
            if wait > 0:
                raise too_many("There were too many failed logins", wait)
            oldest = max(kind.forgotten_after for kind in KINDS.values())
            session.execute(delete(LoginFailureRow).where(LoginFailureRow.failed_at < now - oldest))
            self._count(session, name_subject, now)

    def count_address(self, session: Session, address: str) -> None:
        """Count a failure against the address that it came from."""
        for subject in _of_address(address):
            self._count(session, subject, self._now())

    @staticmethod
    def forgive(session: Session, *names: str) -> None:
        """Forget the failures under these names; those of an address stay: anybody may have one account."""
        subjects = [_of_name(name) for name in names]
        session.execute(delete(LoginFailureRow).where(LoginFailureRow.subject.in_(subjects)))

    def _count(self, session: Session, subject: str, now: datetime) -> None:
        upsert: Any = upsert_sqlite if self._database.embedded else upsert_postgresql
        forgotten = LoginFailureRow.failed_at < now - _kind(subject).forgotten_after
        session.execute(
            upsert(LoginFailureRow)
            .values(subject=subject, count=1, failed_at=now)
            .on_conflict_do_update(
                index_elements=["subject"],
                set_={"count": case((forgotten, 1), else_=LoginFailureRow.count + 1), "failed_at": now},
            )
        )


def _of_name(name: str) -> str:
    # Not the name itself, for some type their password into the wrong field.
    return f"name:{digest_of(name.strip().casefold())}"


def _of_address(address: str) -> list[str]:
    return [f"address:{place(address)}"] if address else []


def _kind(subject: str) -> Kind:
    return KINDS[subject.partition(":")[0]]


def _wait(row: LoginFailureRow, now: datetime) -> float:
    kind = _kind(row.subject)
    passed = now - row.failed_at
    return 0.0 if passed > kind.forgotten_after else delay(row.count, kind.free) - passed.total_seconds()

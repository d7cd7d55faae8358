"""Requests with an ``Idempotency-Key``: done once, whoever asks how often."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from workbench.errors import BadInput, WorkbenchError
from workbench.runs.identity import is_alive, owner
from workbench.storage.base import utcnow
from workbench.storage.database import Database
from workbench.storage.requests import RequestRow

__all__ = ["Answer", "Claim", "KeyReused", "UnderWay", "claimed"]

KEPT = timedelta(days=1)
"""How long an answer is remembered."""
_LONGEST = 255
_taking = threading.Lock()
_here: set[tuple[str, str]] = set()
"""What is being done in this process."""


class KeyReused(WorkbenchError):
    """An ``Idempotency-Key`` came with another request than before."""

    code = "key_reused"
    status = 422


class UnderWay(WorkbenchError):
    """A request with this ``Idempotency-Key`` was taken, and has no answer."""

    code = "under_way"
    status = 409


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered.

    Attributes
    ----------
    status : int
        Of HTTP.
    headers : dict
        Those that the route set.
    body : bytes
        As it was sent.
    """

    status: int
    headers: dict[str, str]
    body: bytes


class Claim:
    """The right to do a request, which one process gets once.

    Attributes
    ----------
    answer : Answer or None
        What it was answered, where it was done before.
    """

    def __init__(self, database: Database, user_id: str, name: str, answer: Answer | None) -> None:
        self.answer = answer
        self._database = database
        self._id = (user_id, name)
        self._where = (RequestRow.user_id == user_id, RequestRow.name == name)

    def keep(self, answer: Answer) -> None:
        """Remember what it was answered."""
        values = {"status": answer.status, "headers": answer.headers, "body": answer.body}
        with self._database.begin() as session:
            session.execute(update(RequestRow).where(*self._where).values(values))

    def release(self) -> None:
        """Give the right back: nothing was done."""
        with self._database.begin() as session:
            session.execute(delete(RequestRow).where(*self._where))

    def over(self) -> None:
        """Say that nothing is being done any more, whatever could be remembered of it."""
        _here.discard(self._id)


def claimed(database: Database, user_id: str, name: str, fingerprint: str) -> Claim:
    """Claim a request by its name; where it was done already, the claim has its answer.

    Parameters
    ----------
    database : Database
        Where claims are kept, for a day.
    user_id : str
        Who asks; names of different users have nothing to do with each other.
    name : str
        1 to 255 printable characters.
    fingerprint : str
        SHA-256 of what is asked, in hexadecimal.

    Raises
    ------
    KeyReused
        Something else was asked under this name.
    UnderWay
        It is being done, or its process died over it.
    """
    if not 0 < len(name) <= _LONGEST or not name.isprintable():
        raise BadInput(
            f"The Idempotency-Key must have 1 to {_LONGEST} printable characters.",
            "A UUID will do.",
            details={"field": "Idempotency-Key"},
        )
    with _taking:
        busy = (user_id, name) in _here
        _here.add((user_id, name))
    if busy:
        return Claim(database, user_id, name, _answered(database, user_id, name, fingerprint))
    try:
        return _taken(database, user_id, name, fingerprint)
    except BaseException:
        _here.discard((user_id, name))
        raise


def _taken(database: Database, user_id: str, name: str, fingerprint: str) -> Claim:
    row = RequestRow(user_id=user_id, name=name, fingerprint=fingerprint, owner=owner(), created_at=utcnow())
    try:
        with database.begin() as session:
            session.execute(delete(RequestRow).where(RequestRow.created_at < row.created_at - KEPT))
            session.add(row)
    except IntegrityError:
        answer = _answered(database, user_id, name, fingerprint, asking=True)
        _here.discard((user_id, name))
        return Claim(database, user_id, name, answer)
    return Claim(database, user_id, name, None)


def _answered(
    database: Database, user_id: str, name: str, fingerprint: str, *, asking: bool = False
) -> Answer:
    """Return what a request was answered; ``asking`` says that nobody else in this process is at it."""
    with database.session() as session:
        found: Any = session.scalar(
            select(RequestRow).where(RequestRow.user_id == user_id, RequestRow.name == name)
        )
    if found is None:
        raise UnderWay("The request was given up a moment ago.", "Send it again.", details={"retry_after": 1})
    if found.fingerprint != fingerprint:
        raise KeyReused(
            "This Idempotency-Key came before with another request.", "Take a new one for each request."
        )
    if found.status is None and not (asking and found.owner == owner()) and is_alive(found.owner):
        raise UnderWay("The request is being done.", "Ask again in a moment.", details={"retry_after": 1})
    if found.status is None:
        raise UnderWay(
            "The request was begun and broke off; what was done by then is not known.",
            "Look at what there is, and take a new Idempotency-Key if it is to be done.",
        )
    return Answer(found.status, found.headers, found.body)

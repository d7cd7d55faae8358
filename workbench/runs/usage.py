"""What users used, day by day; it outlives the Runs that it sums."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, select

from workbench.storage.database import Database
from workbench.storage.models import User
from workbench.storage.tables import UsageRow

__all__ = ["Usage", "today", "usage_by_day", "usage_by_user"]

_EPOCH = date(1970, 1, 1)
_SUMS = (
    func.sum(UsageRow.runs),
    func.sum(UsageRow.tokens),
    func.sum(UsageRow.cost),
    func.sum(UsageRow.unknown),
)


@dataclass(frozen=True, slots=True)
class Usage:
    """What Runs that were computed used; those taken from the record use nothing.

    Attributes
    ----------
    runs : int
        How many.
    tokens : int
        Read and written.
    cost : float
        US dollars of those whose price is known.
    unknown_cost : int
        Runs whose price is not known.
    """

    runs: int = 0
    tokens: int = 0
    cost: float = 0.0
    unknown_cost: int = 0


def today() -> date:
    """Return the present day, UTC."""
    return datetime.now(UTC).date()


def usage_by_day(
    database: Database, user_id: str, since: date | None = None, until: date | None = None
) -> dict[date, Usage]:
    """Return a user's usage by UTC day, ``since`` and ``until`` included, the oldest first."""
    days = select(UsageRow.day, *_SUMS).where(UsageRow.user_id == user_id, *_between(since, until))
    with database.session() as session:
        rows = session.execute(days.group_by(UsageRow.day).order_by(UsageRow.day)).all()
    return {date.fromordinal(_EPOCH.toordinal() + row[0]): _usage(row[1:]) for row in rows}


def usage_by_user(
    database: Database, since: date | None = None, until: date | None = None
) -> dict[str, Usage]:
    """Return everybody's usage by user name, names in order; who used nothing is left out."""
    users = select(User.username, *_SUMS).join(User, User.id == UsageRow.user_id)
    with database.session() as session:
        rows = session.execute(
            users.where(*_between(since, until)).group_by(User.username).order_by(User.username)
        ).all()
    return {row[0]: _usage(row[1:]) for row in rows}


def _between(since: date | None, until: date | None) -> list[Any]:
    days = ((since, UsageRow.day.__ge__), (until, UsageRow.day.__le__))
    return [compare((day - _EPOCH).days) for day, compare in days if day is not None]


def _usage(sums: Any) -> Usage:
    runs, tokens, cost, unknown = sums
    return Usage(int(runs), int(tokens), float(cost), int(unknown))

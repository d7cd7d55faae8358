"""Runs as a DataFrame, quickly: columns are fetched raw and JSON is parsed in one go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import desc, select
from sqlalchemy.sql import ColumnElement

from workbench.runs.canonical import canonical, decode
from workbench.runs.record import EPOCH, Run, check_status
from workbench.storage.database import Database
from workbench.storage.tables import RunRow, TagRow

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Filters", "frame", "frame_of"]

_COLUMNS = ("id", "kind", "name", "status", "started_us", "duration", "tokens_input", "tokens_output", "cost",
            "seed", "parent_id", "execution", "digest", "parameters", "metrics")  # fmt: skip
_SHOWN = {"duration": "duration_s", "cost": "cost_usd", "parent_id": "parent"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What to select; ``None`` selects all. See `Runs.frame`.

    ``replayed`` are the Runs that the execution took from the record: they are its Runs too.
    """

    kind: str | None = None
    status: str | None = None
    execution: str | None = None
    parent: str | None = None
    user: str | None = None
    tag: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    account: str | None = None
    replayed: frozenset[str] = frozenset()

    def clauses(self) -> list[ColumnElement[bool]]:
        """Return the filters as SQL conditions on ``runs``."""
        check_status(self.status)
        equal = {
            RunRow.kind: self.kind,
            RunRow.status: self.status,
            RunRow.parent_id: self.parent,
            RunRow.user_id: self.user,
            RunRow.account: self.account,
        }
        found: list[ColumnElement[bool]] = [
            column == value for column, value in equal.items() if value is not None
        ]
        if self.execution is not None:
            found.append((RunRow.execution == self.execution) | RunRow.id.in_(self.replayed))
        if self.since is not None:
            found.append(RunRow.started_us >= _micros(self.since))
        if self.until is not None:
            found.append(RunRow.started_us < _micros(self.until))
        if self.tag is not None:
            found.append(RunRow.id.in_(select(TagRow.run_id).where(TagRow.tag == self.tag)))
        return found


def frame(database: Database, filters: Filters, limit: int | None) -> pd.DataFrame:
    """Return the selected Runs, a row each, newest first."""
    columns = [getattr(RunRow, name) for name in _COLUMNS]
    statement = select(*columns).where(*filters.clauses())
    statement = statement.order_by(desc(RunRow.started_us), desc(RunRow.id)).limit(limit)
    with database.engine.connect() as connection:
        rows = connection.execute(statement).cursor.fetchall()
    return _build(list(rows))


def frame_of(runs: Iterable[Run]) -> pd.DataFrame:
    """Return Runs at hand in the same form."""
    return _build(
        [
            tuple(
                canonical(getattr(run, name)) if name in ("parameters", "metrics") else getattr(run, name)
                for name in _COLUMNS
            )
            for run in runs
        ]
    )


def _build(rows: list[Any]) -> pd.DataFrame:
    import pandas as pd

    values = (
        dict(zip(_COLUMNS, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(_COLUMNS, ())
    )
    data: dict[str, Any] = {}
    for name in _COLUMNS[1:-2]:
        if name == "started_us":
            data["started_at"] = pd.to_datetime(
                pd.Series(values[name], dtype="int64"), unit="us", utc=True
            ).array
        elif name in ("duration", "cost"):
            data[_SHOWN[name]] = pd.Series(values[name], dtype="float64").array
        else:
            data[_SHOWN.get(name, name)] = pd.Series(
                values[name], dtype="Int64" if name == "seed" else None
            ).array
    taken = set(data)
    for prefix, name in (("", "parameters"), ("metric.", "metrics")):
        for column, items in _spread(values[name]).items():
            label = f"{prefix}{column}" if f"{prefix}{column}" not in taken else f"param.{column}"
            data[label] = pd.Series(items).array
    return pd.DataFrame(data, index=pd.Index(values["id"], name="run", dtype="str"))


def _spread(texts: tuple[str, ...]) -> dict[str, Any]:
    """Turn JSON objects, one a row, into columns; equal texts are parsed once."""
    import numpy as np
    import pandas as pd

    if not texts:
        return {}
    codes, distinct = pd.factorize(np.array(texts, dtype=object))
    text = "[" + ",".join(distinct) + "]"
    # What JSON has no number for, such as a diverged loss, is marked; that is rare and read more slowly.
    parsed = decode(text) if '"$' in text else orjson.loads(text)
    columns: dict[str, Any] = {}
    for name in dict.fromkeys(name for item in parsed for name in item):
        values: Any = np.empty(len(parsed), dtype=object)
        values[:] = [item.get(name) for item in parsed]
        columns[name] = values.take(codes).tolist()
    return columns


def _micros(when: datetime) -> int:
    aware = when if when.tzinfo else when.replace(tzinfo=EPOCH.tzinfo)
    return int((aware - EPOCH).total_seconds() * 1_000_000)

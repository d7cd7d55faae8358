"""Runs in SQL: start, finish, read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, cast

from sqlalchemy import Connection, Select, Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert_postgresql
from sqlalchemy.dialects.sqlite import insert as upsert_sqlite

from workbench.errors import NotFound
from workbench.runs.canonical import canonical, decode
from workbench.runs.record import Artifact, Run
from workbench.storage.database import Database
from workbench.storage.tables import ArtifactRow, EnvironmentRow, RunRow, TagRow, UsageRow

__all__ = ["RunStore"]

RUNS, ARTIFACTS, TAGS, ENVIRONMENTS, USAGE = (
    cast("Table", row.__table__) for row in (RunRow, ArtifactRow, TagRow, EnvironmentRow, UsageRow)
)
DAY_US = 86_400_000_000

_JSON = ("inputs", "output", "chunks", "error", "parameters", "metrics")
_PLAIN = (
    "id", "kind", "name", "status", "key", "occurrence", "execution", "notebook", "cell", "parent_id",
    "user_id", "account", "seed", "version", "tokens_input", "tokens_output", "cost", "started_us",
    "duration", "digest",
)  # fmt: skip


class RunStore:
    """Reads and writes the tables behind Runs; every write is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._known_environments: set[str] = set()
        self._bodies: dict[str, dict[str, Any]] = {}

    # writing

    def start(
        self,
        run: Run,
        environment: str,
        owner: str,
        reserved: tuple[float | None, int | None] = (None, None),
        guard: Callable[[Connection], None] | None = None,
    ) -> None:
        """Insert a running Run; ``guard`` may raise within the transaction to take it back."""
        row = row_of(run) | {"owner": owner, "reserved_cost": reserved[0], "reserved_tokens": reserved[1]}
        with self.database.write() as connection:
            self._environment(connection, run.environment_digest, environment)
            connection.execute(_INSERT, row)
            _write_tags(connection, run)
            if guard is not None:
                guard(connection)
        self._known_environments.add(run.environment_digest)

    def finish(self, run: Run) -> None:
        """Replace the running row by the finished one, its artifacts with it."""
        row = row_of(run)
        row = {name: row[name] for name in _CHANGING} | {"which": run.id}
        with self.database.write() as connection:
            connection.execute(_FINISH, row)
            _write_artifacts(connection, run)
            self._add_usage(connection, run)

    def add(self, runs: Sequence[Run], environments: dict[str, str]) -> None:
        """Insert whole Runs made elsewhere, all or none."""
        with self.database.write() as connection:
            for digest, body in environments.items():
                self._environment(connection, digest, body)
            for run in runs:
                row = row_of(run) | {"owner": "imported:0:0", "reserved_cost": None, "reserved_tokens": None}
                connection.execute(_INSERT, row)
                _write_artifacts(connection, run)
                _write_tags(connection, run)

    def remove(self, ids: Iterable[str]) -> int:
        """Delete the Runs; return how many were there."""
        with self.database.write() as connection:
            return sum(connection.execute(delete(RUNS).where(RUNS.c.id == one)).rowcount for one in ids)

    def tag(self, run_id: str, tags: Iterable[str], *, remove: bool = False) -> None:
        """Put the words on the Run, or take them off."""
        with self.database.write() as connection:
            present = set(connection.scalars(select(TAGS.c.tag).where(TAGS.c.run_id == run_id)))
            for word in tags:
                if remove:
                    connection.execute(delete(TAGS).where(TAGS.c.run_id == run_id, TAGS.c.tag == word))
                elif word not in present:
                    connection.execute(insert(TAGS).values(run_id=run_id, tag=word))

    # reading

    def get(self, run_id: str) -> Run:
        """Return one Run.

        Raises
        ------
        NotFound
            There is none of this identifier.
        """
        found = self.select(select(RUNS).where(RUNS.c.id == run_id))
        if not found:
            raise NotFound(f"There is no Run {run_id!r}.", "`%runs --all` lists the ones there are.")
        return found[0]

    def select(self, statement: Select[Any]) -> list[Run]:
        """Return the Runs of a SELECT over the whole ``runs`` table, in its order."""
        with self.database.engine.connect() as connection:
            rows = connection.execute(statement).mappings().all()
            ids = [row["id"] for row in rows]
            artifacts = self._grouped(connection, ARTIFACTS, ids)
            tags = self._grouped(connection, TAGS, ids)
            missing = {row["environment"] for row in rows} - self._bodies.keys()
            self._bodies |= self.environment_texts(connection, missing, parsed=True)
        return [
            run_of(
                row, self._bodies[row["environment"]], artifacts.get(row["id"], []), tags.get(row["id"], [])
            )
            for row in rows
        ]

    def abandoned(self, is_alive: Callable[[str], bool]) -> list[Run]:
        """Return the running Runs whose process is gone."""
        with self.database.engine.connect() as connection:
            rows = connection.execute(select(RUNS.c.id, RUNS.c.owner).where(RUNS.c.status == "running")).all()
        dead = {owner for owner in {row.owner for row in rows} if not is_alive(owner)}
        ids = [row.id for row in rows if row.owner in dead]
        return self.select(select(RUNS).where(RUNS.c.id.in_(ids))) if ids else []

    def environment_texts(
        self, connection: Connection, digests: Iterable[str], *, parsed: bool = False
    ) -> dict[str, Any]:
        """Return the environments' canonical texts by digest, or the values that they hold."""
        wanted = ENVIRONMENTS.c.digest.in_(list(digests))
        rows = connection.execute(select(ENVIRONMENTS).where(wanted)).all()
        return {row.digest: decode(row.body) if parsed else row.body for row in rows}

    @staticmethod
    def _grouped(connection: Connection, table: Any, ids: list[str]) -> dict[str, list[Any]]:
        """Return the rows that belong to each Run; asked in slices, for SQL limits a list's length."""
        grouped: dict[str, list[Any]] = {}
        order = table.primary_key.columns
        for start in range(0, len(ids), 5000):
            part = ids[start : start + 5000]
            for row in connection.execute(select(table).where(table.c.run_id.in_(part)).order_by(*order)):
                grouped.setdefault(row.run_id, []).append(row)
        return grouped

    def _environment(self, connection: Connection, digest: str, body: str) -> None:
        if digest in self._known_environments:
            return
        connection.execute(
            self._upsert(ENVIRONMENTS).values(digest=digest, body=body).on_conflict_do_nothing()
        )

    def _add_usage(self, connection: Connection, run: Run) -> None:
        added = {"tokens": run.tokens, "cost": run.cost or 0.0, "unknown": int(run.cost is None), "runs": 1}
        where = {"user_id": run.user_id, "day": run.started_us // DAY_US, "account": run.account or ""}
        connection.execute(self._usage, where | added)

    @cached_property
    def _usage(self) -> Any:
        statement = self._upsert(USAGE)
        summed = {
            name: USAGE.c[name] + statement.excluded[name] for name in ("tokens", "cost", "unknown", "runs")
        }
        return statement.on_conflict_do_update(index_elements=["user_id", "day", "account"], set_=summed)

    def _upsert(self, table: Any) -> Any:
        return (upsert_sqlite if self.database.embedded else upsert_postgresql)(table)


_INSERT = insert(RUNS)
_CHANGING = (
    "status", "output", "chunks", "error", "parameters", "metrics", "tokens_input", "tokens_output", "cost",
    "duration", "digest",
)  # fmt: skip
_FINISH = (
    update(RUNS)
    .where(RUNS.c.id == bindparam("which"))
    .values({name: bindparam(name) for name in _CHANGING} | {"reserved_cost": None, "reserved_tokens": None})
)


def row_of(run: Run) -> dict[str, Any]:
    """Return the Run as a row of the table."""
    row = {name: getattr(run, name) for name in _PLAIN}
    row |= {name: canonical(getattr(run, name), what=name) for name in ("inputs", "parameters", "metrics")}
    row["output"] = None if run.output is None else canonical(run.output, what="output")
    row["chunks"] = canonical(run.chunks, what="chunks") if run.chunks else None
    row["error"] = canonical(run.error, what="error") if run.error else None
    return row | {"environment": run.environment_digest}


def run_of(row: Any, environment: dict[str, Any], artifacts: Sequence[Any], tags: Sequence[Any]) -> Run:
    """Return the row as a Run."""
    values = {name: row[name] for name in _PLAIN}
    values |= {name: decode(row[name]) for name in _JSON if row[name] is not None}
    values["chunks"] = tuple((at, chunk) for at, chunk in values.get("chunks", ()))
    return Run(
        **(values | {"digest": values["digest"] or ""}),
        environment=environment,
        environment_digest=row["environment"],
        artifacts=tuple(Artifact(a.name, a.digest, a.media_type, a.size) for a in artifacts),
        tags=tuple(tag.tag for tag in tags),
    )


def _write_artifacts(connection: Connection, run: Run) -> None:
    rows = [
        {
            "run_id": run.id,
            "position": at,
            "name": a.name,
            "digest": a.digest,
            "media_type": a.media_type,
            "size": a.size,
        }
        for at, a in enumerate(run.artifacts)
    ]
    if rows:
        connection.execute(insert(ARTIFACTS), rows)


def _write_tags(connection: Connection, run: Run) -> None:
    if run.tags:
        connection.execute(insert(TAGS), [{"run_id": run.id, "tag": tag} for tag in run.tags])

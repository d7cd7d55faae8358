"""Runs in SQL: start, finish, read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, cast

from sqlalchemy import Connection, Select, Table, Update, bindparam, delete, false, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert_postgresql
from sqlalchemy.dialects.sqlite import insert as upsert_sqlite
from sqlalchemy.exc import DBAPIError

from workbench.errors import NotFound, Unavailable
from workbench.runs.canonical import canonical, decode
from workbench.runs.record import Artifact, Run
from workbench.storage.database import Database
from workbench.storage.tables import ArtifactRow, EnvironmentRow, RunRow, StopRow, TagRow, UsageRow

__all__ = ["RunStore"]

RUNS, ARTIFACTS, TAGS, ENVIRONMENTS, USAGE, STOPS = (
    cast("Table", row.__table__) for row in (RunRow, ArtifactRow, TagRow, EnvironmentRow, UsageRow, StopRow)
)
DAY_US = 86_400_000_000
BATCH = 1000

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
        row = _row_of(run) | {"owner": owner, "reserved_cost": reserved[0], "reserved_tokens": reserved[1]}
        with self.database.write() as connection:
            self._environment(connection, run.environment_digest, environment)
            connection.execute(_INSERT, row)
            _write_tags(connection, run)
            if guard is not None:
                guard(connection)
        self._known_environments.add(run.environment_digest)

    def finish(self, run: Run, *, abandoned: bool = False) -> bool:
        """Replace the running row by the ended one, its artifacts with it; return whether it was running.

        A Run ends once: an interrupt that comes when it is stored, or two processes that close the
        same abandoned one, change nothing more.
        """
        return self._end(run, _ABANDON if abandoned else _FINISH)

    def _end(self, run: Run, statement: Update) -> bool:
        with self.database.write() as connection:
            if connection.execute(statement, _changes(run)).rowcount == 0:
                return False
            _write_artifacts(connection, run.id, run.artifacts)
            self._add_usage(connection, run)
        return True

    def hand_over(self, run: Run, *, abandoned: bool = False) -> bool:
        """Replace the running row by one whose work was sent elsewhere; return whether it was running.

        What it reserved is given back: budgets count what is used when it ends.
        """
        with self.database.write() as connection:
            if connection.execute(_ABANDON if abandoned else _HAND_OVER, _changes(run)).rowcount == 0:
                return False
            _write_artifacts(connection, run.id, run.artifacts)
        return True

    def announce(self, run_id: str, artifacts: Sequence[Artifact]) -> None:
        """Write the artifacts of a Run that goes on."""
        with self.database.write() as connection:
            _write_artifacts(connection, run_id, artifacts)

    def settle(self, run: Run) -> bool:
        """Replace the submitted row by the ended one; return whether it was submitted."""
        return self._end(run, _SETTLE)

    def add(self, runs: Sequence[Run], environments: dict[str, str]) -> None:
        """Insert whole Runs made elsewhere, all or none."""
        with self.database.write() as connection:
            for digest, body in environments.items():
                self._environment(connection, digest, body)
            for run in runs:
                row = _row_of(run) | {"owner": "imported:0:0", "reserved_cost": None, "reserved_tokens": None}
                connection.execute(_INSERT, row)
                _write_artifacts(connection, run.id, run.artifacts)
                _write_tags(connection, run)

    def remove(self, choose: Callable[[], list[str]]) -> list[str]:
        """Delete the Runs that ``choose`` names, and return them."""
        with self.database.write() as connection:
            # Takes SQLite's write lock, so that nobody tags a Run between the choice and its end.
            connection.execute(delete(RUNS).where(false()))
            ids = choose()
            if ids:
                connection.execute(_REMOVE, [{"which": one} for one in ids])
        return ids

    def tag(self, run_id: str, tags: Iterable[str], *, remove: bool = False) -> None:
        """Put the words on the Run, or take them off."""
        with self.database.write() as connection:
            for word in tags:
                if remove:
                    connection.execute(delete(TAGS).where(TAGS.c.run_id == run_id, TAGS.c.tag == word))
                else:
                    put = self._upsert(TAGS).values(run_id=run_id, tag=word)
                    connection.execute(put.on_conflict_do_nothing())

    def ask_stop(self, run_id: str) -> None:
        """Note that a running Run is to stop."""
        with self.database.write() as connection:
            connection.execute(self._upsert(STOPS).values(run_id=run_id).on_conflict_do_nothing())

    # reading

    def stop_asked(self, run_id: str) -> bool:
        """Whether a Run is to stop; while the database cannot be asked, it goes on."""
        try:
            with self.database.engine.connect() as connection:
                return connection.execute(_STOP, {"which": run_id}).first() is not None
        except (DBAPIError, Unavailable):
            return False

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
            _run_of(
                row, self._bodies[row["environment"]], artifacts.get(row["id"], []), tags.get(row["id"], [])
            )
            for row in rows
        ]

    def each(self) -> Iterator[Run]:
        """Yield every Run of everybody, a batch in memory at a time."""
        last = ""
        while batch := self.select(select(RUNS).where(RUNS.c.id > last).order_by(RUNS.c.id).limit(BATCH)):
            yield from batch
            last = batch[-1].id

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
_END = (
    update(RUNS)
    .where(RUNS.c.id == bindparam("which"))
    .values({name: bindparam(name) for name in _CHANGING} | {"reserved_cost": None, "reserved_tokens": None})
)
# One that was taken for abandoned has no duration either: its living process knows better.
_HAND_OVER = _END.where(RUNS.c.duration.is_(None))
_FINISH = _HAND_OVER.where(RUNS.c.status != "submitted")
_SETTLE = _END.where(RUNS.c.status == "submitted")
_ABANDON = _END.where(RUNS.c.status == "running")
_STOP = select(STOPS.c.run_id).where(STOPS.c.run_id == bindparam("which"))
_CLEAR = delete(ARTIFACTS).where(ARTIFACTS.c.run_id == bindparam("which"))
_REMOVE = delete(RUNS).where(RUNS.c.id == bindparam("which"))


def _changes(run: Run) -> dict[str, Any]:
    row = _row_of(run)
    return {name: row[name] for name in _CHANGING} | {"which": run.id}


def _row_of(run: Run) -> dict[str, Any]:
    """Return the Run as a row of the table."""
    row = {name: getattr(run, name) for name in _PLAIN}
    row |= {name: canonical(getattr(run, name), what=name) for name in ("inputs", "parameters", "metrics")}
    row["output"] = None if run.output is None else canonical(run.output, what="output")
    row["chunks"] = canonical(run.chunks, what="chunks") if run.chunks else None
    row["error"] = canonical(run.error, what="error") if run.error else None
    return row | {"environment": run.environment_digest}


def _run_of(row: Any, environment: dict[str, Any], artifacts: Sequence[Any], tags: Sequence[Any]) -> Run:
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


def _write_artifacts(connection: Connection, run_id: str, artifacts: Sequence[Artifact]) -> None:
    """Write a Run's artifacts in the place of those that it had before its end."""
    rows = [
        {
            "run_id": run_id,
            "position": at,
            "name": a.name,
            "digest": a.digest,
            "media_type": a.media_type,
            "size": a.size,
        }
        for at, a in enumerate(artifacts)
    ]
    if rows:
        connection.execute(_CLEAR, {"which": run_id})
        connection.execute(insert(ARTIFACTS), rows)


def _write_tags(connection: Connection, run: Run) -> None:
    if run.tags:
        connection.execute(insert(TAGS), [{"run_id": run.id, "tag": tag} for tag in run.tags])

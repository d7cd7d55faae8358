"""Opening a database: its engine, its pragmas and its schema."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import SingletonThreadPool, StaticPool

from workbench.errors import (
    BadInput,
    Corrupted,
    MissingExtra,
    OutdatedDatabase,
    Unavailable,
    WorkbenchError,
)
from workbench.storage.shared import connect, watch

if TYPE_CHECKING:
    from workbench.settings import Settings

__all__ = ["SCHEMA", "Database"]

SCHEMA = "0005"
"""The migration that this version of the package stands on."""

BUSY_SECONDS = 60.0


class Database:
    """One open database, its schema present and up to date.

    The embedded SQLite file is made and migrated on opening. A shared server is only checked:
    migrating it is an act of its administrator (``workbench db upgrade``).

    Raises
    ------
    BadInput
        ``DATABASE_URL`` is no usable address.
    OutdatedDatabase
        A server's schema is not the one that this version needs, or a file is newer than it.
    Corrupted
        The file is no SQLite database.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine = _engine(settings.database, settings.workbench_database_connections)
        try:
            self._ensure_schema()
        except DatabaseError as error:
            self.engine.dispose()
            raise _unusable(error) from None
        except WorkbenchError:
            self.engine.dispose()
            raise
        if not self.embedded:
            watch(self.engine)
        self.session = sessionmaker(self.engine, expire_on_commit=False)
        _open.add(self)

    @property
    def embedded(self) -> bool:
        """Whether this is the SQLite file rather than a server."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Open a session that commits at the end and rolls back on an error."""
        with _said(), self.session.begin() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a bare connection that commits at the end."""
        with _said(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def exclusive(self, name: str) -> Iterator[Session]:
        """Like `begin`, waiting until no other ``exclusive`` of this name is open, in whatever process."""
        with self.begin() as session:
            if self.embedded:
                # One writer at a time, and this makes it the one.
                session.connection().exec_driver_sql("BEGIN IMMEDIATE")
            else:
                session.execute(
                    text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}
                )
            yield session

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()

    def revision(self) -> str | None:
        """Return the migration that the database stands on, ``None`` for an empty one."""
        with self.engine.connect() as connection:
            return _revision(connection)

    def integrity(self) -> list[str]:
        """Ask SQLite to check its file; an empty list means sound."""
        if not self.embedded:
            return []
        with self.engine.connect() as connection:
            rows = [*connection.execute(text("PRAGMA integrity_check"))]
            orphans = [*connection.execute(text("PRAGMA foreign_key_check"))]
        found = [str(row[0]) for row in rows if row[0] != "ok"]
        return found + [f"row {row[1]} of {row[0]} refers to nothing in {row[2]}" for row in orphans]

    def _ensure_schema(self) -> None:
        found = self.revision()
        if found == SCHEMA:
            return
        if not self.embedded:
            raise _outdated(found)
        from workbench.storage.migrate import known, upgrade

        if found is not None and found not in known():
            raise _outdated(found)
        upgrade(self.engine, lock=self.settings.home / "migrate.lock")


_open: WeakSet[Database] = WeakSet()
"""The databases of this process that a fork has to mind."""


def _before_fork() -> None:
    # SQLite's locks belong to the process, and what it knows of them is copied by a fork: a child that has
    # them open would believe that it holds locks, and its Runs could be lost when the parent closes.
    for database in list(_open):
        if database.embedded and not isinstance(database.engine.pool, SingletonThreadPool | StaticPool):
            database.engine.dispose()


def _after_fork() -> None:
    # What another thread of the parent had in use cannot be shared, and is not the child's to close.
    for database in list(_open):
        database.engine.dispose(close=False)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)


@contextmanager
def _said() -> Iterator[None]:
    """Say in a sentence why the database does not take what is written."""
    try:
        yield
    except OperationalError as error:
        raise Unavailable(
            f"The database cannot be written: {str(error.orig).splitlines()[0]}.",
            "Nothing was stored. Make room on its disk, or end the program that holds it, and try again.",
        ) from None


def _engine(url: str, connections: int) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise BadInput(
            "DATABASE_URL is no database address; expected something like"
            " postgresql://user@host/name or sqlite:////path/to/file.db.",
            "Correct it, or unset it to use SQLite under WORKBENCH_HOME.",
        ) from None
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, parsed.database)
    if parsed.get_backend_name() != "postgresql":
        raise BadInput(
            f"DATABASE_URL names a {parsed.get_backend_name()} database; expected sqlite or postgresql.",
            "Correct it, or unset it to use SQLite under WORKBENCH_HOME.",
        )
    try:
        return connect(parsed, connections)
    except ImportError:
        raise MissingExtra(
            "DATABASE_URL names a PostgreSQL server and psycopg is not installed.",
            "Run `pip install 'autogent-studio[postgres]'`.",
        ) from None


def _sqlite(url: str, path: str | None) -> Engine:
    if path and path != ":memory:":
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise WorkbenchError(
                f"The database cannot be opened: its folder cannot be made ({error.strerror}).",
                "Correct DATABASE_URL, or unset it to use SQLite under WORKBENCH_HOME.",
            ) from None
    # Readers then hold no lock between statements, and a writer takes the write lock at once and waits
    # its turn, instead of failing when it upgrades a snapshot that another process has overtaken.
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": "IMMEDIATE"},
    )
    event.listen(engine, "connect", _pragmas)
    return engine


def _pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-32000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return row[0] if row else None


def _outdated(found: str | None) -> OutdatedDatabase:
    stands = f"at schema {found}" if found else "empty"
    return OutdatedDatabase(
        f"The database is {stands} and this version of the workbench needs schema {SCHEMA}.",
        "Run `workbench db upgrade`; if the database is the newer one, upgrade the package.",
        details={"found": found, "needed": SCHEMA},
    )


def _unusable(error: DatabaseError) -> WorkbenchError:
    reason = str(error.orig).splitlines()[0]
    if isinstance(error, OperationalError):
        return Unavailable(
            f"The database cannot be opened: {reason}.",
            "Check DATABASE_URL, that its server runs, and the rights on WORKBENCH_HOME.",
        )
    return Corrupted(
        f"The database file is not readable: {reason}.",
        "Restore workbench.db in WORKBENCH_HOME from a copy, or move it away to start anew.",
    )

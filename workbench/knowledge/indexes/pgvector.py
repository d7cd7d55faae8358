"""Vectors in a shared PostgreSQL, by its extension pgvector."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from workbench.errors import Unavailable
from workbench.knowledge.indexes.checking import checked_query, checked_vectors
from workbench.knowledge.indexes.rows import best, cosines
from workbench.knowledge.indexes.spaces import Space, SpaceTable

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from workbench.knowledge.indexes.base import Floats, Halves, Ids, VectorSource
    from workbench.settings import Settings

__all__ = ["PgvectorIndex"]

CROSSING = 20_000
"""Chunks up to which the server compares with all: 12 ms."""
SUBSET = 10_000
"""Allowed ids up to which it compares with each."""
OLDEST = (0, 8)
"""The version of pgvector that goes on searching where a filter left too little."""
WIDEST = 4_000
"""Columns of which pgvector can still make a graph."""
SPARE = 16
"""Results more than wanted, among which rounding may have changed places."""
SEARCHING = 200
"""hnsw.ef_search, unless more results are wanted."""
MOST_SEARCHED = 1_000
"""pgvector's own limit."""


class PgvectorIndex:
    """Float16 vectors in a side table, with a graph (HNSW) for each larger knowledge base.

    Parameters
    ----------
    source : VectorSource
        What it follows; its database is a PostgreSQL server.
    folder : Path
        Not used.
    settings : Settings
        Not used.
    """

    name = "pgvector"

    def __init__(self, source: VectorSource, folder: Path, settings: Settings) -> None:  # noqa: ARG002
        self.source = source
        self.table = f"knowledge_vectors_{int(source.dimension)}"
        self._spaces = SpaceTable(source, self.table, _tables(self.table, int(source.dimension)))
        self._seen = -1
        self._building: threading.Thread | None = None

    def available(self) -> str | None:
        """Return why it cannot be used here, or ``None`` when it can."""
        engine = self.source.database.engine
        if engine.dialect.name != "postgresql":
            return "the database is not PostgreSQL."
        try:
            with engine.begin() as connection:
                return _extension(connection)
        except DBAPIError as error:
            return f"its extension could not be switched on: {str(error.orig).splitlines()[0]}."

    def refresh(self) -> None:
        """Catch up with the source; see `workbench.knowledge.indexes.VectorIndex`."""
        now = self.source.revision()
        if now == self._seen:
            return
        space = self._spaces.catch_up(now, self._follow, self._emptied)
        self._seen = now
        if space.documents > CROSSING and self.source.dimension <= WIDEST:
            self._build(space)

    def search(self, query: Floats, limit: int, allowed: Ids | None = None) -> tuple[Ids, Floats]:
        """Return the nearest chunks; see `workbench.knowledge.indexes.VectorIndex`."""
        import numpy as np

        vector = checked_query(query, self.source.dimension)
        with self._spaces.reading() as connection:
            space = self._spaces.find(connection) if self._seen >= 0 else None
            # The server rounds the query to float16; measured again, places are as on one machine.
            rows = self._nearest(connection, space, vector, limit + SPARE, allowed) if space else []
        if not rows:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        found = np.array([row[1] for row in rows], np.float16)
        return best(np.array([row[0] for row in rows], np.int64), cosines(found, vector), limit)

    def count(self) -> int:
        """Return how many chunks it answers from."""
        if self._seen < 0:
            return 0
        with self._spaces.reading() as connection:
            space = self._spaces.find(connection)
        return space.documents if space else 0

    def memory_bytes(self) -> int:
        """Return 0: everything lies with the server."""
        return 0

    def settle(self) -> None:
        """Wait until the server has built its graph, if it is at it for this index."""
        if self._building is not None:
            self._building.join()

    def close(self) -> None:
        """Do nothing: the database keeps the index, and the server goes on building its graph."""

    def _follow(self, connection: Connection, space: Space, upto: int) -> Space:
        after = space.revision
        if after:
            self._delete(connection, space, self.source.removed(after, upto).tolist())
        for ids, vectors in self.source.vectors(after, upto):
            self._insert(connection, space, ids, checked_vectors(self.source, ids, vectors))
        count = f"SELECT count(*) FROM {self.table} WHERE space = :space"  # noqa: S608 - a name of ours
        documents = connection.scalar(text(count), {"space": space.id})
        return replace(space, revision=upto, documents=documents or 0)

    def _delete(self, connection: Connection, space: Space, ids: list[int]) -> None:
        statement = f"DELETE FROM {self.table} WHERE space = :space AND chunk_id = ANY(:ids)"  # noqa: S608
        connection.execute(text(statement), {"space": space.id, "ids": ids})

    def _insert(self, connection: Connection, space: Space, ids: Ids, vectors: Halves) -> None:
        from pgvector import HalfVector
        from pgvector.psycopg import register_vector

        driver: Any = connection.connection.driver_connection
        register_vector(driver)
        with driver.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE IF NOT EXISTS arriving (chunk_id BIGINT, embedding halfvec)")
            cursor.execute("TRUNCATE arriving")
            with cursor.copy("COPY arriving FROM STDIN WITH (FORMAT BINARY)") as copy:
                copy.set_types(["int8", "halfvec"])
                for number, vector in zip(ids.tolist(), vectors, strict=True):
                    copy.write_row((number, HalfVector(vector)))
        # A chunk that was deleted since it was read is not held on to.
        insert = (
            f"INSERT INTO {self.table} (chunk_id, space, embedding)"  # noqa: S608
            " SELECT arriving.chunk_id, :space, arriving.embedding"
            " FROM arriving JOIN chunks ON chunks.id = arriving.chunk_id"
            " ON CONFLICT (chunk_id) DO UPDATE SET space = excluded.space, embedding = excluded.embedding"
        )
        connection.execute(text(insert), {"space": space.id})

    def _emptied(self, connection: Connection, space: Space) -> Space:
        statement = f"DELETE FROM {self.table} WHERE space = :space"  # noqa: S608
        connection.execute(text(statement), {"space": space.id})
        return replace(space, revision=0, documents=0)

    def _nearest(
        self, connection: Connection, space: Space, query: Floats, limit: int, allowed: Ids | None
    ) -> Any:
        from pgvector import HalfVector

        values: dict[str, Any] = {"query": HalfVector(query).to_text(), "limit": limit}
        if allowed is not None:
            values["allowed"] = allowed.tolist()
        few = space.documents <= CROSSING or (allowed is not None and len(allowed) <= SUBSET)
        if not few and limit <= MOST_SEARCHED:
            connection.execute(text(f"SET LOCAL hnsw.ef_search = {max(SEARCHING, limit)}"))
            connection.execute(text("SET LOCAL hnsw.iterative_scan = 'strict_order'"))
            rows = connection.execute(text(self._statement(space, allowed, exact=False)), values).all()
            if len(rows) == min(limit, space.documents):
                return rows
        return connection.execute(text(self._statement(space, allowed, exact=True)), values).all()

    def _statement(self, space: Space, allowed: Ids | None, *, exact: bool) -> str:
        among = "" if allowed is None else " AND chunk_id = ANY(:allowed)"
        # A number in the statement's text, because the graph's own condition has to be seen to hold.
        rows = f"SELECT chunk_id, embedding FROM {self.table} WHERE space = {space.id}{among}"  # noqa: S608
        source = f"MATERIALIZED ({rows})" if exact else f"NOT MATERIALIZED ({rows})"
        ties = ", chunk_id" if exact else ""
        return (
            f"WITH mine AS {source}"  # noqa: S608
            f" SELECT chunk_id, CAST(embedding AS real[]) FROM mine"
            f" ORDER BY embedding <#> CAST(:query AS halfvec){ties} LIMIT :limit"
        )

    def _build(self, space: Space) -> None:
        """Have the server build a graph of this space, which takes it minutes for a million."""
        if self._building is None:
            self._building = threading.Thread(target=self._graph, args=(space,), daemon=True)
            self._building.start()

    def _graph(self, space: Space) -> None:
        name = f"ix_{self.table}_{space.id}"
        engine = self.source.database.engine.execution_options(isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                if not connection.scalar(text("SELECT pg_try_advisory_lock(:space)"), {"space": space.id}):
                    return
                try:
                    _made(connection, name, self.table, space)
                finally:
                    connection.execute(text("SELECT pg_advisory_unlock(:space)"), {"space": space.id})
        except (DBAPIError, Unavailable):
            # The server was stopped, or the base dropped, under it; without a graph answers are exact.
            return


def _tables(table: str, dimension: int) -> tuple[str, ...]:
    return (
        f"""
CREATE TABLE IF NOT EXISTS {table} (
    chunk_id BIGINT PRIMARY KEY REFERENCES chunks(id) ON DELETE CASCADE,
    space INTEGER NOT NULL REFERENCES knowledge_spaces(id) ON DELETE CASCADE,
    embedding halfvec({dimension}) NOT NULL
)""",
        f"CREATE INDEX IF NOT EXISTS ix_{table}_space ON {table} (space)",
    )


def _made(connection: Connection, name: str, table: str, space: Space) -> None:
    """Make the graph, anew where making it was once cut short."""
    valid = connection.scalar(
        text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"), {"name": name}
    )
    if valid:
        return
    connection.execute(text(f"DROP INDEX CONCURRENTLY IF EXISTS {name}"))
    connection.execute(
        text(
            f"CREATE INDEX CONCURRENTLY {name} ON {table} USING hnsw (embedding halfvec_ip_ops)"
            f" WITH (m = 16, ef_construction = 100) WHERE space = {space.id}"
        )
    )


def _extension(connection: Connection) -> str | None:
    """Switch the extension on, and return what stands in the way."""
    there = connection.scalar(text("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'"))
    if not there:
        return "the server has no pgvector; its administrator installs it."
    connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
    version = connection.scalar(text("SELECT extversion FROM pg_extension WHERE extname = 'vector'"))
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        return f"its pgvector is {version} and 0.8 is needed; run `ALTER EXTENSION vector UPDATE`."
    return None

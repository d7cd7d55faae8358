"""What an index is made from: the passages of one generation of a knowledge base, in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select

from workbench.storage.database import Database
from workbench.storage.knowledge import ChunkRow, RemovalRow
from workbench.storage.models import KnowledgeBase

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FLOAT16", "SqlSource"]

FLOAT16 = "<f2"
"""How a stored vector is written."""
BATCH = 5000


class SqlSource:
    """The truth behind the indexes of one generation; see `workbench.knowledge.indexes.VectorSource`.

    Parameters
    ----------
    database : Database
        Where the rows lie.
    base : KnowledgeBase
        Whose passages; its present generation.
    """

    def __init__(self, database: Database, base: KnowledgeBase) -> None:
        self.database = database
        self.base_id = base.id
        self.generation = base.generation
        self.dimension = base.dimension or 0
        self.fingerprint = base.fingerprint or ""

    def revision(self) -> int:
        """Return how many changes the base has seen."""
        statement = select(KnowledgeBase.revision).where(KnowledgeBase.id == self.base_id)
        with self.database.engine.connect() as connection:
            return connection.scalar(statement) or 0

    def count(self) -> int:
        """Return how many passages there are now."""
        statement = select(KnowledgeBase.total_chunks).where(KnowledgeBase.id == self.base_id)
        with self.database.engine.connect() as connection:
            return connection.scalar(statement) or 0

    def vectors(self, after: int, upto: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float16]]]:
        """Yield identifiers and vectors of what came after one revision, up to another."""
        import numpy as np

        for rows in self._batches(after, upto, ChunkRow.vector):
            ids = np.fromiter((row[1] for row in rows), dtype=np.int64, count=len(rows))
            flat = np.frombuffer(b"".join(row[2] for row in rows), dtype=FLOAT16)
            yield ids, flat.reshape(len(rows), self.dimension)

    def texts(self, after: int, upto: int) -> Iterator[list[tuple[int, str]]]:
        """Yield identifiers and texts, with their context, of what came after one revision, up to another."""
        for rows in self._batches(after, upto, ChunkRow.context + "\n" + ChunkRow.content):
            yield [(row[1], row[2]) for row in rows]

    def removed(self, after: int, upto: int) -> NDArray[np.int64]:
        """Return the identifiers of what was taken out after one revision, up to another."""
        import numpy as np

        statement = select(RemovalRow.chunk_id).where(
            RemovalRow.base_id == self.base_id,
            RemovalRow.generation == self.generation,
            RemovalRow.revision > after,
            RemovalRow.revision <= upto,
        )
        with self.database.engine.connect() as connection:
            return np.array(connection.scalars(statement).all(), dtype=np.int64)

    def _batches(self, after: int, upto: int, column: Any) -> Iterator[Any]:
        """Yield rows of (revision, id, column) in that order; a batch begins where the last one ended."""
        at = (after, 1 << 62)
        while rows := self._batch(at, upto, column):
            yield rows
            at = (rows[-1][0], rows[-1][1])

    def _batch(self, at: tuple[int, int], upto: int, column: Any) -> Any:
        revision, last = at
        later = (ChunkRow.revision > revision) | ((ChunkRow.revision == revision) & (ChunkRow.id > last))
        statement: Select[Any] = (
            select(ChunkRow.revision, ChunkRow.id, column)
            .where(
                ChunkRow.base_id == self.base_id,
                ChunkRow.generation == self.generation,
                ChunkRow.revision >= revision,
                ChunkRow.revision <= upto,
                later,
            )
            .order_by(ChunkRow.revision, ChunkRow.id)
            .limit(BATCH)
        )
        with self.database.engine.connect() as connection:
            return connection.execute(statement).all()

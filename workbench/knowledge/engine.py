"""The open indexes of one generation of a knowledge base, and the passages behind their answers."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from workbench.knowledge.indexes import open_index, open_lexical
from workbench.knowledge.source import FLOAT16, SqlSource
from workbench.settings import Settings
from workbench.storage.database import Database
from workbench.storage.knowledge import ChunkRow, KnowledgeFile
from workbench.storage.models import File, KnowledgeBase

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Engine", "Engines"]

OPEN_AT_ONCE = 16
_AT_ONCE = 1000
_TIED = 32
"""Passages asked for beyond those wanted, for how many equal the last one by their words."""
_EQUAL = 1e-5
"""Relative difference of sums that were added in another order."""


class Engine:
    """Finds candidates by meaning and by words, and reads them.

    Parameters
    ----------
    database : Database
        Where the passages lie.
    settings : Settings
        What indexes are made with.
    base : KnowledgeBase
        Its present generation is searched.
    folder : Path
        Of the index files.
    """

    def __init__(self, database: Database, settings: Settings, base: KnowledgeBase, folder: Path) -> None:
        self.source = SqlSource(database, base)
        place = folder / str(base.generation)
        self.vectors = open_index(self.source, place / "vectors", settings)
        self.words = open_lexical(self.source, place / "words", settings)

    def refresh(self) -> None:
        """Bring the indexes to what the database holds."""
        self.vectors.refresh()
        self.words.refresh()

    def candidates(
        self, vector: NDArray[np.float32], query: str, allowed: NDArray[np.int64] | None, depth: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
        """Return the best passages of both sides that the database still holds.

        Parameters
        ----------
        vector : (dimension,) float32 array
            Of the query.
        query : str
            Its words.
        allowed : sorted int64 array, optional
            The only passages that may be found.
        depth : int
            Passages that each side brings; the side of the words also those that equal its last one.

        Returns
        -------
        ids, cosine, bm25
            By identifier; the cosine of the stored vectors, so that it is the same whatever the index
            keeps; 0 for the BM25 of those that only the dense side brought.
        """
        import numpy as np

        near, _ = self.vectors.search(vector, depth, allowed)
        worded, scores = _with_ties(*self.words.search(query, depth + _TIED, allowed), depth)
        ids, vectors = self._vectors(np.union1d(near, worded))
        score = dict(zip(worded.tolist(), scores.tolist(), strict=True))
        bm25 = np.array([score.get(number, 0.0) for number in ids.tolist()], dtype=np.float32)
        return ids, vectors @ vector, bm25

    def _vectors(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Read vectors, made of unit length again; what the database no longer has is left out."""
        import numpy as np

        statement = select(ChunkRow.id, ChunkRow.vector).where(*self._present(), _IN)
        rows = self._rows(statement.order_by(ChunkRow.id), ids.tolist())
        kept = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
        flat = np.frombuffer(b"".join([row[1] for row in rows]), dtype=FLOAT16).astype(np.float32)
        wide = flat.reshape(len(rows), self.source.dimension)
        return kept, wide / np.linalg.norm(wide, axis=1, keepdims=True)

    def read(self, ids: Sequence[int]) -> dict[int, Any]:
        """Return the passages' rows by identifier, with ``filename`` and ``document`` of their file.

        ``passages`` is how many the file has in this base.
        """
        table = ChunkRow.__table__.c
        columns = [column for column in table if column.name != "text_hash"]
        statement = (
            select(*columns, File.filename, File.document, KnowledgeFile.chunks.label("passages"))
            .join(File, File.id == ChunkRow.file_id)
            .join(
                KnowledgeFile,
                (KnowledgeFile.file_id == ChunkRow.file_id) & (KnowledgeFile.base_id == ChunkRow.base_id),
            )
            .where(*self._present(), _IN)
        )
        return {row.id: row for row in self._rows(statement, list(ids))}

    def _present(self) -> tuple[Any, ...]:
        return (
            ChunkRow.base_id == self.source.base_id,
            ChunkRow.generation == self.source.generation,
            ChunkRow.revision.is_not(None),
        )

    def _rows(self, statement: Any, ids: list[int]) -> list[Any]:
        found: list[Any] = []
        with self.source.database.engine.connect() as connection:
            for start in range(0, len(ids), _AT_ONCE):
                found += connection.execute(statement, {"ids": ids[start : start + _AT_ONCE]}).all()
        return found

    def close(self) -> None:
        """Let go of files and threads."""
        self.vectors.close()
        self.words.close()


_IN = ChunkRow.id.in_(bindparam("ids", expanding=True))


class Engines:
    """The engines that are open in this process, the last used ones.

    Parameters
    ----------
    database : Database
        Where the passages lie.
    settings : Settings
        What indexes are made with.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._open: OrderedDict[tuple[str, int], _Lent] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def of(self, base: KnowledgeBase) -> Iterator[Engine]:
        """Lend the engine of the base's present generation, opened on first use; it stays open meanwhile."""
        key = (base.id, base.generation)
        with self._lock:
            if key not in self._open:
                folder = self._settings.indexes_folder / base.id
                self._open[key] = _Lent(Engine(self._database, self._settings, base, folder))
            self._open.move_to_end(key)
            lent = self._open[key]
            lent.users += 1
            if len(self._open) > OPEN_AT_ONCE:
                self._let_go(next(iter(self._open)))
        try:
            yield lent.engine
        finally:
            with self._lock:
                lent.users -= 1
                if lent.gone and not lent.users:
                    lent.engine.close()

    def forget(self, base_id: str) -> None:
        """Close what is open of a base, or leave that to the last who uses it."""
        with self._lock:
            for key in [key for key in self._open if key[0] == base_id]:
                self._let_go(key)

    def close(self) -> None:
        """Close all, or leave that to those who use them."""
        with self._lock:
            for key in list(self._open):
                self._let_go(key)

    def _let_go(self, key: tuple[str, int]) -> None:
        lent = self._open.pop(key)
        lent.gone = True
        if not lent.users:
            lent.engine.close()


def _with_ties(
    ids: NDArray[np.int64], scores: NDArray[np.float32], depth: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the best and those that equal the last of them, lest the order of their coming decide."""
    if len(ids) <= depth:
        return ids, scores
    kept = scores >= scores[depth - 1] * (1 - _EQUAL)
    return ids[kept], scores[kept]


@dataclass(eq=False, slots=True)
class _Lent:
    engine: Engine
    users: int = 0
    gone: bool = False

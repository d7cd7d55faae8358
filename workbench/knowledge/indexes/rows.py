"""Vectors in memory that grow and shrink without being copied, searched exactly.

A `Rows` never changes for those who hold it: adding and removing give a new one that shares its
blocks. So any number of threads may search one while another is being made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.knowledge.indexes.base import Floats, Halves, Ids

__all__ = ["Rows", "best", "cosines"]

BLOCK = 16_384
"""Rows of a block: 12 MB at 384 dimensions."""
SPARSE = 1_000
"""Dead rows that are carried along before anything is copied to be rid of them."""
DEAD_SHARE = 4
"""One dead row in so many, beyond `SPARSE`, has the living ones copied."""
ROUNDING = 1e-3
"""More than twice what a float16 query can change in a cosine: 2 ** -11 for each of the two compared."""


class Rows:
    """Ids and unit vectors, float16, of which only one holder may add more.

    Parameters
    ----------
    dimension : int
        Columns.
    """

    __slots__ = ("_alive", "_blocks", "_ids", "_order", "_used", "dimension")

    def __init__(
        self, dimension: int, blocks: tuple[Halves, ...] = (), ids: Ids | None = None, alive: Any = None
    ) -> None:
        import numpy as np

        self.dimension = dimension
        self._blocks = blocks
        self._ids: Ids = np.empty(0, np.int64) if ids is None else ids
        self._alive: Any = np.empty(0, bool) if alive is None else alive
        self._used = len(self._ids)
        self._order: Any = None

    def __len__(self) -> int:
        return int(self._alive.sum())

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        order = 0 if self._order is None else self._order.nbytes
        return int(
            sum(block.nbytes for block in self._blocks) + self._ids.nbytes + self._alive.nbytes + order
        )

    def ids(self) -> Ids:
        """Return the living ids, in the order in which they came."""
        return self._ids[self._alive]

    def adding(self, ids: Ids, vectors: Halves) -> Rows:
        """Return these rows and more; a living id that comes again is replaced."""
        import numpy as np

        if not len(ids):
            return self
        fresh = not self._used or ids.min() > self._ids.max()
        alive = self._alive.copy()
        if not fresh:
            alive[self._positions(np.unique(ids))] = False
        return Rows(
            self.dimension,
            _filled(self._blocks, self._used, vectors),
            np.concatenate([self._ids, ids]),
            np.concatenate([alive, np.ones(len(ids), bool)]),
        )

    def without(self, ids: Ids) -> Rows:
        """Return these rows without some ids, known or not."""
        import numpy as np

        gone = self._positions(np.unique(ids))
        if not len(gone):
            return self
        alive = self._alive.copy()
        alive[gone] = False
        made = Rows(self.dimension, self._blocks, self._ids, alive)
        dead = made._used - len(made)
        return made._compacted() if dead > max(SPARSE, made._used // DEAD_SHARE) else made

    def known(self, ids: Ids) -> Ids:
        """Return those of the sorted ids that live here."""
        return self._ids[self._positions(ids)]

    def batches(self) -> Iterator[tuple[Ids, Halves]]:
        """Yield the living ids with their vectors, a block at a time."""
        for start, block in self._parts():
            stop = start + len(block)
            alive = self._alive[start:stop]
            yield self._ids[start:stop][alive], block[alive]

    def search(self, query: Floats, limit: int, allowed: Ids | None = None) -> tuple[Ids, Floats]:
        """Return the nearest living rows exactly; see `workbench.knowledge.indexes.VectorIndex.search`."""
        import numpy as np

        if allowed is None:
            return self._nearest(query, limit, None)
        rows = self._positions(allowed)
        if 2 * len(rows) < self._used:
            return best(self._ids[rows], cosines(self._gathered(rows), query), limit)
        wanted: Any = np.zeros(self._used, bool)
        wanted[rows] = True
        return self._nearest(query, limit, wanted)

    def _nearest(self, query: Floats, limit: int, wanted: Any) -> tuple[Ids, Floats]:
        import numpy as np

        rough: Any = np.empty(self._used, np.float32)
        for start, block in self._parts():
            rough[start : start + len(block)] = _rough(block, query)
        rough[~(self._alive if wanted is None else self._alive & wanted)] = -np.inf
        # Whatever rounding could have pushed below the last place is measured again.
        floor = np.partition(rough, len(rough) - limit)[len(rough) - limit] if limit < len(rough) else -2.0
        rows = np.flatnonzero(rough >= max(floor - ROUNDING, -2.0))
        return best(self._ids[rows], cosines(self._gathered(rows), query), limit)

    def _parts(self) -> Iterator[tuple[int, Halves]]:
        for number, block in enumerate(self._blocks):
            start = number * BLOCK
            yield start, block[: min(BLOCK, self._used - start)]

    def _positions(self, ids: Ids) -> Any:
        """Return the living rows of sorted ids."""
        import numpy as np

        if not len(ids) or not self._used:
            return np.empty(0, np.int64)
        if self._order is None:
            self._order = np.argsort(self._ids, kind="stable")
        after: Any = np.searchsorted(self._ids, ids, "right", sorter=self._order)
        # Of rows that share an id only the last one can be alive.
        rows = self._order[after[after > 0] - 1]
        rows = rows[self._ids[rows] == ids[after > 0]]
        return rows[self._alive[rows]]

    def _gathered(self, rows: Any) -> Halves:
        import numpy as np

        taken: Any = np.empty((len(rows), self.dimension), np.float16)
        numbers = rows // BLOCK
        for number in np.unique(numbers).tolist():
            here: Any = numbers == number
            taken[here] = self._blocks[number][rows[here] - number * BLOCK]
        return taken

    def _compacted(self) -> Rows:
        made = Rows(self.dimension)
        for ids, vectors in self.batches():
            made = made.adding(ids, vectors)
        return made


def cosines(vectors: Halves, query: Floats) -> Floats:
    """Return the cosines of unit vectors with a unit query, computed in float32."""
    import numpy as np

    if not len(vectors):
        return np.empty(0, np.float32)
    return np.clip(vectors.astype(np.float32) @ query, -1.0, 1.0)


def best(ids: Ids, scores: Floats, limit: int) -> tuple[Ids, Floats]:
    """Return the highest scores, descending, equal ones by id."""
    import numpy as np

    order = np.lexsort((ids, -scores))[:limit]
    return ids[order], scores[order]


def _rough(block: Halves, query: Floats) -> Floats:
    """Return cosines within half of `ROUNDING`; float16 has no BLAS, and this is twice as fast as one."""
    import numkong
    import numpy as np

    # Asked for float32 results, numkong leaves its fast path.
    return np.asarray(numkong.cdist(query.astype(np.float16)[None], block, "inner"))[0].astype(np.float32)


def _filled(blocks: tuple[Halves, ...], used: int, vectors: Halves) -> tuple[Halves, ...]:
    """Write behind the rows in use, where nobody reads yet."""
    import numpy as np

    out, done = list(blocks), 0
    while done < len(vectors):
        number, offset = divmod(used + done, BLOCK)
        if number == len(out):
            out.append(np.empty((BLOCK, vectors.shape[1]), np.float16))
        taken = min(BLOCK - offset, len(vectors) - done)
        out[number][offset : offset + taken] = vectors[done : done + taken]
        done += taken
    return tuple(out)

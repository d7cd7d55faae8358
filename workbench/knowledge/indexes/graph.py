"""A graph of near neighbours (HNSW) and its file.

It is usearch's rather than hnswlib's: the same algorithm with the same parameters, but it comes as a
wheel (hnswlib is compiled on installing, for that one processor), keeps float16 (half the memory, half
the file) and opens a million vectors in half the time, at the same recall and latency; see
``benchmarks/search.py``.
"""

from __future__ import annotations

import secrets
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from workbench.knowledge.indexes.rows import best, cosines
from workbench.knowledge.indexes.sidecar import Sidecar, fsync_folder, hashed, read_sidecar, write_sidecar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from workbench.knowledge.indexes.base import Floats, Halves, Ids, VectorSource

__all__ = ["Graph", "load_graph", "save_graph", "saved_revision"]

METRIC = "cosine"
NEIGHBOURS = 16
"""M of Malkov and Yashunin, https://arxiv.org/abs/1603.09320; their efConstruction and ef are below."""
BUILDING = 100
SEARCHING = 384
BATCH = 1_000
"""Vectors that are added between two looks at whether to stop: a fifth of a second."""
SIDECAR = "graph.json"


class Graph:
    """A graph that is complete when it is made, and those of its ids that were removed since.

    Attributes
    ----------
    dead : sorted int64 array
        Ids in the graph that are no longer chunks.
    """

    def __init__(self, index: Any, dead: Ids, lock: threading.Lock | None = None) -> None:
        index.expansion_search = SEARCHING
        self._index = index
        # usearch's searches share their scratch memory.
        self._lock = lock or threading.Lock()
        self.dead = dead

    @classmethod
    def empty(cls, dimension: int) -> Graph:
        """Return a graph of nothing."""
        import numpy as np

        index = _library().Index(
            ndim=dimension, metric="ip", dtype="f16", connectivity=NEIGHBOURS, expansion_add=BUILDING
        )
        return cls(index, np.empty(0, np.int64))

    def __len__(self) -> int:
        return self.size - len(self.dead)

    @property
    def size(self) -> int:
        """How many ids it holds, dead ones too."""
        count: int = self._index.size
        return count

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return int(self._index.memory_usage + self.dead.nbytes)

    def is_same(self, other: Graph) -> bool:
        """Whether both hold the same vectors, dead ones too."""
        return self._index is other._index

    def copied(self) -> Graph:
        """Return a graph of its own with the same contents."""
        with self._lock:
            return Graph(self._index.copy(), self.dead)

    def add(self, ids: Ids, vectors: Halves, *, threads: int, stop: Callable[[], bool]) -> bool:
        """Add vectors, in batches; return whether they were all added before ``stop`` said so."""
        for start in range(0, len(ids), BATCH):
            if stop():
                return False
            batch = slice(start, start + BATCH)
            self._index.add(ids[batch], vectors[batch], threads=threads)
        return True

    def without(self, ids: Ids) -> Graph:
        """Return the same graph with more of its ids dead."""
        import numpy as np

        gone = self.known(ids)
        return Graph(self._index, np.union1d(self.dead, gone), self._lock) if len(gone) else self

    def ids(self) -> Ids:
        """Return the living ids, sorted."""
        import numpy as np

        return np.setdiff1d(
            np.sort(np.asarray(self._index.keys).astype(np.int64)), self.dead, assume_unique=True
        )

    def batches(self) -> Iterator[tuple[Ids, Halves]]:
        """Yield the living ids with their vectors."""
        import numpy as np

        ids = self.ids()
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            yield batch, np.array(self._index.get(batch, np.float16))

    def known(self, ids: Ids) -> Ids:
        """Return those of the ids that are in the graph, dead ones too."""
        return ids[self._index.contains(ids)] if len(ids) else ids

    def search(self, query: Floats, limit: int, allowed: Ids | None = None) -> tuple[Ids, Floats]:
        """Return near living neighbours; with ``allowed`` perhaps fewer than there are."""
        import numpy as np

        with self._lock:
            found = self._index.search(query, min(limit, self.size), threads=1)
        ids = found.keys.astype(np.int64)
        ids = ids[~np.isin(ids, self.dead)]
        if allowed is not None:
            ids = ids[np.isin(ids, allowed)]
        return self.among(query, np.sort(ids), limit)

    def among(self, query: Floats, allowed: Ids, limit: int) -> tuple[Ids, Floats]:
        """Return the nearest of these sorted ids exactly."""
        import numpy as np

        ids = np.setdiff1d(self.known(allowed), self.dead, assume_unique=True)
        if not len(ids):
            return ids, np.empty(0, np.float32)
        return best(ids, cosines(np.array(self._index.get(ids, np.float16)), query), limit)

    def save(self, path: Path) -> None:
        """Write the graph into a file."""
        with self._lock:
            self._index.save(path)


def save_graph(graph: Graph, folder: Path, source: VectorSource, revision: int) -> None:
    """Write a graph and what vouches for it, then remove what came before.

    The names are new ones, so that whoever stops in between, or reads, finds the old ones whole.
    """
    import numpy as np

    stem = f"graph-{revision}-{secrets.token_hex(4)}"
    body, dead = folder / f"{stem}.usearch", folder / f"{stem}.npy"
    graph.save(body)
    np.save(dead, graph.dead)
    files = {path.name: hashed(path) for path in (body, dead)}
    fsync_folder(folder)
    write_sidecar(folder / SIDECAR, Sidecar.of(source, METRIC, revision, files))
    for path in folder.glob("graph-*"):
        if path.name not in files:
            with suppress(OSError):
                path.unlink()


def saved_revision(folder: Path) -> int:
    """Return the revision at which the graph on disk is said to stand, 0 where there is none."""
    sidecar = read_sidecar(folder / SIDECAR)
    return sidecar.revision if sidecar else 0


def load_graph(folder: Path, source: VectorSource) -> tuple[Graph, int] | None:
    """Return the graph on disk and its revision, or ``None`` where none can be relied upon."""
    path = folder / SIDECAR
    sidecar = read_sidecar(path)
    while sidecar is not None:
        graph = _loaded(folder, sidecar, source)
        if graph is not None:
            return graph, sidecar.revision
        # Another process may have put a newer one in its place in the meantime.
        before, sidecar = sidecar, read_sidecar(path)
        if sidecar == before:
            break
    return None


def _library() -> Any:
    # onnxruntime, loaded after usearch, crashes the process (1.32 and 2.26); the other order is sound.
    with suppress(ImportError):
        import onnxruntime  # noqa: F401
    from usearch import index

    return index


def _loaded(folder: Path, sidecar: Sidecar, source: VectorSource) -> Graph | None:
    import numpy as np

    if not sidecar.belongs_to(source, METRIC) or not sidecar.intact(folder):
        return None
    files = {name.rpartition(".")[2]: folder / name for name in sidecar.files}
    try:
        index = _library().Index.restore(files["usearch"])
        dead = np.load(files["npy"], allow_pickle=False)
    except (KeyError, OSError, RuntimeError, ValueError):
        return None
    return Graph(index, dead) if index is not None and index.ndim == source.dimension else None

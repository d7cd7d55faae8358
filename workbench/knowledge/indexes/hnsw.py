"""Exact while small, then a graph of near neighbours with an exact tail for what is new."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar

from workbench.knowledge.indexes.building import DEAD_SHARE, Builder
from workbench.knowledge.indexes.checking import checked_query
from workbench.knowledge.indexes.following import Follower
from workbench.knowledge.indexes.graph import load_graph
from workbench.knowledge.indexes.layers import Layers

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.knowledge.indexes.base import Floats, Halves, Ids, VectorSource
    from workbench.knowledge.indexes.graph import Graph
    from workbench.settings import Settings

__all__ = ["HnswIndex", "LocalIndex"]

CROSSING = 50_000
"""Chunks up to which comparing with all of them takes about as long as a walk through a graph: 2 ms."""
TAIL = 20_000
"""New chunks that are compared one by one before they join the graph: 1.4 ms a query."""
TAIL_SHARE = 20
"""Or one in so many of the graph, so that the work of joining stays in proportion."""


class HnswIndex(Follower):
    """A graph that is replaced by a better one built in the background, and a file of it.

    What came since the graph was built is compared with the query exactly, and what was removed is
    left out, so a change is searchable at once whatever the size.

    Parameters
    ----------
    source : VectorSource
        What it answers from.
    folder : Path
        For its files.
    settings : Settings
        Not used.
    """

    crossing: ClassVar[int] = TAIL
    """Chunks beyond which there is a graph."""
    tail: ClassVar[int] = TAIL
    """Chunks beside a graph beyond which they join it."""

    def __init__(self, source: VectorSource, folder: Path, settings: Settings) -> None:  # noqa: ARG002
        super().__init__(source)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self._builder = Builder(source, folder)
        self._layers = self._draft = Layers.empty(source.dimension)
        self._on_disk = 0
        self._opened = False

    @property
    def name(self) -> str:
        """``hnsw`` with a graph, ``exact`` before there is one."""
        return "hnsw" if self._layers.graph.size else "exact"

    def available(self) -> str | None:
        """Return why it cannot be used here, or ``None`` when it can."""
        if find_spec("usearch") is None:
            return "usearch is not installed; run `pip install 'autogent-studio[knowledge]'`."
        return None

    def refresh(self) -> None:
        """Catch up with the source; see `workbench.knowledge.indexes.VectorIndex`."""
        with self._refreshing:
            if not self._opened:
                self._open()
            super().refresh()
            self._layers = self._draft
            if self._due():
                built = partial(self._swap, self._layers)
                self._builder.start(self._layers, self.revision, self._on_disk, built, self._adopt)

    def search(self, query: Floats, limit: int, allowed: Ids | None = None) -> tuple[Ids, Floats]:
        """Return the nearest chunks; see `workbench.knowledge.indexes.VectorIndex`."""
        return self._layers.search(checked_query(query, self.source.dimension), limit, allowed)

    def count(self) -> int:
        """Return how many chunks it answers from."""
        return len(self._draft)

    def memory_bytes(self) -> int:
        """Return what it keeps in this process's memory, a build under way left aside."""
        return self._layers.graph.nbytes + self._layers.tail.nbytes

    def settle(self) -> None:
        """Wait for the build in the background, if there is one."""
        self._builder.wait()

    def close(self) -> None:
        """Stop a build and forget every vector."""
        self._builder.close()
        with self._refreshing:
            self._emptied()
            self._layers = self._draft

    def _open(self) -> None:
        self._opened = True
        if found := load_graph(self.folder, self.source):
            self._take(*found)

    def _take(self, graph: Graph, revision: int) -> None:
        self._draft = Layers(graph, Layers.empty(self.source.dimension).tail)
        self.revision = self._on_disk = revision

    def _due(self) -> bool:
        graph, tail = self._draft.graph, len(self._draft.tail)
        if not graph.size:
            return tail > self.crossing
        return tail > max(self.tail, graph.size // TAIL_SHARE) or len(graph.dead) * DEAD_SHARE > graph.size

    def _swap(self, base: Layers, graph: Graph, revision: int) -> None:
        """Put a graph in the place of the layers that it was built from, and keep what came since."""
        import numpy as np

        with self._refreshing:
            now = self._draft
            if not now.graph.is_same(base.graph):
                return
            gone = np.setdiff1d(base.ids(), now.ids(), assume_unique=True)
            self._draft = Layers(graph.without(gone), now.tail.without(base.tail.ids()))
            self._on_disk = revision
            self._layers = self._draft

    def _adopt(self, graph: Graph, revision: int) -> None:
        """Go on from a graph that another process built."""
        with self._refreshing:
            target = max(revision, self.revision)
            self._take(graph, revision)
            self._catch_up(target)
            self._layers = self._draft

    def _added(self, ids: Ids, vectors: Halves) -> None:
        self._draft = self._draft.adding(ids, vectors)

    def _removed(self, ids: Ids) -> None:
        self._draft = self._draft.without(ids)

    def _emptied(self) -> None:
        self._draft, self.revision = Layers.empty(self.source.dimension), 0


class LocalIndex(HnswIndex):
    """The one to use by default on one machine: exact to the measured crossing, a graph above it."""

    crossing: ClassVar[int] = CROSSING

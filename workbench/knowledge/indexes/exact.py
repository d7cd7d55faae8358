"""Every vector compared with the query: exact, nothing to build, as fast as a graph to some 50,000 chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.knowledge.indexes.checking import checked_query
from workbench.knowledge.indexes.following import Follower
from workbench.knowledge.indexes.rows import Rows

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.knowledge.indexes.base import Floats, Halves, Ids, VectorSource
    from workbench.settings import Settings

__all__ = ["ExactIndex"]


class ExactIndex(Follower):
    """All vectors in memory, 2 bytes a number; it keeps no file.

    Parameters
    ----------
    source : VectorSource
        What it answers from.
    folder : Path
        Not used.
    settings : Settings
        Not used.
    """

    name = "exact"

    def __init__(self, source: VectorSource, folder: Path, settings: Settings) -> None:  # noqa: ARG002
        super().__init__(source)
        self._rows = Rows(source.dimension)

    def available(self) -> str | None:
        """Return ``None``: it works everywhere."""
        return None

    def search(self, query: Floats, limit: int, allowed: Ids | None = None) -> tuple[Ids, Floats]:
        """Return the nearest chunks; see `workbench.knowledge.indexes.VectorIndex`."""
        return self._rows.search(checked_query(query, self.source.dimension), limit, allowed)

    def count(self) -> int:
        """Return how many chunks it answers from."""
        return len(self._rows)

    def memory_bytes(self) -> int:
        """Return what it keeps in this process's memory."""
        return self._rows.nbytes

    def settle(self) -> None:
        """Do nothing: there is no work in the background."""

    def close(self) -> None:
        """Forget every vector."""
        self._emptied()

    def _added(self, ids: Ids, vectors: Halves) -> None:
        self._rows = self._rows.adding(ids, vectors)

    def _removed(self, ids: Ids) -> None:
        self._rows = self._rows.without(ids)

    def _emptied(self) -> None:
        self._rows, self.revision = Rows(self.source.dimension), 0

"""How an index in memory follows its source: one refresher at a time, readers never wait."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from workbench.knowledge.indexes.checking import checked_vectors

if TYPE_CHECKING:
    from workbench.knowledge.indexes.base import Halves, Ids, VectorSource

__all__ = ["Follower"]


class Follower:
    """The part of a `workbench.knowledge.indexes.VectorIndex` that catches up.

    A subclass says how changes are applied and how it is emptied.

    Parameters
    ----------
    source : VectorSource
        What it follows.
    """

    def __init__(self, source: VectorSource) -> None:
        self.source = source
        self.revision = 0
        self._refreshing = threading.RLock()
        # A file may stand at the source's revision and still come from another past of its database.
        self._compared = False

    def count(self) -> int:
        """Return how many chunks it answers from."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Catch up with the source, from nothing where what it holds cannot have come from the source."""
        with self._refreshing:
            now = self.source.revision()
            if now < self.revision:
                # The database was restored from an older copy.
                self._emptied()
            if now == self.revision and self._compared:
                return
            self._catch_up(now)
            if self.count() != self.source.count() and self.source.revision() == now:
                self._emptied()
                self._catch_up(now)
            self._compared = True

    def _catch_up(self, upto: int) -> None:
        after = self.revision
        if after and len(gone := self.source.removed(after, upto)):
            self._removed(gone)
        for ids, vectors in self.source.vectors(after, upto):
            self._added(ids, checked_vectors(self.source, ids, vectors))
        self.revision = upto

    def _added(self, ids: Ids, vectors: Halves) -> None:
        raise NotImplementedError

    def _removed(self, ids: Ids) -> None:
        raise NotImplementedError

    def _emptied(self) -> None:
        raise NotImplementedError

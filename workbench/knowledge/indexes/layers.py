"""A graph and an exact tail that answer as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.knowledge.indexes.graph import Graph
from workbench.knowledge.indexes.rows import Rows, best

if TYPE_CHECKING:
    from workbench.knowledge.indexes.base import Floats, Halves, Ids

__all__ = ["Layers"]

SUBSET = 20_000
"""Allowed ids up to which each is compared: faster than walking the graph for enough of them."""
GENEROSITY = 2
"""How many more neighbours are asked for than a filter should leave over."""
SPARE = 8
"""Neighbours asked for beyond those wanted, for the dead among them."""
WALKED = 4
"""One part in so many, beyond which comparing with all is faster than walking the graph."""


@dataclass(frozen=True, slots=True)
class Layers:
    """What readers answer from; it never changes, but is replaced as a whole.

    Attributes
    ----------
    graph : Graph
        Most of the vectors.
    tail : Rows
        Those that came since; no living id is in both.
    """

    graph: Graph
    tail: Rows

    @classmethod
    def empty(cls, dimension: int) -> Layers:
        """Return layers of nothing."""
        return cls(Graph.empty(dimension), Rows(dimension))

    def __len__(self) -> int:
        return len(self.graph) + len(self.tail)

    def ids(self) -> Ids:
        """Return every living id."""
        import numpy as np

        return np.concatenate([self.graph.ids(), self.tail.ids()])

    def adding(self, ids: Ids, vectors: Halves) -> Layers:
        """Return these layers and more; an id that comes again is replaced."""
        return Layers(self.graph.without(ids), self.tail.adding(ids, vectors))

    def without(self, ids: Ids) -> Layers:
        """Return these layers without some ids."""
        return Layers(self.graph.without(ids), self.tail.without(ids))

    def search(self, query: Floats, limit: int, allowed: Ids | None) -> tuple[Ids, Floats]:
        """Return the nearest of both; see `workbench.knowledge.indexes.VectorIndex.search`."""
        import numpy as np

        graph, tail = self._walk(query, limit, allowed), self.tail.search(query, limit, allowed)
        return best(np.concatenate([graph[0], tail[0]]), np.concatenate([graph[1], tail[1]]), limit)

    def _walk(self, query: Floats, limit: int, allowed: Ids | None) -> tuple[Ids, Floats]:
        graph = self.graph
        if allowed is None:
            asked, all_of_them = limit + len(graph.dead) * limit // max(1, len(graph)) + SPARE, graph.size
        else:
            asked, all_of_them = 1 + GENEROSITY * limit * graph.size // max(1, len(allowed)), len(allowed)
        while asked * WALKED < all_of_them > SUBSET:
            found = graph.search(query, asked, allowed)
            if len(found[0]) >= limit:
                return found[0][:limit], found[1][:limit]
            asked *= WALKED
        # What is allowed lies far from the query, or is so little that each can be compared.
        return graph.among(query, graph.ids() if allowed is None else allowed, limit)

"""Which repetition a call is: the nth equal key within one execution is occurrence n."""

from __future__ import annotations

import threading
from heapq import heappop, heappush

__all__ = ["Occurrences"]


class Occurrences:
    """Hands out the smallest free number per key.

    Running a cell again gives back the numbers that it took before, so that an answer made by the
    second try of a cell is still found when the notebook is run from top to bottom.
    """

    def __init__(self) -> None:
        self.cell: str | None = None
        self._next: dict[str, int] = {}
        self._free: dict[str, list[int]] = {}
        self._of_cell: dict[str, list[tuple[str, int]]] = {}
        self._lock = threading.Lock()

    def begin_cell(self, cell: str | None) -> None:
        """Enter a cell, giving back what its last execution took."""
        with self._lock:
            self.cell = cell
            for key, number in self._of_cell.pop(cell or "", []):
                heappush(self._free.setdefault(key, []), number)

    def take(self, key: str) -> int:
        """Return the number of this call."""
        with self._lock:
            number = self._smallest_free(key)
            if self.cell:
                self._of_cell.setdefault(self.cell, []).append((key, number))
            return number

    def reset(self) -> None:
        """Forget everything, as a new execution does."""
        with self._lock:
            self._next.clear()
            self._free.clear()
            self._of_cell.clear()

    def _smallest_free(self, key: str) -> int:
        if self._free.get(key):
            return heappop(self._free[key])
        number = self._next.get(key, 0)
        self._next[key] = number + 1
        return number

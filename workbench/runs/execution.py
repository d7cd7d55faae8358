"""One execution: a kernel from its start, a report, a process; what it counted and used."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from workbench.runs.accounts import Spent
from workbench.runs.identity import new_id
from workbench.runs.occurrence import Occurrences
from workbench.runs.record import Run

__all__ = ["Execution"]

_inside: ContextVar[dict[int, str]] = ContextVar("workbench_run")
"""The Run that is being computed around the present call, by the execution that computes it."""


class Execution:
    """Counts occurrences and sums what was used.

    Attributes
    ----------
    id : str
        Its identifier.
    notebook, cell : str or None
        Where the code stands.
    spent : Spent
        What it used so far.
    replayed : set of str
        The Runs that it took from the record.
    """

    def __init__(self, notebook: str | None) -> None:
        self.notebook = notebook
        self.cell: str | None = None
        self._lock = threading.Lock()
        self.begin()

    def begin(self) -> str:
        """Count anew, as a restarted notebook does; return the new identifier."""
        with self._lock:
            self.id = new_id()
            self.spent = Spent()
            self.replayed: set[str] = set()
            self._counters: dict[str | None, Occurrences] = {}
            return self.id

    @property
    def run(self) -> str | None:
        """The Run of this execution that is being computed around the present call."""
        return _inside.get({}).get(id(self))

    @contextmanager
    def computing(self, run_id: str) -> Iterator[None]:
        """Let the Runs that are made in the ``with`` block hang below this one."""
        token = _inside.set({**_inside.get({}), id(self): run_id})
        try:
            yield
        finally:
            _inside.reset(token)

    def begin_cell(self, cell: str | None) -> None:
        """Enter a cell; running one again repeats its occurrence numbers."""
        self.cell = cell
        with self._lock:
            counters = list(self._counters.values())
        for counter in counters:
            counter.begin_cell(cell)

    def occurrence(self, key: str) -> int:
        """Return the number of a call.

        The Runs inside another one are counted apart: when their parent is replayed they do not
        happen, and the numbers of the calls after it must not move.
        """
        scope = self.run
        with self._lock:
            if scope not in self._counters:
                self._counters[scope] = Occurrences()
                self._counters[scope].cell = self.cell
            counter = self._counters[scope]
        return counter.take(key)

    def replay(self, run: Run) -> None:
        """Remember a Run that was taken from the record."""
        with self._lock:
            self.replayed.add(run.id)

    def count(self, run: Run) -> None:
        """Add what a Run used, and forget the counter of the Runs inside it."""
        with self._lock:
            self.spent = self.spent.plus(run)
            self._counters.pop(run.id, None)

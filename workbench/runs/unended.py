"""Runs that are over, and whose end is not written."""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress

from workbench.errors import Unavailable
from workbench.runs.ending import abandoned
from workbench.runs.identity import is_alive
from workbench.runs.record import Run
from workbench.runs.store import RunStore

__all__ = ["Unended"]

_EVERY_SECONDS = 60.0


class Unended:
    """Writes what a process that died, or a database that was away, kept from being written.

    Until it is, such a Run seems to go on, and what it reserved counts against its user's budgets.

    Parameters
    ----------
    store : RunStore
        Where Runs are written.
    """

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._kept: deque[Run] = deque()
        self._looked = 0.0

    def keep(self, run: Run) -> None:
        """Take a Run that ended while the database was away."""
        self._kept.append(run)

    def end(self) -> None:
        """Write the ends of those that were kept, and of those whose process on this machine is gone."""
        self._looked = time.monotonic()
        while self._kept:
            run = self._kept.popleft()
            try:
                self._write(run)
            except Unavailable:
                self._kept.appendleft(run)
                raise
        for run in self._store.abandoned(is_alive):
            self._write(abandoned(run).sealed(), abandoned=True)

    def _write(self, run: Run, *, abandoned: bool = False) -> None:
        write = self._store.hand_over if run.status == "submitted" else self._store.finish
        write(run, abandoned=abandoned)

    def end_now_and_then(self) -> None:
        """Do so if anything was kept or it is a while since; what cannot be written now waits."""
        if self._kept or time.monotonic() - self._looked > _EVERY_SECONDS:
            with suppress(Unavailable):
                self.end()

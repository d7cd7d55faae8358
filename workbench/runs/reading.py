"""Finding one's own Run by its identifier."""

from __future__ import annotations

from sqlalchemy import select

from workbench.errors import NotFound
from workbench.runs.record import Run
from workbench.runs.recording import Recording
from workbench.runs.store import RUNS

__all__ = ["Reading"]


class Reading(Recording):
    """Gives back the Runs that `Recording` made."""

    def get(self, run_id: str) -> Run:
        """Return one Run of the current user by its identifier or an unambiguous beginning of it.

        Raises
        ------
        NotFound
            There is none, or it is somebody else's.
        """
        start = run_id.strip().upper()
        owned = select(RUNS).where(RUNS.c.user_id == self._user())
        # A range, for LIKE finds no index; every character of an identifier sorts before the tilde.
        beginning = owned.where(RUNS.c.id >= start, RUNS.c.id < f"{start}~").limit(2)
        found = self.store.select(beginning) if start.isalnum() else []
        if len(found) == 1:
            return found[0]
        what = f"{run_id!r} begins several Runs" if found else f"There is no Run {run_id!r}"
        raise NotFound(f"{what}.", "`%runs --all` lists the ones there are.")

    def _run(self, run: Run | str) -> Run:
        return run if isinstance(run, Run) else self.get(run)

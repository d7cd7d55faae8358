"""`studio.runs`: everything that the bench does passes through here and leaves a Run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import desc, select, tuple_

from workbench.runs import bundle, prune, verify
from workbench.runs.diff import RunDiff, diff
from workbench.runs.frame import Filters, frame
from workbench.runs.record import Artifact, Run
from workbench.runs.store import RUNS
from workbench.runs.submitting import Submitting

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    import pandas as pd


__all__ = ["Runs"]


class Runs(Submitting):
    """Records, replays, compares and carries Runs; see `Recording` for what it is made of."""

    # reading

    def frame(
        self,
        *,
        kind: str | None = None,
        status: str | None = None,
        execution: str | None = None,
        parent: str | None = None,
        user: str | None = None,
        tag: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> pd.DataFrame:
        """Return a row a Run, newest first.

        Parameters
        ----------
        kind, status, execution, parent, tag : str, optional
            Only the Runs that equal these; the present execution's include those that it replayed.
        user : str, optional
            Whose Runs; by default the current user's.
        since, until : datetime, optional
            Only Runs that started in ``[since, until)``.
        limit : int, optional
            At most so many.

        Returns
        -------
        pandas.DataFrame
            Indexed by Run identifier. ``started_at`` is aware UTC, ``duration_s`` seconds,
            ``cost_usd`` US dollars (missing where the price is unknown); parameters are columns of
            their own name, metrics are ``metric.NAME``.
        """
        filters = self._filters(
            kind=kind, status=status, execution=execution, parent=parent, tag=tag, since=since, until=until,
            user=user or self._user(),
        )  # fmt: skip
        return frame(self.store.database, filters, limit)

    def diff(self, left: Run | str, right: Run | str) -> RunDiff:
        """Say what differs between two Runs."""
        return diff(self._run(left), self._run(right))

    def artifact_bytes(self, artifact: Artifact | str) -> bytes:
        """Return the content of an artifact, or of an object by its digest, checked."""
        return self.objects.get(artifact if isinstance(artifact, str) else artifact.digest)

    def tag(self, run: Run | str, *tags: str) -> Run:
        """Put words on a Run; a tagged Run is never pruned."""
        found = self._run(run)
        self.store.tag(found.id, map(self._scrubber.label, tags))
        return self.store.get(found.id)

    def untag(self, run: Run | str, *tags: str) -> Run:
        """Take words off a Run."""
        found = self._run(run)
        self.store.tag(found.id, map(self._scrubber.label, tags), remove=True)
        return self.store.get(found.id)

    def stop(self, run: Run | str) -> Run:
        """Ask a Run that is being computed, in whatever process, to stop at its next sign of progress.

        A submitted one ends when `settle` has called back its work from where it was sent.

        Returns
        -------
        Run
            As it stands now: running or submitted still, or ended.
        """
        found = self._run(run)
        if not found.ended:
            self.store.ask_stop(found.id)
        return self.store.get(found.id)

    # carrying and keeping

    def export(self, path: str | Path, runs: Iterable[Run | str] | None = None) -> Path:
        """Write Runs, the Runs below them and their objects into one zip file.

        Parameters
        ----------
        path : str or Path
            Written whole or not at all.
        runs : iterable of Run or str, optional
            Which; by default every Run of the current user that has ended.
        """
        everything = runs is None
        chosen = self.list() if runs is None else [self._run(run) for run in runs]
        return bundle.export(self.store, self.objects, Path(path), chosen, everything=everything)

    def import_(self, path: str | Path) -> list[Run]:
        """Check a bundle and take its Runs in as the current user's; return the new ones.

        Raises
        ------
        BadInput
            The file is no bundle.
        Corrupted
            Something in it does not match its digest; nothing is taken in.
        """
        return bundle.import_(self.store, self.objects, Path(path), self._user())

    def verify(self, runs: Iterable[Run | str] | None = None) -> list[str]:
        """Hash every Run and object again; return what is wrong, nothing when all is sound."""
        chosen = None if runs is None else [self._run(run) for run in runs]
        return verify.verify(self.store, self.objects, chosen)

    def prune(
        self, *, older_than: timedelta | None = None, status: str | None = None, dry_run: bool = False
    ) -> list[str]:
        """Delete old Runs and the objects that nothing refers to any more.

        A tagged Run stays, with all Runs above and below it.

        Parameters
        ----------
        older_than : timedelta, optional
            Only Runs that started longer ago.
        status : str, optional
            Only Runs of this status.
        dry_run : bool
            Only say which.

        Returns
        -------
        list of str
            Identifiers of the deleted Runs.
        """
        return prune.prune(self.store, self.objects, self._user(), older_than, status, dry_run=dry_run)

    def list(self, *, limit: int | None = None, after: Run | None = None, **filters: Any) -> list[Run]:
        """Return whole Runs, newest first, those that follow ``after``; the filters are those of `frame`."""
        where = self._filters(**({"user": self._user()} | filters)).clauses()
        if after is not None:
            where.append(tuple_(RUNS.c.started_us, RUNS.c.id) < (after.started_us, after.id))
        order = (desc(RUNS.c.started_us), desc(RUNS.c.id))
        return self.store.select(select(RUNS).where(*where).order_by(*order).limit(limit))

    # inside

    def _filters(self, **chosen: Any) -> Filters:
        here = chosen.get("execution") == self.execution
        return Filters(**chosen, replayed=frozenset(self._execution.replayed) if here else frozenset())

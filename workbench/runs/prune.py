"""Deleting what nobody needs any more."""

from __future__ import annotations

import time
from datetime import timedelta

from sqlalchemy import func, select

from workbench.runs.bundle import objects_of, with_children
from workbench.runs.record import Run, check_status
from workbench.runs.store import RUNS, RunStore
from workbench.storage.objects import ObjectStore
from workbench.storage.tables import TagRow

__all__ = ["prune"]

_OPEN = ("running", "submitted")


def prune(
    store: RunStore,
    objects: ObjectStore,
    user_id: str,
    older_than: timedelta | None,
    status: str | None,
    *,
    dry_run: bool,
) -> list[str]:
    """Delete Runs and unreferenced objects; see `Runs.prune`."""
    check_status(status)

    def choose() -> list[str]:
        return _doomed(store, user_id, older_than, status)

    if dry_run:
        return choose()
    doomed = store.remove(choose)
    _sweep(store, objects)
    return doomed


def _doomed(store: RunStore, user_id: str, older_than: timedelta | None, status: str | None) -> list[str]:
    kept = _kept(store)
    statement = select(RUNS.c.id).where(RUNS.c.user_id == user_id, RUNS.c.status.not_in(_OPEN))
    if older_than is not None:
        before = time.time_ns() // 1000 - int(older_than.total_seconds() * 1e6)
        statement = statement.where(RUNS.c.started_us < before)
    if status is not None:
        statement = statement.where(RUNS.c.status == status)
    with store.database.engine.connect() as connection:
        return [one for one in connection.scalars(statement.order_by(RUNS.c.id)) if one not in kept]


def _kept(store: RunStore) -> set[str]:
    """Return every tagged Run and every one that goes on, with the Runs above and below it."""
    tagged = select(TagRow.run_id)
    needed = store.select(select(RUNS).where(RUNS.c.id.in_(tagged) | RUNS.c.status.in_(_OPEN)))
    return {run.id for run in with_children(store, needed)} | _above(store, needed)


def _above(store: RunStore, runs: list[Run]) -> set[str]:
    found: set[str] = set()
    level = {run.parent_id for run in runs if run.parent_id}
    while level:
        found |= level
        parents = store.select(select(RUNS).where(RUNS.c.id.in_(level)))
        level = {run.parent_id for run in parents if run.parent_id} - found
    return found


def _sweep(store: RunStore, objects: ObjectStore) -> None:
    """Delete objects that no Run refers to.

    Those of the last hour stay, and those made since the oldest running Run began: a Run names its
    artifacts when it ends.
    """
    with store.database.engine.connect() as connection:
        began = connection.scalar(select(func.min(RUNS.c.started_us)).where(RUNS.c.status == "running"))
    before = time.time() - 3600 if began is None else min(time.time() - 3600, began / 1e6 - 1)
    needed = {digest for run in store.each() for digest in objects_of(run)}
    for digest in list(objects):
        if digest not in needed:
            objects.remove(digest, before=before)
    objects.sweep()

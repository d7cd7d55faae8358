"""Deleting what nobody needs any more."""

from __future__ import annotations

import time
from datetime import timedelta

from sqlalchemy import select

from workbench.runs.bundle import objects_of, with_children
from workbench.runs.record import Run
from workbench.runs.store import RUNS, RunStore
from workbench.storage.objects import ObjectStore
from workbench.storage.tables import TagRow

__all__ = ["prune"]


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
    kept = _kept(store)
    statement = select(RUNS.c.id).where(RUNS.c.user_id == user_id, RUNS.c.status != "running")
    if older_than is not None:
        before = time.time_ns() // 1000 - int(older_than.total_seconds() * 1e6)
        statement = statement.where(RUNS.c.started_us < before)
    if status is not None:
        statement = statement.where(RUNS.c.status == status)
    with store.database.engine.connect() as connection:
        doomed = [one for one in connection.scalars(statement.order_by(RUNS.c.id)) if one not in kept]
    if not dry_run:
        store.remove(doomed)
        _sweep(store, objects)
    return doomed


def _kept(store: RunStore) -> set[str]:
    """Return every tagged Run, with the Runs above and below it, and those above and below a running one."""
    tagged = select(TagRow.run_id)
    needed = store.select(select(RUNS).where(RUNS.c.id.in_(tagged) | (RUNS.c.status == "running")))
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
    """Delete objects that no Run refers to, but for those of the last hour, whose Run may be on its way."""
    needed = {digest for run in store.select(select(RUNS)) for digest in objects_of(run)}
    for digest in list(objects):
        old = objects.path(digest).stat().st_mtime < time.time() - 3600
        if old and digest not in needed:
            objects.remove(digest)
    objects.sweep()

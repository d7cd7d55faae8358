"""Hashing again what was stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from workbench.errors import WorkbenchError
from workbench.runs.bundle import objects_of
from workbench.runs.canonical import canonical, sha256
from workbench.runs.record import Run, run_key
from workbench.runs.store import RUNS, RunStore
from workbench.storage.objects import ObjectStore

__all__ = ["verify"]

BATCH = 1000


def verify(store: RunStore, objects: ObjectStore, runs: list[Run] | None) -> list[str]:
    """Return what is wrong with the Runs, with all of them when none are named."""
    checked: dict[str, str | None] = {}
    found = [] if runs is not None else store.database.integrity()
    for run in runs if runs is not None else _all(store):
        found += [f"Run {run.id}: {problem}" for problem in _problems(run, objects, checked)]
    return found


def _all(store: RunStore) -> Iterator[Run]:
    last = ""
    while batch := store.select(select(RUNS).where(RUNS.c.id > last).order_by(RUNS.c.id).limit(BATCH)):
        yield from batch
        last = batch[-1].id


def _problems(run: Run, objects: ObjectStore, checked: dict[str, str | None]) -> Iterable[str]:
    if run.key != run_key(run.kind, canonical(run.inputs), run.seed, run.version):
        yield "its key does not match its inputs"
    if sha256(canonical(run.environment)) != run.environment_digest:
        yield "its environment does not match its digest"
    if run.status != "running" and run.compute_digest() != run.digest:
        yield "its content does not match its digest"
    for digest in objects_of(run):
        if digest not in checked:
            checked[digest] = _object_problem(objects, digest)
        problem = checked[digest]
        if problem:
            yield problem


def _object_problem(objects: ObjectStore, digest: str) -> str | None:
    try:
        objects.get(digest)
    except WorkbenchError as error:
        return error.message
    return None

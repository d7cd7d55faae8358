"""Hashing again what was stored."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.errors import WorkbenchError
from workbench.runs.bundle import objects_of
from workbench.runs.canonical import canonical, sha256
from workbench.runs.record import Run
from workbench.runs.store import RunStore
from workbench.storage.objects import ObjectStore

__all__ = ["verify"]


def verify(store: RunStore, objects: ObjectStore, runs: list[Run] | None) -> list[str]:
    """Return what is wrong with the Runs, with all of them when none are named."""
    checked: dict[str, str | None] = {}
    found = [] if runs is not None else store.database.integrity()
    for run in runs if runs is not None else store.each():
        found += [f"Run {run.id}: {problem}" for problem in _problems(run, objects, checked)]
    return found


def _environment_problem(run: Run) -> str | None:
    matches = sha256(canonical(run.environment)) == run.environment_digest
    return None if matches else "its environment does not match its digest"


def _problems(run: Run, objects: ObjectStore, checked: dict[str, str | None]) -> Iterable[str]:
    yield from run.problems()
    if run.environment_digest not in checked:
        checked[run.environment_digest] = _environment_problem(run)
    problem = checked[run.environment_digest]
    if problem:
        yield problem
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

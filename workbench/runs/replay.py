"""Finding the recorded Run that answers a call, and saying why there is none."""

from __future__ import annotations

from typing import Any, Literal, get_args

from sqlalchemy import case, desc, select

from workbench.errors import BadInput, ReplayMiss
from workbench.runs.diff import differences
from workbench.runs.record import Run, Status
from workbench.runs.store import RUNS, RunStore

__all__ = ["Mode", "check_mode", "find", "miss"]

Mode = Literal["live", "cache", "strict"]
NEAREST = 200
NAMED = 4


def check_mode(mode: str) -> Mode:
    """Return the mode, or say which there are."""
    if mode not in get_args(Mode):
        raise BadInput(
            f"{mode!r} is no replay mode; expected live, cache or strict.",
            "live computes and records, cache reuses what is recorded, strict never computes.",
        )
    return mode  # type: ignore[return-value]


def find(store: RunStore, wanted: Run, mode: Mode, *also: Status) -> Run | None:
    """Return the newest recorded Run of the same key and occurrence.

    One that the same notebook made is preferred. A failed Run is never reused in ``cache``; in
    ``strict`` it is what happened, so its failure is given back when nothing finished is there.
    Those of the statuses in ``also`` come after finished ones too.
    """
    statuses = ("finished", "failed", *also) if mode == "strict" else ("finished", *also)
    statement = (
        select(RUNS)
        .where(
            RUNS.c.key == wanted.key,
            RUNS.c.occurrence == wanted.occurrence,
            RUNS.c.user_id == wanted.user_id,
            RUNS.c.status.in_(statuses),
        )
        .order_by(
            desc(RUNS.c.status == "finished"),
            desc(case((RUNS.c.notebook == wanted.notebook, 1), else_=0)),
            desc(RUNS.c.started_us),
            desc(RUNS.c.id),
        )
        .limit(1)
    )
    found = store.select(statement)
    return found[0] if found else None


def miss(store: RunStore, wanted: Run) -> ReplayMiss:
    """Return the error that names what differs from the nearest recorded Run."""
    call = {"inputs": wanted.inputs, "seed": wanted.seed, "version": wanted.version}
    where = f" in cell {wanted.cell}" if wanted.cell else ""
    hint = "Use `%replay live` to compute it, or restore the inputs that were recorded."
    near, found = _nearest(store, wanted, call)
    if near is None:
        return ReplayMiss(
            f"Nothing of kind {wanted.kind!r} is recorded{where}, so strict replay cannot go on.", hint
        )
    details = {"run": near.id, "cell": wanted.cell, "differs": [item.to_dict() for item in found]}
    if not found:
        return ReplayMiss(
            f"The {wanted.kind!r} call{where} is recorded {_times(near)} and is now asked"
            f" for once more (occurrence {wanted.occurrence}).",
            hint,
            details=details,
        )
    named = "; ".join(str(item) for item in found[:NAMED])
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return ReplayMiss(
        f"No recorded {wanted.kind!r} call has these inputs{where}. Nearest is Run {near.id},"
        f" from which differ: {named}{more}.",
        hint,
        details=details,
    )


def _times(near: Run) -> str:
    return "once" if near.occurrence == 0 else f"{near.occurrence + 1} times"


def _nearest(store: RunStore, wanted: Run, call: dict[str, Any]) -> tuple[Run | None, list[Any]]:
    """Return the Run of this kind whose inputs differ least, and the differences."""
    statement = (
        select(RUNS)
        .where(
            RUNS.c.kind == wanted.kind,
            RUNS.c.user_id == wanted.user_id,
            RUNS.c.status.in_(("finished", "failed")),
        )
        .order_by(desc(RUNS.c.started_us))
        .limit(NEAREST)
    )
    ranked = []
    for run in store.select(statement):
        found = differences({"inputs": run.inputs, "seed": run.seed, "version": run.version}, call)
        ranked.append((len(found), run.cell != wanted.cell, -run.occurrence, -run.started_us, run, found))
    if not ranked:
        return None, []
    best = min(ranked, key=lambda item: item[:4])
    return best[4], best[5]

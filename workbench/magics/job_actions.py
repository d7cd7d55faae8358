"""What ``%qjobs`` does, action by action."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, Cancelled
from workbench.magics.table import Table
from workbench.wording import duration, money

if TYPE_CHECKING:
    import pandas as pd

    from workbench.magics.context import Context

__all__ = ["ACTIONS", "act", "jobs_table"]

ACTIONS = {"fetch": "%qjobs fetch ID", "cancel": "%qjobs cancel ID"}


def act(context: Context, given: Namespace) -> Any:
    """Do what the line says; return what ``--as`` binds.

    Raises
    ------
    BadInput
        No such action, or a number of words that it does not take.
    """
    action, *words = given.words or [""]
    actions: dict[str, Callable[[Context, list[str], Namespace], Any]] = {
        "": _list,
        "fetch": _fetch,
        "cancel": _cancel,
    }
    if action not in actions:
        raise BadInput(f"%qjobs knows no action {action!r}.", f"There are {', '.join(ACTIONS)}.")
    if given.wait and action != "fetch":
        raise BadInput("--wait is for fetch.", f"Write `{ACTIONS['fetch']} --wait`.")
    return actions[action](context, words, given)


def _list(context: Context, _: list[str], given: Namespace) -> Any:
    from IPython.display import display

    if given.limit < 1:
        raise BadInput(f"--limit is {given.limit}; it takes 1 or more.")
    frame = context.studio.quantum.jobs(given.limit, refresh=True)
    display(jobs_table(frame))
    return frame


def _fetch(context: Context, words: list[str], given: Namespace) -> Any:
    from IPython.display import display

    run_id = _one(words, "fetch")
    try:
        result = context.studio.quantum.result(run_id, None if given.wait else 0.0)
    except KeyboardInterrupt:
        raise Cancelled("The waiting was stopped.", "The job goes on; `%qjobs fetch` asks again.") from None
    display(result)
    return result


def _cancel(context: Context, words: list[str], _: Namespace) -> Any:
    from IPython.display import display

    job = context.studio.quantum.job(_one(words, "cancel")).cancel()
    display(job)
    return job


def _one(words: list[str], action: str) -> str:
    if len(words) != 1:
        raise BadInput(
            f"%qjobs {action} takes one job, not {len(words)} words.", f"Write `{ACTIONS[action]}`."
        )
    return words[0]


def jobs_table(frame: pd.DataFrame) -> Table:
    """Return the table of ``%qjobs``.

    Parameters
    ----------
    frame : pandas.DataFrame
        As the service's ``jobs`` gives it.
    """
    columns = ("run", "device", "state", "shots", "sent (UTC)", "took", "cost", "message")
    records = frame.astype(object).where(frame.notna(), None).to_dict("index")
    rows = [_row(str(run), job) for run, job in records.items()]
    note = "" if rows else "No jobs yet; `%%circuit --on fake:manila --detach` sends one."
    numbers = frozenset({"shots", "took", "cost"})
    return Table(columns, rows, "Jobs on machines", note, numbers, "state")


def _row(run: str, job: dict[str, Any]) -> list[str]:
    return [
        run,
        job["device"],
        job["state"],
        f"{job['shots']:,}",
        f"{job['submitted_at']:%Y-%m-%d %H:%M:%S}",
        duration(job["duration_s"]),
        "" if job["cost_usd"] is None else money(job["cost_usd"]),
        job["message"] or "",
    ]

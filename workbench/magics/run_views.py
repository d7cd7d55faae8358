"""Runs as tables and pages that show the same everywhere."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from workbench.magics.table import PREFORMATTED, Table
from workbench.wording import amount, duration, money

if TYPE_CHECKING:
    import pandas as pd

    from workbench.runs import Run, Spent

__all__ = ["RunPage", "cost_table", "runs_table"]

_NUMBERS = frozenset({"runs", "tokens", "cost", "duration"})


def runs_table(frame: pd.DataFrame, title: str, replayed: int = 0) -> Table:
    """Return the table of ``%runs``.

    Parameters
    ----------
    frame : pandas.DataFrame
        As `Runs.frame` gives it.
    title : str
        Says which Runs these are.
    replayed : int
        Runs that this execution took from the record and that belong to an earlier one.
    """
    records = frame.astype(object).where(frame.notna(), None).to_dict("index")
    rows = [_row(str(run), record) for run, record in records.items()]
    columns = ("run", "kind", "name", "status", "model", "started (UTC)", "duration", "tokens", "cost")
    return Table(columns, rows, title, _sum(frame, replayed), _NUMBERS, "status")


def _row(run: str, record: dict[str, Any]) -> list[str]:
    model = ":".join(str(record[part]) for part in ("provider", "model") if record.get(part))
    return [
        run,
        record["kind"],
        record["name"] or "",
        record["status"],
        model,
        f"{record['started_at']:%Y-%m-%d %H:%M:%S}",
        duration(record["duration_s"]),
        f"{record['tokens_input'] + record['tokens_output']:,}",
        money(record["cost_usd"]),
    ]


def _sum(frame: pd.DataFrame, replayed: int) -> str:
    taken = f"{replayed:,} replayed from the record: see %runs --all" if replayed else ""
    if frame.empty:
        return taken or "No such Runs yet; each %chat leaves one."
    tokens = int(frame["tokens_input"].sum() + frame["tokens_output"].sum())
    unknown = int(frame["cost_usd"].isna().sum())
    parts = [amount(len(frame), "Run"), amount(tokens, "token"), money(float(frame["cost_usd"].sum()))]
    if unknown:
        parts.append(f"price of {unknown:,} unknown")
    return " · ".join([*parts, *filter(None, [taken])])


def cost_table(frame: pd.DataFrame, spent: Spent) -> Table:
    """Return what an execution spent, by model.

    Parameters
    ----------
    frame : pandas.DataFrame
        The execution's own Runs.
    spent : Spent
        Its sums; replayed Runs cost nothing and are counted here alone.
    """
    rows = [_cost_row(str(model), part) for model, part in frame.groupby(_models(frame), sort=True)]
    note = " · ".join(
        [
            f"Spent here: {money(spent.cost)}",
            amount(spent.tokens, "token"),
            f"{amount(spent.runs, 'Run')} computed, {spent.replayed:,} replayed at no cost",
            *([f"price of {spent.unknown_cost:,} unknown"] if spent.unknown_cost else []),
        ]
    )
    return Table(("model", "runs", "tokens", "cost"), rows, "Cost of this execution", note, _NUMBERS)


def _models(frame: pd.DataFrame) -> Any:
    import pandas as pd

    parts = [
        frame[name].fillna("") if name in frame else pd.Series("", index=frame.index)
        for name in ("provider", "model")
    ]
    named = (parts[0].astype(str) + ":" + parts[1].astype(str)).str.strip(":")
    return named.where(named != "", frame["kind"].astype(str))


def _cost_row(model: str, part: pd.DataFrame) -> list[str]:
    known = part["cost_usd"].dropna()
    tokens = int(part["tokens_input"].sum() + part["tokens_output"].sum())
    cost = "unknown" if known.empty else money(float(known.sum()))
    if 0 < len(known) < len(part):
        cost += " + unknown"
    return [model, f"{len(part):,}", f"{tokens:,}", cost]


class RunPage:
    """One Run in full: facts, inputs, output.

    Parameters
    ----------
    run : Run
        The Run.
    """

    def __init__(self, run: Run) -> None:
        self.run = run

    def _sections(self) -> dict[str, str]:
        run = self.run
        parts = {
            "inputs": run.inputs,
            "output": run.output,
            "error": run.error,
            "parameters": run.parameters,
            "metrics": run.metrics,
            "artifacts": [f"{one.name}, {one.media_type}, {one.size:,} bytes" for one in run.artifacts],
            "tags": list(run.tags),
        }
        return {name: _pretty(value) for name, value in parts.items() if value not in (None, {}, [])}

    def __repr__(self) -> str:
        facts = "\n".join(f"{name}: {text}" for name, text in self.run.summary().items())
        return "\n\n".join([facts, *(f"{name}:\n{text}" for name, text in self._sections().items())])

    def _repr_html_(self) -> str:
        sections = "".join(
            f"<details{' open' if name in ('inputs', 'output', 'error') else ''}><summary>{name}</summary>"
            f'<pre style="{PREFORMATTED}">{escape(text)}</pre></details>'
            for name, text in self._sections().items()
        )
        return f"<div>{self.run._repr_html_()}{sections}</div>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self._repr_html_(), "text/plain": repr(self)}


def _pretty(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)

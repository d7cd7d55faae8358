"""What many Runs add up to: the totals line, and cost, tokens or Runs by model and by day."""

from __future__ import annotations

import math
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from workbench.widgets import charts as draw
from workbench.wording import amount, money

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MEASURES", "best_measure", "charts", "totals"]

MODELS_SHOWN = 7
# The finest calendar step whose bars still fit: days spanned, pandas frequency, word, label format.
STEPS = ((45, "D", "day", "%d %b"), (330, "W-MON", "week", "%d %b"), (math.inf, "MS", "month", "%b %Y"))


def _dollars(value: float, step: float) -> str:
    """Give all labels of an axis as many digits as its step needs."""
    digits = max(2, 1 - math.floor(math.log10(step))) if step else 0
    return f"${value:,.{digits}f}" if step and value else money(value)


def _whole(value: float, _step: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if value >= size:
            return f"{value / (1e3 if letter == 'k' else size):g}{letter}"
    return f"{value:,.10g}"


MEASURES: dict[str, tuple[str, str, Callable[[float, float], str]]] = {
    "cost": ("Cost", "US dollars", _dollars),
    "tokens": ("Tokens", "input and output", _whole),
    "runs": ("Runs", "number", _whole),
}


def best_measure(frame: pd.DataFrame) -> str:
    """Return the measure that says most: cost where something cost, else tokens, else Runs."""
    if frame["cost_usd"].sum() > 0:
        return "cost"
    return "tokens" if frame["tokens"].sum() > 0 else "runs"


def totals(frame: pd.DataFrame) -> str:
    """Return the totals as HTML: Runs by status, tokens, cost and how many prices are unknown."""
    status = frame["status"].value_counts()
    unknown = int(frame["cost_usd"].isna().sum())
    tiles = [
        ("Runs", f"{len(frame):,}", _kinds(frame)),
        ("Finished", f"{status.get('finished', 0):,}", _unfinished(status)),
        ("Tokens", f"{frame['tokens'].sum():,}", _split(frame)),
        (
            "Cost",
            money(float(frame["cost_usd"].sum())),
            f"{amount(unknown, 'price')} unknown" if unknown else "US dollars",
        ),
    ]
    return "".join(
        f'<div class="wb-tile"><span>{escape(name)}</span><strong>{escape(value)}</strong>'
        f"<small>{escape(more)}</small></div>"
        for name, value, more in tiles
    )


def _kinds(frame: pd.DataFrame) -> str:
    return amount(frame["kind"].nunique(), "kind")


def _unfinished(status: pd.Series[int]) -> str:
    names = ("failed", "cancelled", "running", "submitted")
    return ", ".join(f"{status[name]:,} {name}" for name in names if status.get(name)) or "none failed"


def _split(frame: pd.DataFrame) -> str:
    return f"{frame['tokens_input'].sum():,} in, {frame['tokens_output'].sum():,} out"


def charts(frame: pd.DataFrame, measure: str) -> str:
    """Return the two charts as SVG, or nothing where there is no Run."""
    if frame.empty:
        return ""
    title, unit, show = MEASURES[measure]
    values = {"cost": frame["cost_usd"], "tokens": frame["tokens"]}.get(measure)
    if values is None:
        values = frame["tokens"] * 0 + 1
    step, days = _by_time(values.set_axis(frame["started_at"]))
    by_day = draw.columns(f"{title} by {step}", f"{unit}, UTC", days, show)
    return by_day + draw.rows(f"{title} by model", unit, _by_model(frame, values), show)


def _by_time(values: pd.Series[float]) -> tuple[str, list[tuple[str, float]]]:
    """Sum up by the finest calendar step whose bars fit, days without a Run included."""
    span = (values.index.max() - values.index.min()).days
    _, frequency, word, label = next(step for step in STEPS if span < step[0])
    side = {"label": "left", "closed": "left"} if word == "week" else {}
    sums = values.resample(frequency, **side).sum()
    return word, [(day.strftime(label), float(value)) for day, value in sums.items()]


def _by_model(frame: pd.DataFrame, values: pd.Series[float]) -> list[tuple[str, float]]:
    names = frame["model"].where(frame["model"] != "", frame["kind"])
    # a model none of whose prices is known has a sum that is not known, not one of 0
    sums = values.groupby(names.to_numpy()).sum(min_count=1).sort_values(ascending=False)
    rows = [(str(name), float(value)) for name, value in sums.head(MODELS_SHOWN).items()]
    rest = float(sums.iloc[MODELS_SHOWN:].sum())
    return [*rows, (f"{len(sums) - MODELS_SHOWN} others", rest)] if len(sums) > MODELS_SHOWN else rows

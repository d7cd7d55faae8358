"""Expectation values over parameters, and how an optimisation went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import BadInput
from workbench.quantum.drawing.plots.figures import COLOURS, begin, tidy

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["curves", "progress_curve"]

_BAND = 1.96
_MAPS_A_LINE = 3
_MARKED = 40


def curves(frame: pd.DataFrame, parameters: Sequence[str], observables: Sequence[str]) -> Figure:
    """Draw expectation values over the parameters that were swept.

    One parameter: a line an observable, with its band of 95 percent where a column ``NAME error``
    holds standard errors. Two parameters on a grid: a map an observable. Otherwise: over the
    number of the point.

    Parameters
    ----------
    frame : DataFrame
        One row a point; a column for each parameter (radians) and each observable.
    parameters, observables : sequence of str
        Names of columns.

    Raises
    ------
    BadInput
        A column is missing, or there is nothing to draw.
    MissingExtra
        matplotlib is not installed.
    """
    missing = [name for name in (*parameters, *observables) if name not in frame.columns]
    if missing or not len(observables) or frame.empty:
        raise BadInput(
            f"The sweep has no column {missing[0]!r}." if missing else "The sweep has nothing to draw.",
            f"Its columns are {', '.join(map(str, frame.columns))}.",
        )
    if len(parameters) == 2 and _gridded(frame, parameters):  # noqa: PLR2004
        return _maps(frame, parameters, observables)
    return _lines(frame, parameters, observables)


def _gridded(frame: pd.DataFrame, parameters: Sequence[str]) -> bool:
    size = int(frame[parameters[0]].nunique() * frame[parameters[1]].nunique())
    return size == len(frame) == len(frame.drop_duplicates(list(parameters)))


def _lines(frame: pd.DataFrame, parameters: Sequence[str], observables: Sequence[str]) -> Figure:
    alone = len(parameters) == 1
    ordered = frame.sort_values(parameters[0]) if alone else frame
    places = ordered[parameters[0]].to_numpy(float) if alone else np.arange(len(frame))
    figure = begin(6.4, 3.8)
    axes = figure.subplots()
    for at, name in enumerate(observables):
        colour, values = COLOURS[at % len(COLOURS)], ordered[name].to_numpy(float)
        marker = "o" if len(values) <= _MARKED else None
        axes.plot(places, values, color=colour, linewidth=1.8, marker=marker, markersize=3.5, label=name)
        if f"{name} error" in ordered:
            reach = _BAND * ordered[f"{name} error"].to_numpy(float)
            axes.fill_between(places, values - reach, values + reach, color=colour, alpha=0.18, linewidth=0)
    tidy(axes)
    axes.set_xlabel(f"{parameters[0]} (rad)" if alone else "point")
    axes.set_ylabel(f"⟨{observables[0]}⟩" if len(observables) == 1 else "expectation value")
    if len(observables) > 1:
        _legend(axes)
    return figure


def _legend(axes: Any) -> None:
    axes.legend(
        frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=4, handlelength=1.4, borderaxespad=0.2
    )


def _maps(frame: pd.DataFrame, parameters: Sequence[str], observables: Sequence[str]) -> Figure:
    across, up = parameters
    columns = min(len(observables), _MAPS_A_LINE)
    lines = -(-len(observables) // columns)
    figure = begin(0.6 + 4.2 * columns, 3.6 * lines)
    for at, name in enumerate(observables):
        axes = figure.add_subplot(lines, columns, at + 1)
        table = frame.pivot_table(index=up, columns=across, values=name, sort=True)
        values = table.to_numpy(float)
        # Around 0 where there are both signs; else all of the colours are for what there is.
        both = values.min() < 0 < values.max()
        reach = float(np.abs(values).max())
        span = {"cmap": "RdBu_r", "vmin": -reach, "vmax": reach} if both else {"cmap": "viridis"}
        drawn = axes.pcolormesh(
            table.columns.to_numpy(float), table.index.to_numpy(float), values,
            shading="nearest", rasterized=True, **span,
        )  # fmt: skip
        axes.set_xlabel(f"{across} (rad)")
        axes.set_ylabel(f"{up} (rad)")
        figure.colorbar(drawn, ax=axes, label=f"⟨{name}⟩")
    return figure


def progress_curve(values: Sequence[float]) -> Figure:
    """Draw the value of an objective at each step, and the best so far.

    Parameters
    ----------
    values : sequence of float
        The objective, which is made small; one value or more.

    Raises
    ------
    BadInput
        There is no value.
    MissingExtra
        matplotlib is not installed.
    """
    if not len(values):
        raise BadInput("An optimisation without steps has no curve.", details={"field": "values"})
    steps = np.arange(len(values))
    best = np.minimum.accumulate(np.asarray(values, float))
    figure = begin(6.0, 3.4)
    axes = figure.subplots()
    marker = "o" if len(values) <= _MARKED else None
    axes.plot(steps, values, color=COLOURS[0], linewidth=1.6, marker=marker, markersize=3.5, label="value")
    axes.step(steps, best, where="post", color=COLOURS[1], linewidth=1.4, label="best so far")
    tidy(axes)
    axes.set_xlabel("step")
    axes.set_ylabel("objective")
    axes.locator_params(axis="x", integer=True)
    _legend(axes)
    axes.annotate(
        f"{best[-1]:.6g}",
        (steps[-1], best[-1]),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontsize=9,
    )
    return figure

"""How far engines are apart, and how long they took, as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import BadInput
from workbench.quantum.drawing.plots.figures import COLOURS, begin, tidy
from workbench.wording import duration

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["agreement"]

_LEAST = 1e-17
_DARK = 0.6


def agreement(
    engines: Sequence[str],
    distances: Sequence[Sequence[float]],
    bound: Sequence[Sequence[float]],
    seconds: Sequence[float],
) -> Figure:
    """Draw the total variation distance of each two engines, and beside it the time of each.

    Parameters
    ----------
    engines : sequence of str
        n names, two or more.
    distances, bound : n by n
        Total variation distance, 0 to 1, and how large it may be. Pairs above their bound are framed.
    seconds : sequence of float
        Wall time of each.

    Raises
    ------
    BadInput
        The shapes do not fit the engines.
    MissingExtra
        matplotlib is not installed.
    """
    number = len(engines)
    apart, allowed = np.asarray(distances, float), np.asarray(bound, float)
    if (
        number < 1
        or apart.shape != (number, number)
        or allowed.shape != apart.shape
        or len(seconds) != number
    ):
        raise BadInput(
            f"{number} engines need distances and bounds of {number} by {number} and {number} times.",
            details={"field": "distances"},
        )
    figure = begin(2.8 + 0.95 * number + 3.0, 1.5 + 0.62 * number)
    matrix, times = figure.subplots(1, 2, width_ratios=[max(2.2, number), 1.7])
    _matrix(figure, matrix, list(engines), apart, allowed)
    drawn = times.barh(range(number), seconds, height=0.6, color=COLOURS[0])
    times.bar_label(drawn, [duration(one) for one in seconds], padding=4, fontsize=9)
    times.set_ylim(number - 0.5, -0.5)
    times.set_yticks([])
    times.margins(x=0.3)
    tidy(times, grid="x")
    times.set_xlabel("time (s)")
    return figure


def _matrix(figure: Figure, axes: Any, engines: list[str], apart: Any, allowed: Any) -> None:
    from matplotlib.colors import LogNorm

    number = len(engines)
    off: Any = ~np.eye(number, dtype=bool)
    shown = np.ma.masked_array(np.maximum(apart, _LEAST), ~off)
    top = max(1e-8, float(shown.max())) if number > 1 else 1.0
    drawn = axes.imshow(shown, cmap="Blues", norm=LogNorm(_LEAST, top), aspect="auto")
    for row, column in zip(*np.nonzero(off), strict=True):
        dark = drawn.norm(shown[row, column]) > _DARK
        _pair(axes, row, column, apart[row, column], allowed[row, column], dark=dark)
    axes.set_xticks(range(number), engines)
    axes.set_yticks(range(number), engines)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    figure.colorbar(drawn, ax=axes, label="total variation distance")


def _pair(axes: Any, row: int, column: int, distance: float, allowed: float, *, dark: bool) -> None:
    fine = distance <= allowed
    said = f"{distance:.0e}" if distance else "0"
    axes.text(
        column, row, f"{said} {'✓' if fine else '✗'}",
        ha="center", va="center", fontsize=9, color="white" if dark else "#1a202c",
    )  # fmt: skip
    if not fine:
        axes.add_patch(_frame(row, column))


def _frame(row: int, column: int) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((column - 0.48, row - 0.48), 0.96, 0.96, fill=False, edgecolor=COLOURS[4], linewidth=2)

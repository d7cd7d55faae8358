"""Means and their intervals as a figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import MissingExtra
from workbench.knowledge.evaluation.bootstrap import Interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw_means"]

_COLOURS = ("#2b6cb0", "#d97706", "#2f855a", "#805ad5", "#c53030", "#4a5568")
_LINE = "#dfe3e8"
_MARK = 5.0


def draw_means(values: Mapping[str, Mapping[str, Interval]]) -> Figure:
    """Draw a line a measure and on it a mark a setting, with its interval.

    Parameters
    ----------
    values : mapping
        Setting to measure to `Interval`; all settings have the same measures.

    Raises
    ------
    MissingExtra
        matplotlib is not installed.
    """
    try:
        from matplotlib import pyplot as plt
    except ImportError as error:
        raise MissingExtra(
            "Figures need matplotlib.", "pip install 'autogent-studio[reports]'", details={"extra": "reports"}
        ) from error
    measures = list(next(iter(values.values())))
    height = 0.9 + len(measures) * (0.22 * len(values) + 0.2)
    # Through pyplot, which makes a notebook show figures; closed, for it would be shown twice.
    made: tuple[Figure, Any] = plt.subplots(figsize=(7.5, height), dpi=120, layout="constrained")
    figure, axes = made
    plt.close(figure)
    for place, (name, found) in enumerate(values.items()):
        _marks(axes, place, len(values), name, list(found.values()))
    axes.set_yticks(range(len(measures)), measures)
    axes.set_ylim(len(measures) - 0.5, -0.5)
    _tidy(axes, legend=len(values) > 1)
    return figure


def _marks(axes: Any, place: int, settings: int, name: str, found: list[Interval]) -> None:
    spread = 0.7 / settings
    heights = [row + (place - (settings - 1) / 2) * spread for row in range(len(found))]
    means = [one.mean for one in found]
    reach = [
        [one.mean - one.low for one in found],
        [one.high - one.mean for one in found],
    ]
    colour = _COLOURS[place % len(_COLOURS)]
    axes.errorbar(
        means,
        heights,
        xerr=reach,
        fmt="o",
        markersize=_MARK,
        color=colour,
        elinewidth=1.4,
        capsize=0,
        label=name,
    )


def _tidy(axes: Any, *, legend: bool) -> None:
    axes.set_xlim(right=1.005)
    axes.grid(axis="x", color=_LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_xlabel("mean over the questions, with its 95% interval")
    if legend:
        axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=4, handlelength=1)

"""A histogram of outcomes as a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.quantum.drawing.outcomes import Outcomes, header, select, short_key
from workbench.quantum.drawing.plots.figures import COLOURS, begin, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["histogram"]

_SIGNS_MOST = 70


def histogram(
    values: Mapping[str, float],
    *,
    bits: Sequence[str],
    most: int = 32,
    expected: Mapping[str, float] | None = None,
    title: str | None = None,
) -> Figure:
    """Draw counts or probabilities as bars.

    Parameters
    ----------
    values : mapping
        Outcome to count (integers) or probability.
    bits : sequence of str
        Names of the key's bits, leftmost first: the label of the axis.
    most : int
        Bars at most; beyond, the heaviest are shown and the rest as one bar.
    expected : mapping, optional
        Exact probabilities, marked on sampled bars, which get their standard error.
    title : str, optional
        A line above.

    Raises
    ------
    BadInput
        ``most`` is below 2, or a value is negative or not finite.
    MissingExtra
        matplotlib is not installed.
    """
    chosen = select(values, most=most, expected=expected)
    names = [short_key(key) for key in chosen.keys]
    bars = [*chosen.values, *([chosen.rest_value] if chosen.rest else [])]
    figure = begin(max(4.5, min(11.0, 1.6 + 0.38 * len(bars))), 3.6)
    axes = figure.subplots()
    drawn = axes.bar(range(len(bars)), bars, width=0.74, color=COLOURS[0])
    if chosen.rest:
        names.append(f"{chosen.rest:,} others")
        drawn[-1].set_alpha(0.45)
    if chosen.errors is not None:
        _errors(axes, chosen)
    if chosen.expected is not None:
        _marks(axes, chosen, len(bars))
    long = sum(map(len, names)) > _SIGNS_MOST
    axes.set_xticks(range(len(bars)), names, rotation=60 if long else 0, ha="right" if long else "center")
    for label in axes.get_xticklabels():
        label.set(family="monospace", size=8, rotation_mode="anchor")
    axes.tick_params(axis="x", length=0)
    tidy(axes)
    axes.set_xlabel(header(bits))
    axes.set_ylabel("counts" if chosen.counted else "probability")
    if title:
        axes.set_title(title, loc="left", fontsize=11)
    return figure


def _errors(axes: Any, chosen: Outcomes) -> None:
    axes.errorbar(
        range(len(chosen.values)),
        chosen.values,
        yerr=chosen.errors,
        fmt="none",
        ecolor="#1a202c",
        elinewidth=1.2,
        label="sampled, with standard error",
    )


def _marks(axes: Any, chosen: Outcomes, bars: int) -> None:
    exact = [*(chosen.expected or ()), chosen.rest_expected][:bars]
    places = range(len(exact))
    axes.hlines(
        exact,
        [at - 0.43 for at in places],
        [at + 0.43 for at in places],
        color=COLOURS[1],
        linewidth=2,
        label="exact",
    )
    axes.legend(
        frameon=False, loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderaxespad=0.2, fontsize=9
    )

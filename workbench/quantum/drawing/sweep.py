"""Sweeps as light charts: curves over one parameter, maps over two. Inline SVG, no plotting library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.quantum.drawing.axes import HEIGHT, LEFT, RIGHT, SOFT, TOP, WIDTH, chart, rounds, tick
from workbench.quantum.drawing.glyphs import number
from workbench.quantum.drawing.heatmap import map_svg
from workbench.quantum.drawing.words import text_width, xml

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["sweep_svg"]

_COLOURS = ("var(--jp-brand-color1,#1976d2)", "#d97706", "#379a42", "#9b51c4", "#d0453c", "#0e8f9c")
_MAPS = 3
_POINTS = 600
_BAND = 1.96
_GRID = 'stroke="currentColor" stroke-opacity="0.16"'


def sweep_svg(frame: pd.DataFrame, parameters: Sequence[str]) -> str:
    """Draw a sweep.

    Parameters
    ----------
    frame : DataFrame
        A row a point: the parameters (radians), then a column an observable and ``NAME error``.
    parameters : sequence of str
        Columns that are parameters.

    Returns
    -------
    str
        Curves, with the band of 95 percent where there are errors; a map an observable over a grid of
        two parameters; nothing where neither would be read.
    """
    shown = [
        str(name) for name in frame.columns if name not in parameters and not str(name).endswith(" error")
    ]
    if len(frame) < 2 or not shown:  # noqa: PLR2004
        return ""
    if len(parameters) == 1 and len(shown) <= len(_COLOURS):
        return _curves(frame.sort_values(parameters[0], kind="stable"), parameters[0], shown)
    if len(parameters) == 2 and len(shown) <= _MAPS:  # noqa: PLR2004
        return "".join(map_svg(frame, (parameters[0], parameters[1]), name) for name in shown)
    return ""


def _curves(frame: pd.DataFrame, parameter: str, shown: list[str]) -> str:
    frame = frame.iloc[:: max(1, len(frame) // _POINTS)]
    x = frame[parameter].to_numpy(float)
    bands = {name: _band(frame, name) for name in shown}
    low = min(float(lower.min()) for lower, _ in bands.values())
    high = max(float(upper.max()) for _, upper in bands.values())
    if high - low < 1e-12:  # noqa: PLR2004 - rounding alone
        low, high = low - 1.0, high + 1.0
    reach = (high - low) * 0.05
    low, high = low - reach, high + reach
    across = LEFT + (x - x[0]) / ((x[-1] - x[0]) or 1.0) * (WIDTH - LEFT - RIGHT)

    def up(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return TOP + HEIGHT * (1 - (values - low) / (high - low))

    body = _levels(low, high) + _stops(float(x[0]), float(x[-1]), parameter)
    for name, colour in zip(shown, _COLOURS, strict=False):
        lower, upper = bands[name]
        if (upper > lower).any():
            outline = _points(across, up(upper)) + _points(across[::-1], up(lower[::-1]))
            body += f'<polygon points="{outline}" fill="{colour}" fill-opacity="0.18"/>'
        line = _points(across, up(frame[name].to_numpy(float)))
        body += f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.8"/>'
    return chart(body + _legend(shown), f"Sweep of {len(frame)} points")


def _band(frame: pd.DataFrame, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    values = frame[name].to_numpy(float)
    error = f"{name} error"
    reach = _BAND * frame[error].to_numpy(float) if error in frame else values * 0.0
    return values - reach, values + reach


def _points(across: NDArray[np.float64], up: NDArray[np.float64]) -> str:
    return "".join(f"{number(x)},{number(y)} " for x, y in zip(across.tolist(), up.tolist(), strict=True))


def _levels(low: float, high: float) -> str:
    marks = rounds(low, high)
    made = []
    for at in marks:
        y = TOP + HEIGHT * (1 - (at - low) / (high - low))
        made.append(
            f'<path d="M{LEFT} {number(y)}H{WIDTH - RIGHT}" {_GRID}/>'
            f'<text x="{LEFT - 7}" y="{number(y + 4)}" text-anchor="end" {SOFT}>{tick(at, marks)}</text>'
        )
    return "".join(made)


def _stops(first: float, last: float, parameter: str) -> str:
    marks = rounds(first, last)
    made = []
    for at in marks:
        x = LEFT + (at - first) / ((last - first) or 1.0) * (WIDTH - LEFT - RIGHT)
        made.append(f'<text x="{number(x)}" y="{TOP + HEIGHT + 15}" {SOFT}>{tick(at, marks)}</text>')
    name = f'<text x="{(LEFT + WIDTH) / 2:.0f}" y="{TOP + HEIGHT + 31}" {SOFT}>{xml(parameter)} (rad)</text>'
    return "".join(made) + name


def _legend(shown: list[str]) -> str:
    """Name the curves below the right end of the axis, as many as there is room for."""
    made, x = [], float(WIDTH - RIGHT)
    for name, colour in reversed(list(zip(shown, _COLOURS, strict=False))):
        width = text_width(name, 11) + 36
        if x - width < (LEFT + WIDTH) / 2 + 70:
            break
        y = TOP + HEIGHT + 31
        made.append(f'<path d="M{number(x - width + 8)} {y - 4}h16" stroke="{colour}" stroke-width="2"/>')
        made.append(f'<text x="{number(x)}" y="{y}" text-anchor="end" {SOFT}>{xml(name)}</text>')
        x -= width
    return "".join(made)

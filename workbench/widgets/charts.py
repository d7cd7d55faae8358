"""Two small bar charts as inline SVG: crisp at any size, themed, and the same live and exported."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

__all__ = ["columns", "rows", "ticks"]

WIDTH = 560
TOP, BOTTOM, LEFT, RIGHT = 26, 26, 62, 12
PLOT_HEIGHT = 150
ROW_HEIGHT = 24
NAME_WIDTH = 190
NAME_LENGTH = 28
LABELS_MOST = 6
BAR = 'fill="var(--jp-brand-color1,#1976d2)"'
SOFT = 'fill="currentColor" fill-opacity="0.66"'
Show = Callable[[float, float], str]
LINE = 'stroke="currentColor" stroke-opacity="0.16"'


def ticks(largest: float, most: int = 4) -> list[float]:
    """Return round axis values from 0 to at least ``largest``.

    Parameters
    ----------
    largest : float
        Zero or more; an axis of zeros ends at 1.
    most : int
        Steps at most.
    """
    if largest <= 0:
        return [0.0, 1.0]
    rough = largest / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= rough * (1 - 1e-9))
    return [step * at for at in range(math.ceil(largest / step - 1e-9) + 1)]


def columns(title: str, unit: str, bars: Sequence[tuple[str, float]], show: Show) -> str:
    """Draw upright bars in time order.

    Parameters
    ----------
    title, unit : str
        What is shown, and what the upright axis counts.
    bars : sequence of (str, float)
        Label and value, zero or more.
    show : callable
        Makes words of a value and of the step of the axis, which is 0 for the bars themselves.
    """
    axis = ticks(max((value for _, value in bars), default=0.0))
    height = TOP + PLOT_HEIGHT + BOTTOM
    grid = "".join(_level(TOP + PLOT_HEIGHT * (1 - at / axis[-1]), show(at, axis[1])) for at in axis)
    slot = (WIDTH - LEFT - RIGHT) / max(len(bars), 1)
    drawn = "".join(_column(at, slot, label, value, axis[-1], show) for at, (label, value) in enumerate(bars))
    every = max(1, math.ceil(len(bars) / LABELS_MOST))
    names = "".join(
        f'<text x="{LEFT + slot * (at + 0.5):.1f}" y="{height - 8}" text-anchor="middle" {SOFT}>'
        f"{escape(label)}</text>"
        for at, (label, _) in enumerate(bars)
        if at % every == 0
    )
    return _svg(title, unit, height, grid + drawn + names)


def rows(title: str, unit: str, bars: Sequence[tuple[str, float]], show: Show) -> str:
    """Draw lying bars, one a name; the parameters are those of `columns`, NaN is a bar of no length."""
    axis = ticks(max((value for _, value in bars if value > 0), default=0.0))
    span = WIDTH - NAME_WIDTH - RIGHT - 64
    bottom = TOP + ROW_HEIGHT * len(bars)
    grid = "".join(_upright(NAME_WIDTH + span * at / axis[-1], bottom, show(at, axis[1])) for at in axis)
    drawn = "".join(
        _row(at, name, value, 0.0 if math.isnan(value) else span * value / axis[-1], show)
        for at, (name, value) in enumerate(bars)
    )
    return _svg(title, unit, bottom + BOTTOM, grid + drawn)


def _svg(title: str, unit: str, height: int, body: str) -> str:
    return (
        f'<svg class="wb-chart" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
        f'aria-label="{escape(title)}, {escape(unit)}" style="max-width:100%;height:auto;font-size:11px">'
        f'<text x="0" y="13" fill="currentColor" font-size="13" font-weight="600">{escape(title)}'
        f'<tspan {SOFT} font-size="11" font-weight="400" dx="8">{escape(unit)}</tspan></text>{body}</svg>'
    )


def _level(y: float, label: str) -> str:
    return (
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" {LINE}/>'
        f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" {SOFT}>{escape(label)}</text>'
    )


def _upright(x: float, bottom: int, label: str) -> str:
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{bottom}" {LINE}/>'
        f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle" {SOFT}>{escape(label)}</text>'
    )


def _column(at: int, slot: float, label: str, value: float, top: float, show: Show) -> str:
    height = PLOT_HEIGHT * value / top
    width = min(slot * 0.72, 46)
    x = LEFT + slot * (at + 0.5) - width / 2
    return (
        f'<rect x="{x:.1f}" y="{TOP + PLOT_HEIGHT - height:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="{min(2.0, width / 4):.1f}" {BAR}>'
        f"<title>{escape(label)}: {escape(show(value, 0))}</title></rect>"
    )


def _row(at: int, name: str, value: float, width: float, show: Show) -> str:
    y = TOP + ROW_HEIGHT * at
    short = name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1] + "…"
    middle = y + ROW_HEIGHT / 2 + 4
    return (
        f'<text x="{NAME_WIDTH - 8}" y="{middle}" text-anchor="end" fill="currentColor">{escape(short)}'
        f"<title>{escape(name)}</title></text>"
        f'<rect x="{NAME_WIDTH}" y="{y + 4}" width="{width:.1f}" height="{ROW_HEIGHT - 8}" rx="2" {BAR}/>'
        f'<text x="{NAME_WIDTH + width + 6:.1f}" y="{middle}" {SOFT}>{escape(show(value, 0))}</text>'
    )

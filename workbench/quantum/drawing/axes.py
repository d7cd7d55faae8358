"""Axes of light charts: round numbers, and where they stand."""

from __future__ import annotations

import math

from workbench.quantum.drawing.glyphs import number

__all__ = ["HEIGHT", "LEFT", "RIGHT", "SOFT", "TOP", "WIDTH", "chart", "rounds", "tick"]

WIDTH, HEIGHT = 560, 190
LEFT, RIGHT, TOP = 56, 12, 12
SOFT = 'fill-opacity="0.66"'
_FONT = "var(--jp-ui-font-family,system-ui,-apple-system,&apos;Segoe UI&apos;,sans-serif)"
_ALONE = "<style>@media(prefers-color-scheme:dark){svg.wb-chart:root{color:#e4e6ea}}</style>"
_STEPS = 5


def rounds(low: float, high: float) -> list[float]:
    """Return round numbers between two, with the same step, five or so."""
    if not high > low:
        return [low]
    rough = (high - low) / _STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [step * at for at in range(first, last + 1)]


def tick(value: float, among: list[float]) -> str:
    """Return a number of an axis, with the digits that its neighbours need."""
    step = abs(among[1] - among[0]) if len(among) > 1 else abs(value) or 1.0
    digits = max(0, 1 - math.floor(math.log10(step)))
    text = f"{value + 0.0:,.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "\u2212")


def chart(body: str, said: str, *, width: float = WIDTH, height: float = HEIGHT) -> str:
    """Return SVG text around what was drawn."""
    whole = number(TOP + height + 36)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="wb-chart" viewBox="0 0 {width} {whole}" '
        f'width="{width}" height="{whole}" role="img" aria-label="{said}" '
        f'style="max-width:100%;height:auto;font-family:{_FONT}">{_ALONE}'
        f'<g fill="currentColor" text-anchor="middle" font-size="11">{body}</g></svg>'
    )

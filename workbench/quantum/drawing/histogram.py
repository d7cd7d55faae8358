"""Outcomes as a light histogram: inline SVG, without any plotting library."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from workbench.quantum.drawing.glyphs import number
from workbench.quantum.drawing.outcomes import Outcomes, header, select, short_key
from workbench.quantum.drawing.words import text_width, xml

__all__ = ["histogram_svg"]

_WIDTH = 560
_LEFT, _RIGHT, _TOP = 52, 10, 14
_HEIGHT = 170
_MONO = 6.3
_BAR_MOST = 44.0
_STEPS = 4
_LEAST = 1e-9
_VALUE_ROOM = 30.0
_BAR = "var(--jp-brand-color1,#1976d2)"
_MARK = "#d97706"
_SOFT = 'fill-opacity="0.66"'
_GRID = 'stroke="currentColor" stroke-opacity="0.16"'
_FONT = "var(--jp-ui-font-family,system-ui,-apple-system,'Segoe UI',sans-serif)"
_CODE = "font-family:var(--jp-code-font-family,ui-monospace,Menlo,Consolas,monospace)"
_ALONE = "<style>@media(prefers-color-scheme:dark){svg.wb-histogram:root{color:#e4e6ea}}</style>"


def histogram_svg(
    values: Mapping[str, float],
    *,
    bits: Sequence[str],
    most: int = 32,
    expected: Mapping[str, float] | None = None,
    title: str | None = None,
) -> str:
    """Draw a histogram of counts or probabilities as SVG text.

    Parameters
    ----------
    values : mapping
        Outcome to count (integers) or probability.
    bits : sequence of str
        Names of the key's bits, leftmost first: the label of the axis.
    most : int
        Bars at most; beyond, the heaviest are shown and the rest as one bar.
    expected : mapping, optional
        Exact probabilities, drawn as marks over sampled bars, which get error bars.
    title : str, optional
        A line above.

    Raises
    ------
    BadInput
        ``most`` is below 2, or a value is negative or not finite.
    """
    chosen = select(values, most=most, expected=expected)
    names = [short_key(key) for key in chosen.keys] + (["others"] if chosen.rest else [])
    slot = (_WIDTH - _LEFT - _RIGHT) / max(len(names), 1)
    longest = max(map(len, names), default=0) * _MONO
    turned = longest > slot - 4
    top = _TOP + (18 if title else 0)
    room = 12 + (longest * math.sin(math.pi / 3) + 6 if turned else 10)
    height = top + _HEIGHT + room + 20
    axis = _ticks(chosen.highest)
    body = [_level(top, at / axis[-1], _tick(at, axis[1])) for at in axis]
    body += _bars(chosen, slot, top, axis[-1])
    body += [
        _name(_LEFT + slot * (at + 0.5), top + _HEIGHT, name, turned=turned) for at, name in enumerate(names)
    ]
    body.append(_axis_names(chosen, bits, top, height))
    if title:
        body.append(
            f'<text x="0" y="13" font-size="13" font-weight="600" text-anchor="start">{xml(title)}</text>'
        )
    return _svg(chosen, height, "".join(body))


def _svg(chosen: Outcomes, height: float, body: str) -> str:
    said = f"Histogram of {len(chosen.keys) + chosen.rest} outcomes"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="wb-histogram" viewBox="0 0 {_WIDTH} {height:.0f}" '
        f'width="{_WIDTH}" height="{height:.0f}" role="img" aria-label="{said}" '
        f'style="max-width:100%;height:auto;font-family:{xml(_FONT)}">{_ALONE}'
        f'<g fill="currentColor" text-anchor="middle" font-size="11">{body}</g></svg>'
    )


def _ticks(highest: float) -> list[float]:
    if highest < _LEAST:
        return [0.0, 1.0]
    rough = highest / _STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= rough * (1 - 1e-9))
    return [step * at for at in range(math.ceil(highest / step - 1e-9) + 1)]


def _tick(value: float, step: float) -> str:
    if step >= 1:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 1 - math.floor(math.log10(step)))}f}".rstrip("0").rstrip(".") or "0"


def _level(top: float, part: float, name: str) -> str:
    y = top + _HEIGHT * (1 - part)
    return (
        f'<path d="M{_LEFT} {number(y)}H{_WIDTH - _RIGHT}" {_GRID}/>'
        f'<text x="{_LEFT - 7}" y="{number(y + 4)}" text-anchor="end" {_SOFT}>{name}</text>'
    )


def _value(value: float, *, counted: bool) -> str:
    return f"{value:,.0f}" if counted else f"{value:.3g}"


def _bars(chosen: Outcomes, slot: float, top: float, highest: float) -> list[str]:
    def up(value: float) -> float:
        return top + _HEIGHT * (1 - value / highest)

    made = []
    rest = [(f"{chosen.rest:,} others", chosen.rest_value)] if chosen.rest else []
    width = min(slot * 0.74, _BAR_MOST)
    for at, (key, value) in enumerate([*zip(chosen.keys, chosen.values, strict=True), *rest]):
        x, shown = _LEFT + slot * (at + 0.5), _value(value, counted=chosen.counted)
        faint = "" if at < len(chosen.keys) else ' fill-opacity="0.45"'
        made.append(
            f'<rect x="{number(x - width / 2)}" y="{number(up(value))}" width="{number(width)}" '
            f'height="{number(_HEIGHT * value / highest)}" fill="{_BAR}"{faint}>'
            f"<title>{xml(key)}: {shown}</title></rect>"
        )
        if chosen.expected is None and slot > max(_VALUE_ROOM, text_width(shown, 10)):
            made.append(
                f'<text x="{number(x)}" y="{number(up(value) - 4)}" font-size="10" {_SOFT}>{shown}</text>'
            )
    return made + _references(chosen, slot, width, up)


def _references(chosen: Outcomes, slot: float, width: float, up: Callable[[float], float]) -> list[str]:
    made = []
    for at, (value, error) in enumerate(zip(chosen.values, chosen.errors or (), strict=False)):
        x = number(_LEFT + slot * (at + 0.5))
        made.append(
            f'<path d="M{x} {number(up(max(0.0, value - error)))}V{number(up(value + error))}" '
            f'stroke="currentColor" stroke-width="1.3"/>'
        )
    exact = [
        *(chosen.expected or ()),
        *([chosen.rest_expected] if chosen.rest and chosen.expected is not None else []),
    ]
    for at, value in enumerate(exact):
        left = _LEFT + slot * (at + 0.5) - width / 2 - 3
        made.append(
            f'<path d="M{number(left)} {number(up(value))}h{number(width + 6)}" stroke="{_MARK}" '
            f'stroke-width="2"><title>exact: {value:.6g}</title></path>'
        )
    return made


def _name(x: float, y: float, name: str, *, turned: bool) -> str:
    if not turned:
        place = f'x="{number(x)}" y="{number(y + 15)}"'
        return f'<text {place} style="{_CODE}" font-size="10.5">{xml(name)}</text>'
    place = f'transform="translate({number(x + 4)} {number(y + 10)})rotate(-60)"'
    return f'<text {place} text-anchor="end" style="{_CODE}" font-size="10.5">{xml(name)}</text>'


def _axis_names(chosen: Outcomes, bits: Sequence[str], top: float, height: float) -> str:
    what = "counts" if chosen.counted else "probability"
    middle = top + _HEIGHT / 2
    side = f'<text transform="translate(11 {number(middle)})rotate(-90)" {_SOFT}>{what}</text>'
    names = xml(header(bits))
    key = f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2:.0f}" y="{number(height - 5)}" {_SOFT}>{names}</text>'
    if chosen.expected is None:
        return side + key
    y = number(height - 5)
    legend = f'<path d="M{_WIDTH - 62} {number(height - 9)}h16" stroke="{_MARK}" stroke-width="2"/>'
    return f'{side}{key}{legend}<text x="{_WIDTH - 42}" y="{y}" text-anchor="start" {_SOFT}>exact</text>'

"""The marks of one element as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from workbench.quantum.drawing.elements import BOX, DETAIL, LABEL, Element
from workbench.quantum.drawing.words import xml

__all__ = ["COLOURS", "Gap", "draw", "number", "words"]

COLOURS = {
    "fixed": "var(--jp-brand-color1,#1976d2)",
    "turn": "#8e63ce",
    "custom": "#2a9163",
    "plain": "currentColor",
}
Gap = tuple[int, float, float]
_HALF = BOX / 2
_DOT = 4.2
_PLUS = 9.0
_CROSS = 5.0
_REACH = {"box": _HALF, "plus": _PLUS, "dot": _DOT, "swap": _CROSS}
_ROUND = 4
_DOUBLE = 1.4


def number(value: float) -> str:
    """Return a coordinate to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def words(x: float, y: float, text: str, size: float, *, anchor: str = "middle", soft: bool = False) -> str:
    """Return a line of text with its base line at ``y``."""
    faded = ' fill-opacity="0.66"' if soft else ""
    place = "" if anchor == "middle" else f' text-anchor="{anchor}"'
    where = f'x="{number(x)}" y="{number(y)}" font-size="{number(size)}"'
    return f"<text {where}{place}{faded}>{xml(text)}</text>"


def draw(element: Element, x: float, ys: Sequence[float], gaps: list[Gap]) -> str:
    """Return an element drawn around the middle of its column.

    Parameters
    ----------
    element : Element
        Not the closing edge of a frame, which is drawn with the frame.
    x : float
        Middle of its column, pixels.
    ys : sequence of float
        Height of each wire, pixels.
    gaps : list of (row, left, right)
        Where wires are to be left out is added here.
    """
    drawing = {"barrier": _barrier, "measure": _measure, "open": _head, "part": _head}.get(
        element.kind, _gate
    )
    title = f"<title>{xml(element.title)}</title>" if element.title else ""
    return f"<g>{title}{drawing(element, x, ys, gaps)}</g>"


def _stroke(element: Element) -> str:
    soft = ' stroke-opacity="0.6"' if element.family == "plain" else ""
    return f'stroke="{COLOURS[element.family]}"{soft}'


def _line(x: float, top: float, bottom: float, paint: str) -> str:
    return f'<path d="M{number(x)} {number(top)}V{number(bottom)}" {paint} stroke-width="1.5"/>'


def _double(x: float, top: float, bottom: float) -> str:
    sides = "".join(f"M{number(x + side)} {number(top)}V{number(bottom)}" for side in (-_DOUBLE, _DOUBLE))
    return f'<path d="{sides}" stroke="currentColor" stroke-opacity="0.55"/>'


def _frame(x: float, y: float, width: float, height: float, paint: str, fill: str, opacity: float) -> str:
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" '
        f'rx="{_ROUND}" fill="{fill}" fill-opacity="{opacity}" {paint} stroke-width="1.2"/>'
    )


def _barrier(element: Element, x: float, ys: Sequence[float], gaps: list[Gap]) -> str:
    del gaps
    lines = "".join(f"M{number(x)} {number(ys[row] - 21)}v42" for row in element.rows)
    paint = 'stroke="currentColor" stroke-opacity="0.5" stroke-width="1.5" stroke-dasharray="3 3"'
    path = f'<path d="{lines}" {paint}/>'
    if not element.label:
        return path
    return path + words(x, ys[min(element.rows)] - 23, element.label, DETAIL, soft=True)


def _measure(element: Element, x: float, ys: Sequence[float], gaps: list[Gap]) -> str:
    (row,) = element.rows
    y = ys[row]
    gaps.append((row, x - _HALF, x + _HALF))
    paint = _stroke(element)
    meter = (
        f'<path d="M{number(x - 9)} {number(y + 5)}a9 9 0 0 1 18 0M{number(x)} {number(y + 5)}l7 -12" '
        f'{paint} fill="none" stroke-width="1.3"/>'
    )
    ((bottom, index, _),) = element.reads
    end = ys[bottom]
    arrow = (
        f'<path d="M{number(x - 5)} {number(end - 9)}h10l-5 8z" fill-opacity="0.75"/>'
        f"{words(x, end + 14, index, DETAIL, soft=True)}"
    )
    body = _frame(x - _HALF, y - _HALF, BOX, BOX, paint, "currentColor", 0.05)
    return _double(x, y + _HALF, end - 8) + body + meter + arrow


def _head(element: Element, x: float, ys: Sequence[float], gaps: list[Gap]) -> str:
    bottom = max(element.rows)
    return _box(element, x, ys, gaps) + _reads(element, x, ys, gaps, ys[bottom] + _HALF)


def _gate(element: Element, x: float, ys: Sequence[float], gaps: list[Gap]) -> str:
    top, bottom = min(element.rows), max(element.rows)
    inset = {"box": _HALF, "plus": 0.0, "dot": _DOT, "swap": 0.0}[element.shape]
    sign = {"box": _box, "plus": _plus, "dot": _dots, "swap": _swap}[element.shape]
    points = [
        (ys[row], _DOT, row)
        for row, _ in element.controls
        if element.shape != "box" or not top < row < bottom
    ]
    if element.shape == "box":
        points.append((ys[top], inset, top))
    else:
        points += [(ys[row], inset, row) for row in element.rows]
    ends = {ys[top]: ys[bottom]} if element.shape == "box" else {}
    made = _links(sorted(points), ends, x, _stroke(element))
    made += sign(element, x, ys, gaps) + _controls(element, x, ys, gaps)
    lowest = max(row for row in (*element.rows, *(row for row, _ in element.controls)))
    below = _REACH[element.shape] if lowest in element.rows else _DOT
    return made + _reads(element, x, ys, gaps, ys[lowest] + below)


def _links(points: list[tuple[float, float, int]], ends: dict[float, float], x: float, paint: str) -> str:
    """Join the marks of a gate, from the lower edge of each to the upper edge of the next."""
    made = []
    for (y, inset, _), (below, room, _) in pairwise(points):
        made.append(_line(x, ends.get(y, y) + inset, below - room, paint))
    return "".join(made)


def _controls(element: Element, x: float, ys: Sequence[float], gaps: list[Gap]) -> str:
    top, bottom = min(element.rows), max(element.rows)
    made = []
    for row, closed in element.controls:
        # A control between the targets of a box sits on the edge of the box.
        inside = element.shape == "box" and top < row < bottom
        middle = x - element.width / 2 if inside else x
        made.append(_dot(middle, ys[row], element, closed=closed))
        if not closed:
            gaps.append((row, middle - _DOT, middle + _DOT))
    return "".join(made)


def _dot(x: float, y: float, element: Element, *, closed: bool) -> str:
    fill = COLOURS[element.family] if closed else "none"
    where = f'cx="{number(x)}" cy="{number(y)}" r="{_DOT}"'
    return f'<circle {where} fill="{fill}" {_stroke(element)} stroke-width="1.5"/>'


def _dots(element: Element, x: float, ys: Sequence[float], gaps: list[Gap]) -> str:
    del gaps
    return "".join(_dot(x, ys[row], element, closed=True) for row in element.rows)


def _plus(element: Element, x: float, ys: Sequence[float], gaps: list[Gap]) -> str:
    del gaps
    paint = _stroke(element)
    return "".join(
        f'<circle cx="{number(x)}" cy="{number(ys[row])}" r="{_PLUS:g}" fill="{COLOURS[element.family]}" '
        f'fill-opacity="0.13" {paint} stroke-width="1.5"/><path d="M{number(x - _PLUS)} {number(ys[row])}h'
        f'{2 * _PLUS:g}M{number(x)} {number(ys[row] - _PLUS)}v{2 * _PLUS:g}" {paint} stroke-width="1.5"/>'
        for row in element.rows
    )


def _swap(element: Element, x: float, ys: Sequence[float], gaps: list[Gap]) -> str:
    del gaps
    size = 2 * _CROSS
    paint = f'{_stroke(element)} stroke-width="1.7"'
    cross = f"l{size:g} {size:g}m0 -{size:g}l-{size:g} {size:g}"
    return "".join(
        f'<path d="M{number(x - _CROSS)} {number(ys[row] - _CROSS)}{cross}" {paint}/>' for row in element.rows
    )


def _box(element: Element, x: float, ys: Sequence[float], gaps: list[Gap]) -> str:
    top, bottom = min(element.rows), max(element.rows)
    left, width = x - element.width / 2, element.width
    inner = {row for row, _ in element.controls}
    gaps += [(row, left, left + width) for row in range(top, bottom + 1) if row not in inner]
    gaps += [(row, left, left + width) for row in inner if top < row < bottom]
    filled = 0.06 if element.family == "plain" else 0.13
    made = _frame(
        left,
        ys[top] - _HALF,
        width,
        ys[bottom] - ys[top] + BOX,
        _stroke(element),
        COLOURS[element.family],
        filled,
    )
    for row, index in zip(element.rows, element.indices, strict=False):
        made += words(left + 7, ys[row] + 3.5, index, DETAIL - 0.5, soft=True)
    middle = x + (5 if element.indices else 0)
    # Between two wires where there are several, so that the words stand clear of the indices.
    half = (top + bottom) // 2
    y = ys[top] if top == bottom else (ys[half] + ys[half + 1]) / 2 if (top + bottom) % 2 else ys[half]
    if not element.detail:
        return made + words(middle, y + 4.5, element.label, LABEL)
    return (
        made
        + words(middle, y - 0.5, element.label, LABEL)
        + words(middle, y + 11, element.detail, DETAIL, soft=True)
    )


def _reads(element: Element, x: float, ys: Sequence[float], gaps: list[Gap], start: float) -> str:
    """Join a gate or a frame to the classical bits that decide about it."""
    if not element.reads:
        return ""
    lowest = max(row for row, _, _ in element.reads)
    made = _double(x, start, ys[lowest] - (0 if element.reads[-1][2] else _DOT))
    gaps += [(row, x - _DOT, x + _DOT) for row, _, asked in element.reads if not asked]
    for row, below, asked in element.reads:
        fill = "currentColor" if asked else "none"
        made += (
            f'<circle cx="{number(x)}" cy="{number(ys[row])}" r="{_DOT}" fill="{fill}" stroke="currentColor" '
            f'stroke-width="1.2"/>{words(x, ys[row] + 15, below, DETAIL, soft=True) if below else ""}'
        )
    return made

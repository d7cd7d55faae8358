"""What runs through a whole line of a diagram: wires, and the frames of control flow."""

from __future__ import annotations

from workbench.quantum.drawing.elements import DETAIL
from workbench.quantum.drawing.glyphs import Gap, number, words
from workbench.quantum.drawing.layout import GAP, Frame, Layout, Line
from workbench.quantum.drawing.wires import Wire
from workbench.quantum.drawing.words import shorten, xml

__all__ = ["DEEPER", "NAME", "NAME_MOST", "framed", "wired"]

DEEPER = 7.0
NAME = 12.5
NAME_MOST = 22


def wired(rows: list[Wire], ys: list[float], left: float, end: float, gaps: list[Gap], *, more: bool) -> str:
    """Return the wires of a line with their names, left out where ``gaps`` say so."""
    cut: dict[int, list[tuple[float, float]]] = {}
    for row, start, stop in gaps:
        cut.setdefault(row, []).append((start, stop))
    quantum, classical, names = [], [], []
    for row, wire in enumerate(rows):
        y = ys[row]
        name = shorten(wire.name, NAME_MOST)
        title = f"<title>{xml(wire.name)}</title>" if name != wire.name else ""
        names.append(
            f'<text x="{number(left - 8)}" y="{number(y + 4)}" font-size="{NAME}" text-anchor="end">'
            f"{title}{xml(name)}</text>"
        )
        if wire.classical:
            classical.append(
                _through(left, end, y - 1.5, cut.get(row, []))
                + _through(left, end, y + 1.5, cut.get(row, []))
            )
            names.append(_size(left, y, wire.bits) if wire.bits > 1 else "")
        else:
            quantum.append(_through(left, end, y, cut.get(row, [])))
        if more:
            names.append(words(end + 2, y + 4, "…", DETAIL, anchor="start", soft=True))
    return (
        f'<path d="{"".join(quantum)}" stroke="currentColor" stroke-opacity="0.6"/>'
        f'<path d="{"".join(classical)}" stroke="currentColor" stroke-opacity="0.45"/>{"".join(names)}'
    )


def _size(left: float, y: float, bits: int) -> str:
    """Return the slash across a classical register and how many bits it has."""
    return (
        f'<path d="M{number(left + 3)} {number(y + 5)}l5 -10" stroke="currentColor" stroke-opacity="0.7"/>'
        f"{words(left + 6, y - 8, str(bits), DETAIL - 1, soft=True)}"
    )


def _through(left: float, end: float, y: float, cut: list[tuple[float, float]]) -> str:
    made, x = [], left
    for start, stop in sorted(cut):
        if start > x:
            made.append(f"M{number(x)} {number(y)}H{number(start)}")
        x = max(x, stop)
    if end > x:
        made.append(f"M{number(x)} {number(y)}H{number(end)}")
    return "".join(made)


def framed(frame: Frame, placed: Layout, line: Line, ys: list[float], start: float) -> str:
    """Return the part of a frame that lies on this line; open where it goes on on another."""
    if frame.last < line.first or frame.first >= line.last:
        return ""
    pad = 15 + 5.0 + DEEPER / 2 * (frame.level - 1)
    top, bottom = ys[frame.top] - pad, ys[frame.bottom] + pad
    begun, done = frame.first >= line.first, frame.last < line.last
    left = start + placed.lefts[frame.first] - 5 if begun else start - GAP / 2
    right = start + placed.lefts[frame.last] + 4 if done else start + line.width + GAP / 2
    height, width = bottom - top, right - left
    edges = f"M{number(left)} {number(top)}h{number(width)}M{number(left)} {number(bottom)}h{number(width)}"
    edges += f"M{number(left)} {number(top)}v{number(height)}" if begun else ""
    edges += f"M{number(right)} {number(top)}v{number(height)}" if done else ""
    return (
        f'<rect x="{number(left)}" y="{number(top)}" width="{number(width)}" height="{number(height)}" '
        f'fill-opacity="0.05"/><path d="{edges}" stroke="currentColor" stroke-opacity="0.5" '
        f'stroke-width="1.2"/>'
    )

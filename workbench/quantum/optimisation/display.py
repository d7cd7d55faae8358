"""An optimisation as text, as HTML without script, and as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from workbench.quantum.drawing.tables import FADED, cell, section, table
from workbench.wording import amount, duration

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from workbench.quantum.optimisation.result import OptimisedCircuit

__all__ = ["curve_svg", "figure", "html", "text"]

_SHOWN = 12
_LABEL = 16
_WIDTH, _HEIGHT, _EDGE, _LEFT, _FOOT = 400.0, 170.0, 8.0, 78.0, 18.0
_POINTS = 400
_LINE = "#2b6cb0"


def text(result: OptimisedCircuit) -> str:
    """Return the result in a few lines."""
    error = f" ± {result.error:.2g}" if result.error else ""
    best = result.parameters
    listed = ", ".join(f"{name} = {value:.6g}" for name, value in list(best.items())[:_SHOWN])
    more = f" and {len(best) - _SHOWN} more" if len(best) > _SHOWN else ""
    return f"<{result.observable}> = {result.value:.10g}{error}\n{listed}{more}\n{_foot(result)}"


def _foot(result: OptimisedCircuit) -> str:
    meta = result.meta
    pieces = [amount(result.steps, "step"), result.ended]
    if meta:
        gradient = f", {meta['gradient']} gradient" if meta["gradient"] else ""
        shots = f" · {meta['shots']:,} shots" if meta["shots"] else ""
        pieces.append(f"{meta['optimiser']}{gradient} on {meta['on']}{shots} · {duration(meta['seconds'])}")
    return " · ".join([*pieces, f"run {result.run_id}"])


def html(result: OptimisedCircuit) -> str:
    """Return the value, the curve and the parameters."""
    best = result.parameters
    rows = [
        cell(name, code=True, left=True) + cell(f"{value:.6g}") for name, value in list(best.items())[:_SHOWN]
    ]
    more = (
        f'<div style="{FADED}">and {len(best) - _SHOWN} more: .parameters</div>' if len(best) > _SHOWN else ""
    )
    error = f" ± {result.error:.2g}" if result.error else ""
    shown = f"⟨{result.observable}⟩ = {result.value:.10g}{error}"
    head = f"<div><b>{escape(shown)}</b></div>"
    parts = section(curve_svg(result.history["value"].tolist())) + section(
        table(["parameter", "radians"], rows) + more
    )
    row = f'<div style="display:flex;flex-wrap:wrap;gap:0.6em 2em;align-items:flex-start">{parts}</div>'
    return f'<div class="wb-optimised">{head}{row}<div style="{FADED}">{escape(_foot(result))}</div></div>'


def curve_svg(values: Sequence[float]) -> str:
    """Return a curve of values by step as SVG text, that a live view can draw anew at each step."""
    every = max(1, -(-len(values) // _POINTS))
    steps = sorted({*range(0, len(values), every), len(values) - 1})
    low, high = min(values), max(values)
    floor = _HEIGHT - _FOOT - _EDGE
    across = (_WIDTH - _LEFT - _EDGE) / max(len(values) - 1, 1)
    up = (floor - _EDGE) / ((high - low) or 1.0)
    points = " ".join(
        f"{_LEFT + step * across:.1f},{floor - (values[step] - low) * up:.1f}" for step in steps
    )
    last_x, last_y = points.rsplit(" ", 1)[-1].split(",")
    words = f"Value by step, from {values[0]:.6g} to {values[-1]:.6g} in {amount(len(values) - 1, 'step')}"
    marks = [
        (_LEFT - 8, _EDGE + 4, "end", f"{high:.6g}"),
        (_LEFT - 8, floor + 4, "end", f"{low:.6g}"),
        (_LEFT, _HEIGHT - 4, "start", "step 0"),
        (_WIDTH - _EDGE, _HEIGHT - 4, "end", f"{len(values) - 1:,}"),
    ]
    written = "".join(
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{shown}</text>'
        for x, y, anchor, shown in marks
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH:.0f}" height="{_HEIGHT:.0f}" role="img" '
        f'aria-label="{escape(words)}"><title>{escape(words)}</title>'
        f'<path d="M{_LEFT - 4:.1f} {_EDGE - 4:.1f}V{floor + 4:.1f}H{_WIDTH - 4:.1f}" fill="none" '
        f'stroke="currentColor" stroke-opacity="0.35"/>'
        f'<g font-family="sans-serif" font-size="11" fill="currentColor">{written}</g>'
        f'<polyline points="{points}" fill="none" stroke="{_LINE}" stroke-width="1.8"/>'
        f'<circle cx="{last_x}" cy="{last_y}" r="3" fill="{_LINE}"/></svg>'
    )


def figure(result: OptimisedCircuit) -> Figure:
    """Draw value and norm of the gradient by step.

    Raises
    ------
    MissingExtra
        matplotlib is not installed.
    """
    from workbench.quantum.drawing.plots.figures import COLOURS, begin, tidy

    way = result.history
    slopes = way["gradient"].notna().any()
    made = begin(6.0, 4.4 if slopes else 3.2)
    panels: Any = made.subplots(2 if slopes else 1, sharex=True, squeeze=False)[:, 0]
    panels[0].plot(way["step"], way["value"], color=COLOURS[0], linewidth=1.6)
    if result.meta.get("shots"):
        low, high = way["value"] - way["error"], way["value"] + way["error"]
        panels[0].fill_between(way["step"], low, high, color=COLOURS[0], alpha=0.2, linewidth=0)
    name = result.observable if len(result.observable) <= _LABEL else "observable"
    panels[0].set_ylabel(f"⟨{name}⟩")
    if slopes:
        panels[1].plot(way["step"], way["gradient"], color=COLOURS[1], linewidth=1.6)
        panels[1].set_ylabel("norm of gradient")
        if (way["gradient"] > 0).all():
            panels[1].set_yscale("log")
    for panel in panels:
        tidy(panel)
    panels[-1].set_xlabel("step")
    panels[-1].locator_params(axis="x", integer=True)
    return made

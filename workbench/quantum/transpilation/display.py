"""A comparison as text, as HTML without script, and as a figure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from workbench.quantum.drawing.tables import FADED, cell, mark, table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from workbench.quantum.transpilation.result import TranspileComparison

__all__ = ["figure", "html", "text"]

_HEAD = (
    "target", "level", "depth", "two-qubit gates", "layers of them", "gates", "swaps added", "success", "ms",
    "same",
)  # fmt: skip
# lines that lie on each other are seen
_DASHES = ("-", "--", ":", "-.")
_NOTE = "success: product of 1 - error over gates and measurements, as calibrated"


def text(one: TranspileComparison) -> str:
    """Return the rows and what was refused."""
    lines = [one.frame.to_string(index=False)] if len(one.frame) else []
    lines += [f"{name}: {reason}" for name, reason in one.refused.items()]
    return "\n".join([*lines, f"{_NOTE} · run {one.run_id}"])


def html(one: TranspileComparison) -> str:
    """Return a table of the rows and a line for each target that refused."""
    rows = [_row(row) for _, row in one.frame.iterrows()]
    refused = "".join(f"<div>{escape(name)}: {escape(reason)}</div>" for name, reason in one.refused.items())
    foot = f'<div style="{FADED}">{escape(f"{_NOTE} · seed {one.seed} · run {one.run_id}")}</div>'
    return f'<div class="wb-transpile">{table(_HEAD, rows)}{refused}{foot}</div>'


def _row(row: Any) -> str:
    known = row.equivalent is True or row.equivalent is False
    sign, color = mark(bool(row.equivalent)) if known else ("", "")
    counts = (row.level, row.depth, row.two_qubit_gates, row.two_qubit_depth, row.gates, row.swaps)
    return "".join([
        cell(row.target, code=True, left=True),
        *(cell(f"{count:,}") for count in counts),
        cell("" if row.success != row.success else f"{row.success:.4f}"),
        cell(f"{row.seconds * 1000:.1f}"),
        cell(sign, color=color),
    ])  # fmt: skip


def figure(one: TranspileComparison) -> Figure:
    """Draw two-qubit gates and, where there are calibrations, success by level.

    Raises
    ------
    MissingExtra
        matplotlib is not installed.
    """
    from workbench.quantum.drawing.plots.figures import COLOURS, begin, tidy

    measures = ["two_qubit_gates"] + (["success"] if one.frame["success"].notna().any() else [])
    made = begin(3.6 * len(measures) + 0.6, 3.4)
    panels: Any = made.subplots(1, len(measures), squeeze=False)[0]
    for panel, measure in zip(panels, measures, strict=True):
        for at, (name, rows) in enumerate(one.frame.groupby("target", sort=False)):
            colour = COLOURS[at % len(COLOURS)]
            panel.plot(
                rows["level"], rows[measure], color=colour, linestyle=_DASHES[at % len(_DASHES)],
                marker="o", markersize=4, label=str(name),
            )  # fmt: skip
        panel.set_xlabel("level of optimisation")
        panel.set_ylabel(measure.replace("_", " ").replace("two qubit", "two-qubit"))
        panel.locator_params(axis="x", integer=True)
        tidy(panel)
    if len(one.frame):
        panels[0].legend(frameon=False, fontsize=9)
    return made

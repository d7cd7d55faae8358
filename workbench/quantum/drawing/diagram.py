"""A circuit as SVG text: one look, whatever dialect it was written in."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from workbench.errors import BadInput
from workbench.quantum.drawing.elements import DETAIL
from workbench.quantum.drawing.glyphs import Gap, draw, words
from workbench.quantum.drawing.layout import GAP, Layout, Line, arrange
from workbench.quantum.drawing.rails import DEEPER, NAME, NAME_MOST, framed, wired
from workbench.quantum.drawing.reading import Reader, count
from workbench.quantum.drawing.wires import Wire, Wires
from workbench.quantum.drawing.words import angle, parameter, shorten, text_width

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

__all__ = ["circuit_svg", "layout"]

WIDTH = 1000
OPERATIONS_MOST = 2000
QUBITS_MOST = 100
ROWS_MOST = 600
_PITCH = 44.0
_CLASSICAL_PITCH = 40.0
_MARGIN = 26.0
_BETWEEN = 6.0
_LABELLED = 10.0
_CAPTION = 18.0
_FONT = "var(--jp-ui-font-family,system-ui,-apple-system,'Segoe UI',sans-serif)"
# Where the drawing is a file of its own it has no page to take its ink from.
_ALONE = "<style>@media(prefers-color-scheme:dark){svg.wb-circuit:root{color:#e4e6ea}}</style>"


def layout(
    circuit: QuantumCircuit, *, fold: int | None = None, measured: bool = True
) -> tuple[Wires, Layout]:
    """Return the wires of a circuit's diagram and where everything stands.

    The parameters are those of `circuit_svg`.
    """
    if fold is not None and fold < 0:
        raise BadInput(
            f"fold is a width in pixels, not {fold}.",
            "Give 0 to keep the circuit on one line.",
            details={"field": "fold"},
        )
    wires = Wires(circuit, QUBITS_MOST)
    elements = Reader(wires, OPERATIONS_MOST, measured=measured).read(circuit)
    if not measured:
        used = {row for element in elements for row in element.touched}
        wires.rows = wires.rows[: max([wires.qubit_rows, *(row + 1 for row in used)])]
    width = math.inf if fold == 0 else (fold or WIDTH) - _left(wires) - 3 * GAP
    lines = max(1, ROWS_MOST // max(1, len(wires.rows)))
    return wires, arrange(elements, len(wires.rows), width, lines)


def circuit_svg(circuit: QuantumCircuit, *, fold: int | None = None, measured: bool = True) -> str:
    """Draw a circuit, q[0] on top.

    Self-contained: it takes its ink from the page around it and needs neither font nor network.
    Beyond 2,000 operations, 100 qubits or 600 wires one below the other it is cut, and says so.

    Parameters
    ----------
    circuit : QuantumCircuit
        The hub's; parameters may be unbound.
    fold : int, optional
        Pixels that a line may be wide before the circuit goes on below; 1,000 if not given, 0 never folds.
    measured : bool
        Whether measurements are drawn.

    Raises
    ------
    BadInput
        ``fold`` is negative.
    """
    wires, placed = layout(circuit, fold=fold, measured=measured)
    total = count(circuit, measured=measured)
    captions = _captions(circuit, wires, placed.operations, total)
    left = _left(wires)
    pitch = _PITCH + DEEPER * max(0, placed.deepest - 1)
    heights = _heights(wires.rows, pitch)
    top = _MARGIN + (pitch - _PITCH) / 2 + (_LABELLED if _labelled(placed) else 0.0)
    step = heights[-1] + _BETWEEN + 2 * top if heights else 0.0
    body = []
    for at, line in enumerate(placed.lines):
        ys = [top + at * step + height for height in heights]
        more = line.last < len(placed.widths)
        body.append(_line(wires, placed, line, ys, left, more=more))
    # What goes on below says so with an ellipsis at its end.
    width = left + max(line.width for line in placed.lines) + (3 if len(placed.lines) > 1 else 2) * GAP
    width = max(width, *(text_width(text, DETAIL + 1) + 8 for text in captions)) if captions else width
    bottom = step * len(placed.lines) - _BETWEEN
    said = "".join(
        words(4, bottom + 12 + _CAPTION * at, text, DETAIL + 1, anchor="start", soft=True)
        for at, text in enumerate(captions)
    )
    height = bottom + _CAPTION * len(captions)
    return _svg(circuit, total, width, height, "".join(body) + said)


def _labelled(placed: Layout) -> bool:
    """Whether a barrier has words above the first wire."""
    return any(one.kind == "barrier" and one.label and 0 in one.rows for one in placed.elements)


def _svg(circuit: QuantumCircuit, total: int, width: float, height: float, body: str) -> str:
    operations = f"{total:,} operation" + ("" if total == 1 else "s")
    qubits = f"{circuit.num_qubits:,} qubit" + ("" if circuit.num_qubits == 1 else "s")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="wb-circuit" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" '
        f'aria-label="Quantum circuit with {qubits} and {operations}" '
        f'style="max-width:100%;height:auto;font-family:{escape(_FONT)}">{_ALONE}'
        f'<g fill="currentColor" text-anchor="middle">{body}</g></svg>'
    )


def _captions(circuit: QuantumCircuit, wires: Wires, drawn: int, total: int) -> list[str]:
    captions = []
    phase = circuit.global_phase
    if not isinstance(phase, (int, float)) or phase:
        shown = angle(phase) if isinstance(phase, (int, float)) else parameter(phase)
        captions.append(f"global phase {shorten(shown, 80)}")
    if drawn < total or any(wire.rest for wire in wires.rows):
        qubits = min(circuit.num_qubits, QUBITS_MOST)
        captions.append(
            f"… shown are {drawn:,} of {total:,} operations and {qubits:,} of {circuit.num_qubits:,} qubits."
        )
    return captions


def _left(wires: Wires) -> float:
    return max((text_width(shorten(wire.name, NAME_MOST), NAME) for wire in wires.rows), default=0.0) + 16


def _heights(rows: list[Wire], pitch: float) -> list[float]:
    heights: list[float] = []
    y = 0.0
    for wire in rows:
        if heights:
            y += _CLASSICAL_PITCH if wire.classical else pitch
        heights.append(y)
    return heights


def _line(wires: Wires, placed: Layout, line: Line, ys: list[float], left: float, *, more: bool) -> str:
    """Return one line of a folded diagram: frames behind, then wires, then marks."""
    gaps: list[Gap] = []
    start = left + GAP
    marks = []
    for element, column in zip(placed.elements, placed.columns, strict=True):
        if line.first <= column < line.last and element.kind != "close":
            middle = start + placed.lefts[column] + placed.widths[column] / 2
            marks.append(draw(element, middle, ys, gaps))
    frames = "".join(framed(frame, placed, line, ys, start) for frame in placed.frames)
    end = start + line.width + GAP
    return frames + wired(wires.rows, ys, left, end, gaps, more=more) + "".join(marks)

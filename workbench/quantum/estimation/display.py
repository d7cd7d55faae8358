"""An estimate as text, as HTML without script, and as a figure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from workbench.quantum.drawing.tables import FADED, cell, mark, section, table
from workbench.quantum.limits import size_text
from workbench.wording import amount, money

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from workbench.quantum.estimation.result import CircuitEstimate

__all__ = ["figure", "html", "text"]

_GATES = 10


def _facts(one: CircuitEstimate) -> list[tuple[str, str]]:
    gates = sorted(one.gates.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{name} {many:,}" for name, many in gates[:_GATES])
    more = f" and {len(gates) - _GATES} more" if len(gates) > _GATES else ""
    facts = [
        ("qubits", f"{one.qubits:,}"),
        ("depth", f"{one.depth:,}"),
        ("gates", named + more or "none"),
        ("two-qubit gates", f"{one.two_qubit_gates:,}"),
        *([("three-qubit gates", f"{one.three_qubit_gates:,}")] if one.three_qubit_gates else []),
        ("layers of such gates", f"{one.two_qubit_depth:,}"),
        ("T gates", f"{one.t_count:,} in {amount(one.t_depth, 'layer')}"),
        ("other rotations", f"{one.rotations:,}"),
        ("Clifford", "yes" if one.clifford else "no"),
        ("acts on measurements", "yes" if one.dynamic else "no"),
        ("entanglement", f"bonds up to 2^{one.bond}"),
        ("auto", f"{one.on or 'nothing'}: {one.why}"),
    ]
    if one.parameters:
        facts.insert(2, ("parameters", f"{len(one.parameters):,}"))
    if one.device:
        takes = one.device["reason"] or "takes it"
        facts.append((one.device["name"], f"{takes} · cost {money(one.cost)}"))
    return facts


def _memory(one: CircuitEstimate) -> dict[str, float]:
    sizes = one.engines["bytes"].dropna()
    return {str(name): float(size) for name, size in sizes.items()}


def text(one: CircuitEstimate) -> str:
    """Return the facts, and the engines with the memory that they need."""
    lines = [f"{name}: {value}" for name, value in _facts(one)]
    memory = ", ".join(f"{name} {size_text(size)}" for name, size in _memory(one).items())
    refused = [f"{name}: {row.reason}" for name, row in one.engines.iterrows() if row.reason]
    return "\n".join([*lines, f"memory: {memory or 'none can'}", *refused])


def html(one: CircuitEstimate) -> str:
    """Return facts and engines as tables that stand beside each other."""
    facts = table(["", ""], [cell(name, left=True) + cell(value, left=True) for name, value in _facts(one)])
    rows, memory = [], _memory(one)
    for name, row in one.engines.iterrows():
        sign, color = mark(bool(row.fits))
        rows.append(
            cell(str(name), code=True, left=True)
            + cell(sign, color=color)
            + cell(size_text(memory[str(name)]) if name in memory else "")
            + cell(row.reason, left=True)
        )
    engines = table(["engine", "", "memory", ""], rows)
    parts = section(facts) + section(engines)
    foot = f'<div style="{FADED}">{escape(f"nothing was run · run {one.run_id}")}</div>'
    row = f'<div style="display:flex;flex-wrap:wrap;gap:0.6em 2em;align-items:flex-start">{parts}</div>'
    return f'<div class="wb-estimate">{row}{foot}</div>'


def figure(one: CircuitEstimate) -> Figure:
    """Draw the memory that each engine needs.

    Raises
    ------
    MissingExtra
        matplotlib is not installed.
    """
    from workbench.quantum.drawing.plots.figures import COLOURS, begin, tidy

    memory = {name: max(size, 1.0) for name, size in _memory(one).items()}
    made = begin(6.0, 0.8 + 0.3 * max(len(memory), 1))
    axes = made.subplots()
    axes.barh(list(memory), list(memory.values()), color=COLOURS[0], height=0.6)
    axes.set_xscale("log")
    axes.invert_yaxis()
    axes.set_xlabel("memory (bytes)")
    tidy(axes, grid="x")
    return made

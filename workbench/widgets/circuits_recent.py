"""The circuits that were run last, as their Runs tell: nothing is computed again."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from workbench.wording import amount, duration

if TYPE_CHECKING:
    from workbench.runs import Run
    from workbench.studio import Studio

__all__ = ["RecentCircuits", "recent_circuits"]

_HEAD = ("Started (UTC)", "Circuit", "Engine", "Shots", "Most likely", "Engines agree", "Time", "Run")
_EDGE = "border-bottom:1px solid var(--jp-border-color2,#bdbdbd);padding:5px 12px;white-space:nowrap"


class RecentCircuits:
    """A table of Runs.

    Parameters
    ----------
    runs : list of Run
        Of circuits, newest first.
    """

    def __init__(self, runs: list[Run]) -> None:
        self.runs = runs

    def __repr__(self) -> str:
        return f"RecentCircuits({amount(len(self.runs), 'Run')})"

    def _repr_html_(self) -> str:
        if not self.runs:
            return "<p>No circuit was run yet.</p>"
        head = "".join(f'<th style="text-align:left;{_EDGE}">{name}</th>' for name in _HEAD)
        rows = "".join(f"<tr>{''.join(map(_cell, _row(run)))}</tr>" for run in self.runs)
        table = f'<table style="border-collapse:collapse"><tr>{head}</tr>{rows}</table>'
        return f'<div class="wb-recent-circuits" style="overflow-x:auto">{table}</div>'


def recent_circuits(studio: Studio | None = None, limit: int = 15) -> RecentCircuits:
    """Return the current user's last circuits.

    Parameters
    ----------
    studio : Studio, optional
        The process's default one when not given.
    limit : int
        At most so many.
    """
    from workbench.studio import studio as default_studio

    found = (studio or default_studio()).runs.list(kind="circuit", limit=limit)
    return RecentCircuits(list(found))


def _cell(text: str) -> str:
    return f'<td style="text-align:left;{_EDGE}">{escape(text)}</td>'


def _row(run: Run) -> list[str]:
    facts = run.parameters
    size = [
        amount(facts[name], word)
        for name, word in (("qubits", "qubit"), ("gates", "operation"))
        if name in facts
    ]
    agree = run.metrics.get("agree")
    return [
        f"{run.started_at:%Y-%m-%d %H:%M:%S}",
        " · ".join([*([run.name] if run.name else []), *size]),
        str(facts.get("on", "")),
        "" if run.status != "finished" else f"{facts['shots']:,}" if facts.get("shots") else "exact",
        _likely(run.output or {}) if run.status == "finished" else run.status,
        "" if agree is None else "yes" if agree else "NO",
        duration(run.duration),
        run.id,
    ]


def _likely(output: dict[str, Any]) -> str:
    """Return the most likely outcome with its share; what lies beside the Run is not opened for it."""
    weights = output.get("counts") or output.get("probabilities") or {}
    if not weights or "artifact" in weights:
        return ""
    key = max(weights, key=lambda each: (weights[each], each))
    shown = key if len(key) <= 24 else f"{key[:10]}…{key[-10:]}"  # noqa: PLR2004
    return f"{shown}  {weights[key] / sum(weights.values()):.1%}"

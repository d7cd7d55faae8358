"""Results of circuits as HTML and as plain text: no script, no network, the same live and exported."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import nsmallest
from html import escape
from typing import TYPE_CHECKING, Any

from workbench.quantum.drawing.histogram import histogram_svg
from workbench.quantum.drawing.outcomes import header, short_key
from workbench.quantum.drawing.sweep import sweep_svg
from workbench.quantum.drawing.tables import FADED, cell, mark, section, table
from workbench.wording import duration, money

if TYPE_CHECKING:
    import pandas as pd

    from workbench.quantum.agreement import Agreement
    from workbench.quantum.result import CircuitResult as Result

__all__ = ["agreement_html", "jobs_html", "result_html", "result_text"]

_OUTCOMES = 8
_SPLIT = 6
_SWEEP_ROWS = 6
_BARS = 24
_SAMPLED = 1e-12
_STATES = {"completed": True, "done": True, "failed": False, "cancelled": False}


def result_html(result: Result) -> str:
    """Return diagram, histogram, likely outcomes, expectation values, agreement and what was done."""
    blocks = []
    if result.counts or result.probabilities:
        blocks += [section(_histogram(result)), section(_outcomes(result))]
    if result.expval:
        blocks.append(section(_expectations(result)))
    if result.sweep is not None:
        drawn = sweep_svg(result.sweep, result.sweep.attrs.get("parameters", ()))
        blocks += [section(drawn)] if drawn else []
        blocks.append(section(_sweep(result.sweep)))
    if result.agreement is not None:
        blocks.append(section(agreement_html(result.agreement)))
    drawn = f'<div style="max-height:30em;overflow:auto">{result.diagram}</div>'
    rows = "".join(blocks)
    row = f'<div style="display:flex;flex-wrap:wrap;gap:0.6em 2em;align-items:flex-start">{rows}</div>'
    foot = f'<div style="{FADED};margin-top:0.5em">{escape(_foot(result))}</div>'
    return f'<div class="wb-circuit-result">{drawn}{row}{foot}</div>'


def _exact(result: Result) -> dict[str, float] | None:
    """Return the probabilities that counts were drawn from, None where they are the counts themselves."""
    if not result.counts or not result.probabilities:
        return None
    shots = sum(result.counts.values())
    keys = result.counts.keys() | result.probabilities.keys()
    apart = any(
        abs(result.counts.get(key, 0) / shots - result.probabilities.get(key, 0.0)) > _SAMPLED for key in keys
    )
    return result.probabilities if apart else None


def _histogram(result: Result) -> str:
    values: Mapping[str, float] = result.counts or result.probabilities or {}
    return histogram_svg(values, bits=result.bits, most=_BARS, expected=_exact(result))


def _likely(result: Result) -> list[tuple[str, float]]:
    values: Mapping[str, float] = result.counts or result.probabilities or {}
    return nsmallest(_OUTCOMES, values.items(), key=lambda one: (-one[1], one[0]))


def _outcomes(result: Result) -> str:
    split = len(result.bits) <= _SPLIT and all(len(key) == len(result.bits) for key, _ in _likely(result))
    head = [*(result.bits if split else [header(result.bits)]), *(["counts"] if result.counts else [])]
    shots = sum(result.counts.values()) if result.counts else 1
    rows = []
    for key, value in _likely(result):
        signs = (
            [cell(sign, code=True) for sign in key] if split else [cell(short_key(key), code=True, title=key)]
        )
        counted = [cell(f"{value:,}")] if result.counts else []
        rows.append("".join([*signs, *counted, cell(f"{value / shots:.4f}")]))
    number = len(result.counts or result.probabilities or {})
    more = (
        f'<div style="{FADED}">the {_OUTCOMES} most likely of {number:,}</div>' if number > _OUTCOMES else ""
    )
    share = "frequency" if result.counts else "probability"
    return table([*head, share], rows, left=0) + more


def _expectations(result: Result) -> str:
    measured = _measured(result)
    rows = [
        cell(one.observable, code=True, left=True)
        + cell(f"{one.value:+.6f}")
        + cell(_error(one.error))
        + (cell(f"{measured[one.observable]:+.6f}") if measured else "")
        for one in result.expval
    ]
    head = ["observable", "expectation", "standard error"]
    if result.mitigation is None:
        return table(head, rows)
    method = escape(result.mitigation.method)
    return table([*head, "as measured"], rows) + f'<div style="{FADED}">mitigated by {method}</div>'


def _measured(result: Result) -> dict[str, float]:
    """Return what was measured before it was mitigated, by observable; nothing where it was not."""
    mitigated = result.mitigation
    rows = () if mitigated is None else mitigated.values  # noqa: PD011 - of no DataFrame
    return {one.observable: one.raw for one in rows}


def _error(error: float) -> str:
    return f"{error:.2g}" if error > _SAMPLED else "exact"


def _sweep(frame: pd.DataFrame) -> str:
    rows = [
        "".join(cell(f"{value:.5g}" if isinstance(value, float) else str(value)) for value in row)
        for row in frame.head(_SWEEP_ROWS).itertuples(index=False, name=None)
    ]
    said = f"{len(frame):,} points" + (f", the first {_SWEEP_ROWS} shown" if len(frame) > _SWEEP_ROWS else "")
    return table([str(name) for name in frame.columns], rows, left=0) + f'<div style="{FADED}">{said}</div>'


def agreement_html(agreement: Agreement) -> str:
    """Return how far apart each two engines are, how far they may be, and how long each took."""
    sign, color = mark(agreement.agree)
    verdict = "The engines agree" if agreement.agree else "The engines do not agree"
    rows = []
    for at, engine in enumerate(agreement.engines):
        cells = [cell(engine, left=True)]
        cells += [_distance(agreement, at, other) for other in range(len(agreement.engines))]
        rows.append("".join([*cells, cell(duration(agreement.seconds[at]))]))
    shown = table(["total variation distance", *agreement.engines, "time"], rows)
    refused = "".join(
        f"<div><b>{escape(engine)}</b> left out: {escape(reason)}</div>"
        for engine, reason in agreement.refused.items()
    )
    head = f'<div><b style="color:{color}">{sign} {verdict}</b></div>'
    return f'<div>{head}{shown}<div style="{FADED}">{refused}</div></div>'


def _distance(agreement: Agreement, at: int, other: int) -> str:
    if at == other:
        return cell("·")
    distance, bound = agreement.distances[at][other], agreement.bound[at][other]
    sign, color = mark(distance <= bound)
    # Not a number is no agreement either: the comparison above is false for it.
    return cell(f"{distance:.1e} {sign}", title=f"bound {bound:.1e}", color=color, code=True)


def _foot(result: Result) -> str:
    meta = result.meta
    said = [str(meta.get("on", ""))]
    if meta.get("why"):
        said.append(str(meta["why"]))
    said += [f"{meta[name]:,} {name}" for name in ("shots",) if meta.get(name)]
    said += [f"{name} {meta[name]}" for name in ("seed", "precision", "noise") if meta.get(name) is not None]
    if meta.get("seconds") is not None:
        said.append(duration(meta["seconds"]))
    # What is computed here costs nothing, and needs no word.
    if meta.get("cost") or "provider" in meta:
        said.append(money(meta.get("cost")))
    if result.run_id:
        said.append(f"run {result.run_id}")
    return " · ".join(filter(None, said))


def result_text(result: Result) -> str:
    """Return the result for a terminal: likely outcomes, expectation values, what was done."""
    lines = []
    if result.counts or result.probabilities:
        lines.append(header(result.bits))
        shots = sum(result.counts.values()) if result.counts else 1
        for key, value in _likely(result):
            counted = f"{value:>10,}" if result.counts else ""
            lines.append(f"{short_key(key)}{counted}  {value / shots:.4f}")
        hidden = len(result.counts or result.probabilities or {}) - _OUTCOMES
        lines += [f"… and {hidden:,} more"] if hidden > 0 else []
    measured = _measured(result)
    for one in result.expval:
        error = f" ± {one.error:.2g}" if one.error > _SAMPLED else ""
        raw = f", mitigated; measured {measured[one.observable]:+.6f}" if measured else ""
        lines.append(f"⟨{one.observable}⟩ = {one.value:+.6f}{error}{raw}")
    if result.sweep is not None:
        lines.append(f"sweep of {len(result.sweep):,} points: {', '.join(map(str, result.sweep.columns))}")
    if result.agreement is not None:
        verdict = "agree" if result.agreement.agree else "do not agree"
        lines.append(f"{', '.join(result.agreement.engines)} {verdict}")
    return "\n".join([*lines, _foot(result)])


def jobs_html(frame: pd.DataFrame) -> str:
    """Return a table of jobs, one a row: states coloured, times and costs in words.

    Parameters
    ----------
    frame : DataFrame
        Any columns; ``state``, ``cost`` (US dollars) and ``seconds`` are known.
    """
    if frame.empty:
        return f'<p style="{FADED}">No jobs yet.</p>'
    names = [str(name) for name in frame.columns]
    rows = [
        "".join(_job(name, value) for name, value in zip(names, row, strict=True))
        for row in frame.itertuples(index=False, name=None)
    ]
    return f'<div style="overflow-x:auto">{table(names, rows, left=len(names))}</div>'


def _job(name: str, value: Any) -> str:
    if name == "cost":
        return cell(money(value), left=True)
    if name == "seconds":
        return cell(duration(value), left=True)
    # A missing value of pandas is not equal to itself.
    shown = "" if value is None or value != value else str(value)  # noqa: PLR0124
    if name == "state" and shown in _STATES:
        return cell(shown, left=True, color=mark(_STATES[shown])[1])
    return cell(shown, left=True, code=name in {"run", "id", "job", "run_id"})

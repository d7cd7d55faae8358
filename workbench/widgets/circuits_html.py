"""What the circuit panel shows of an answer, and of itself where there is no script."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from workbench.wording import amount, duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workbench.quantum import CircuitResult, Expectation
    from workbench.quantum.previewing import Preview

__all__ = ["shown", "static_html"]

BARS = 24
LIKELY = 8
_BOX = (
    "white-space:pre;overflow:auto;max-height:420px;border:1px solid var(--jp-border-color2,#bdbdbd);"
    "padding:10px 14px;border-radius:6px"
)
_ROW = "display:flex;flex-wrap:wrap;gap:0.6em 2em;align-items:flex-start"


def shown(found: CircuitResult | Preview, *, auto: bool) -> dict[str, Any]:
    """Return an answer as JSON values; the HTML in them is escaped.

    Parameters
    ----------
    found : CircuitResult or Preview
        The answer.
    auto : bool
        Whether the engine was chosen for the reader, who then is told why.
    """
    from workbench.quantum.drawing.histogram import histogram_svg
    from workbench.quantum.drawing.html import agreement_html

    counts = getattr(found, "counts", None)
    agreement = getattr(found, "agreement", None)
    run = getattr(found, "run_id", "")
    exact = found.probabilities if counts else None
    return {
        "kind": "run" if run else "preview",
        "histogram": histogram_svg(
            counts or found.probabilities or {}, bits=found.bits, most=BARS, expected=exact
        ),
        "outcomes": _outcomes(found.bits, counts, found.probabilities or {}),
        "values": _values(found.expval),
        "agreement": agreement_html(agreement) if agreement else "",
        "facts": _facts(found.meta, auto=auto and bool(run)),
        "warning": found.meta.get("warning", ""),
        "run": run,
    }


def _outcomes(
    bits: tuple[str, ...], counts: Mapping[str, int] | None, probabilities: Mapping[str, float]
) -> str:
    from workbench.quantum.drawing.outcomes import header, short_key
    from workbench.quantum.drawing.tables import FADED, cell, table

    weights: Mapping[str, float] = counts or probabilities
    likely = sorted(weights, key=lambda key: (-weights[key], key))[:LIKELY]
    head, columns = (
        [header(bits)],
        [[cell(short_key(key), code=True, left=True, title=key) for key in likely]],
    )
    if counts:
        head.append("counts")
        columns.append([cell(f"{counts[key]:,}") for key in likely])
    if probabilities:
        head.append("exact")
        columns.append([cell(f"{probabilities.get(key, 0.0):.6f}") for key in likely])
    rest = f"the {LIKELY} most likely of {len(weights):,}" if len(weights) > LIKELY else ""
    return table(head, map("".join, zip(*columns, strict=True))) + f'<div style="{FADED}">{rest}</div>'


def _values(expectations: Iterable[Expectation]) -> str:
    from workbench.quantum.drawing.tables import cell, table

    rows = [
        cell(one.observable, code=True, left=True)
        + cell(f"{one.value:+.6f}")
        + cell(f"± {one.error:.2g}" if one.error else "exact")
        for one in expectations
    ]
    return table(["observable", "expectation value", "standard error"], rows) if rows else ""


def _facts(meta: dict[str, Any], *, auto: bool) -> list[str]:
    seed = f"seed {meta['seed']}" if meta["shots"] else ""
    shots = amount(meta["shots"], "shot") if meta["shots"] else "exact probabilities"
    why = f"chosen: {meta['why']}" if auto else ""
    return [part for part in (str(meta["on"]), why, shots, seed, duration(meta["seconds"])) if part]


def static_html(parts: dict[str, Any]) -> str:
    """Return text, diagram and answer as HTML that needs no script, no kernel and no network.

    Parameters
    ----------
    parts : dict
        The traits of the widget by their names.
    """
    program, result = parts["program"], parts["result"]
    if not program:
        return ""
    text = f'<div style="{_BOX}"><code>{escape(program["source"])}</code></div>'
    diagram = "" if program["stale"] else f'<div style="overflow:auto">{program["svg"]}</div>'
    wrong = f"<p>{escape(program['error']['message'])}</p>" if program["error"] else ""
    answer = _answer(parts["asked"], result)
    return f'<div class="wb-static"><div style="{_ROW}">{text}{diagram}</div>{wrong}{answer}</div>'


def _answer(asked: dict[str, Any], result: dict[str, Any]) -> str:
    if result.get("kind") != "run" or result["stale"]:
        return ""
    at = ", ".join(f"{each['name']} = {each['value']:.6g}" for each in asked["parameters"])
    facts = " · ".join([*result["facts"], f"Run {result['run']}"])
    blocks = "".join(
        f"<div>{result[name]}</div>" for name in ("histogram", "outcomes", "values", "agreement")
    )
    lines = [line for line in (at, facts) if line]
    small = "<br>".join(escape(line) for line in lines)
    return f'<div style="{_ROW}">{blocks}</div><p><small>{small}</small></p>'

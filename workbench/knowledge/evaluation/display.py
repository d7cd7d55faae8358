"""Evaluations as HTML that needs neither script nor network."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TYPE_CHECKING

from workbench.knowledge.evaluation.judging import MEASURES
from workbench.wording import amount

if TYPE_CHECKING:
    from workbench.knowledge.evaluation.bootstrap import Interval
    from workbench.knowledge.evaluation.comparison import Comparison
    from workbench.knowledge.evaluation.evaluation import Evaluation

__all__ = ["comparison_html", "evaluation_html"]

_FADED = "font-size:0.85em;opacity:0.7"
_LEFT = ' style="text-align:left"'


def evaluation_html(one: Evaluation) -> str:
    """Return a table of the measures, each with its interval and a bar."""
    rows = "".join(_row(MEASURES[name], one.interval(name)) for name in one.measures)
    what = f"{one.name}: {amount(len(one.rows), 'question')} of {one.questions} put to {one.knowledge_base}"
    foot = f"{what} · 95% bootstrap intervals · run {one.run_id}"
    return f'<div><table>{rows}</table><div style="{_FADED}">{html.escape(foot)}</div></div>'


def comparison_html(compared: Comparison) -> str:
    """Return a table of the settings, a column a measure; what differs from the first is bold."""
    head = _cells("th", ["setting", *(MEASURES[name] for name in compared.measures)])
    body = "".join(
        f"<tr><td{_LEFT}>{html.escape(one.name)}</td>"
        + "".join(f"<td>{_judged(compared, one, name)}</td>" for name in compared.measures)
        + "</tr>"
        for one in compared.evaluations
    )
    foot = f"Bold: differs from {compared.baseline.name} with 95% confidence (paired bootstrap)."
    return (
        f"<div><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f'<div style="{_FADED}">{html.escape(foot)}</div></div>'
    )


def _judged(compared: Comparison, one: Evaluation, measure: str) -> str:
    value = f"{one.interval(measure).mean:.3f}"
    if one is compared.baseline:
        return value
    return f"<b>{value}</b>" if compared.difference(one, measure).excludes_zero else value


def _row(label: str, value: Interval) -> str:
    bar = (
        '<div style="width:10em;background:rgba(128,128,128,0.2)">'
        f'<div style="width:{value.mean:.1%};height:0.7em;background:#2b6cb0"></div></div>'
    )
    span = f'<span style="{_FADED}">{value.low:.3f} to {value.high:.3f}</span>'
    return (
        f"<tr><th{_LEFT}>{html.escape(label)}</th><td>{value.mean:.3f}</td><td>{bar}</td><td>{span}</td></tr>"
    )


def _cells(tag: str, texts: Iterable[str]) -> str:
    return "".join(f"<{tag}{_LEFT}>{html.escape(text)}</{tag}>" for text in texts)

"""An answer and its sources as text, Markdown and HTML that needs neither script nor network."""

from __future__ import annotations

import html
import re
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from workbench.markdown import render_markdown
from workbench.text import truncate_text
from workbench.wording import amount, money

if TYPE_CHECKING:
    from workbench.knowledge.answering.answer import Answer, Citation

__all__ = ["as_html", "as_markdown", "plain"]

_FADED = "font-size:0.85em;opacity:0.7"
_MARK = "background:rgba(255,200,0,0.35);color:inherit;border-radius:2px"
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+.!|~$-])")
_SHOWN = 600
"""Characters of a quote that are shown; the citation keeps all of it."""


def plain(answer: Answer) -> str:
    """Return the answer, its numbered sources and its figures as text."""
    lines = [answer.content]
    if answer.citations:
        lines += ["", *(f"[{number}] {_sources(group)}" for number, group in _numbered(answer))]
    return "\n".join([*lines, "", *_notes(answer), f"[{_footer(answer)}]"])


def as_markdown(answer: Answer) -> str:
    """Return the answer as Markdown."""
    parts = [answer.content]
    for number, group in _numbered(answer):
        quotes = "\n".join(f"  > {_escaped(_short(citation.quote))}\n" for citation in group)
        parts.append(f"- **\\[{number}\\]** {_escaped(group[0].place)}\n\n{quotes}")
    parts += [f"*{_escaped(note)}*" for note in _notes(answer)]
    return "\n\n".join([*parts, f"<sub>{html.escape(_footer(answer))}</sub>"])


def as_html(answer: Answer) -> str:
    """Return the answer, then each source with its quote marked."""
    sources = "".join(_source(number, group) for number, group in _numbered(answer))
    notes = "".join(f'<div style="{_FADED}">{html.escape(note)}</div>' for note in _notes(answer))
    foot = f'<div style="{_FADED};margin-top:0.6em">{html.escape(_footer(answer))}</div>'
    return f"<div>{render_markdown(answer.content)}{sources}{notes}{foot}</div>"


def _numbered(answer: Answer) -> list[tuple[int, list[Citation]]]:
    """Return the citations by number, each quote once."""
    ordered = sorted(answer.citations, key=attrgetter("number", "start"))
    return [
        (number, list({(one.start, one.end): one for one in group}.values()))
        for number, group in groupby(ordered, key=attrgetter("number"))
    ]


def _source(number: int, group: list[Citation]) -> str:
    quotes = "".join(
        f'<div><mark style="{_MARK}">{html.escape(_short(one.quote))}</mark></div>' for one in group
    )
    return (
        '<div style="margin:0.6em 0;padding-left:0.8em;border-left:3px solid rgba(128,128,128,0.4)">'
        f"<div><b>[{number}]</b> {html.escape(group[0].place)}</div>{quotes}</div>"
    )


def _sources(group: list[Citation]) -> str:
    return group[0].place + "".join(f"\n    “{_short(citation.quote)}”" for citation in group)


def _notes(answer: Answer) -> list[str]:
    notes = list(answer.flagged)
    if answer.unsupported:
        notes.append("No source supports: " + " | ".join(answer.unsupported))
    return notes


def _short(quote: str) -> str:
    return truncate_text(" ".join(quote.split()), _SHOWN, "…")


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _footer(answer: Answer) -> str:
    cited = amount(len({(one.file_id, one.start, one.end) for one in answer.citations}), "quote")
    parts = [answer.knowledge_base, cited]
    if answer.provider != "none":
        price = "cost unknown" if answer.cost is None else "free" if answer.cost == 0 else money(answer.cost)
        parts += [f"{answer.provider}:{answer.model}", amount(answer.tokens_used, "token"), price]
    elif not answer.refused:
        parts.append("quotes only, no language model")
    return " · ".join([*parts, f"run {answer.run_id}"])

"""Search results and additions as HTML that needs neither script nor network."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from workbench.wording import amount

if TYPE_CHECKING:
    from workbench.knowledge.results import AddResult, Hit, SearchResults

__all__ = ["added_html", "marked", "results_html"]

_FADED = "font-size:0.85em;opacity:0.7"
_MARK = "background:rgba(255,200,0,0.35);color:inherit;border-radius:2px"


def marked(text: str, terms: Iterable[str]) -> str:
    """Return the text escaped, with the words marked.

    Parameters
    ----------
    text : str
        Any.
    terms : iterable of str
        Words as they stand in it.
    """
    words = sorted({term for term in terms if term}, key=len, reverse=True)
    if not words:
        return html.escape(text)
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
    pieces, at = [], 0
    for match in pattern.finditer(text):
        pieces += [
            html.escape(text[at : match.start()]),
            f'<mark style="{_MARK}">{html.escape(match[0])}</mark>',
        ]
        at = match.end()
    return "".join([*pieces, html.escape(text[at:])])


def results_html(results: SearchResults) -> str:
    """Return the passages found, best first, with the words that led to them marked."""
    if not results.hits:
        nothing = f"Nothing in {results.knowledge_base} is close to “{results.query}”."
        return f'<p style="{_FADED}">{html.escape(nothing)}</p>'
    foot = f"{amount(len(results.hits), 'passage')} of {results.knowledge_base}"
    if results.run_id:
        foot += f" · run {results.run_id}"
    shown = "".join(_hit(rank, hit) for rank, hit in enumerate(results.hits, 1))
    return f'<div>{shown}<div style="{_FADED}">{html.escape(foot)}</div></div>'


def _hit(rank: int, hit: Hit) -> str:
    place = html.escape(hit.citation)
    heading = f" · {html.escape(hit.heading)}" if hit.heading else ""
    why = f"cosine {hit.why['cosine']:.2f} · BM25 {hit.why['bm25']:.1f}"
    also = f" · also in {html.escape(', '.join(other['filename'] for other in hit.duplicates))}"
    return (
        '<div style="margin:0 0 1em 0;padding-left:0.8em;border-left:3px solid rgba(128,128,128,0.4)">'
        f'<div><b>{rank}. {place}</b><span style="{_FADED}">{heading} · score {hit.score:.2f}'
        f" · {why}{also if hit.duplicates else ''}</span></div>"
        f'<div style="white-space:pre-wrap">{marked(hit.content, hit.why["terms"])}</div></div>'
    )


def added_html(result: AddResult) -> str:
    """Return a table of the files and how each fared."""
    cell = '<td style="text-align:left">'
    rows = "".join(
        f"<tr>{cell}{html.escape(file['filename'])}</td>{cell}{html.escape(file['status'])}</td>"
        f"<td>{file['pages'] or ''}</td><td>{file['chunks'] or ''}</td>"
        f"{cell}{html.escape(file['error'] or '')}</td></tr>"
        for file in result.files
    )
    head = "".join(
        f'<th style="text-align:left">{name}</th>' for name in ("file", "status", "pages", "passages", "")
    )
    foot = f'<div style="{_FADED}">{html.escape(str(result).splitlines()[0])} · run {result.run_id}</div>'
    return f"<div><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{foot}</div>"

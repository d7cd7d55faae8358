"""What the knowledge panel showed last, as HTML that needs no script, no kernel and no network."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from workbench.wording import amount

__all__ = ["static_html"]

FILES = 50
EDGE = "border-left:3px solid var(--jp-border-color2,#bdbdbd);padding:0 0 0 12px;margin:12px 0"
LEFT = 'style="text-align:left"'
PAGE = (
    "white-space:pre-wrap;max-height:420px;overflow:auto;border:1px solid var(--jp-border-color2,#bdbdbd);"
    "padding:10px 14px;border-radius:6px"
)
_BUTTON = re.compile(r"<button[^>]*>(\[\d+\])</button>")
MARK = '<mark style="background:rgba(255,200,0,0.35);color:inherit"'


def static_html(parts: dict[str, Any]) -> str:
    """Return the panel as HTML.

    Parameters
    ----------
    parts : dict
        The traits of the widget by their names.
    """
    base = parts["base"]
    if not base:
        return ""
    makers = {"found": _found, "page": _page, "answer": _answer}
    rest = "".join(make(parts[name]) for name, make in makers.items())
    return f'<div class="wb-static">{_head(base)}{_files(base)}{rest}</div>'


def _head(base: dict[str, Any]) -> str:
    facts = [amount(base["file_count"], "file"), amount(base["total_chunks"], "passage"), base["embedder"]]
    line = " · ".join(escape(str(fact)) for fact in facts if fact)
    return f"<p><strong>{escape(base['name'])}</strong><br><small>{line}</small></p>"


def _files(base: dict[str, Any]) -> str:
    if not base["files"]:
        return ""
    rows = "".join(
        f"<tr><td {LEFT}>{escape(file['filename'])}</td>"
        f"<td {LEFT}>{escape(file['error'] or file['status'])}</td>"
        f"<td>{file['pages'] or ''}</td><td>{file['chunks'] or ''}</td></tr>"
        for file in base["files"][:FILES]
    )
    heads = "".join(f"<th {LEFT}>{name}</th>" for name in ("File", "State", "Pages", "Passages"))
    more = base["all_files"] - min(FILES, len(base["files"]))
    rest = f"<p><small>and {amount(more, 'more file')}</small></p>" if more else ""
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{rest}"


def _found(found: dict[str, Any]) -> str:
    hits = [hit for hit in found.get("hits", ()) if hit["score"] >= found["asked"]["threshold"]]
    if not found.get("text"):
        return ""
    run = f" · Run {found['run']}" if found["run"] else ""
    head = f"<p>{amount(len(hits), 'passage')} for “{escape(found['text'])}”{escape(run)}</p>"
    return head + "".join(
        f'<div style="{EDGE}"><p><small>{hit["rank"]}. {escape(hit["citation"])} · score {hit["score"]:.2f}'
        f"</small></p><p>{hit['snippet']}</p></div>"
        for hit in hits
    )


def _page(page: dict[str, Any]) -> str:
    if not page:
        return ""
    text = page["html"].replace('<mark class="wb-passage" tabindex="-1"', MARK)
    title = " · ".join(filter(None, (page["filename"], page["title"])))
    return f'<p><small>{escape(title)}</small></p><div style="{PAGE}">{text}</div>'


def _answer(answer: dict[str, Any]) -> str:
    if not answer.get("blocks"):
        return ""
    blocks = _BUTTON.sub(r"\1", "".join(answer["blocks"]))
    quotes = "".join(
        f"<li><small>[{each['number']}] {escape(each['citation'])}: “{escape(each['quote'])}”</small></li>"
        for each in answer.get("citations", ())
    )
    question = f"<p><small>Question</small></p><p>{escape(answer['question'])}</p>"
    return f'<div style="{EDGE}">{question}{blocks}<ul>{quotes}</ul></div>'

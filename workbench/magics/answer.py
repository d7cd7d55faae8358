"""How an answer shows: growing while it comes, then one static bundle that never changes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from html import escape
from typing import Any
from uuid import uuid4

from workbench.magics.table import FAINT, PREFORMATTED
from workbench.markdown import LiveMarkdown, render_markdown
from workbench.wording import amount

__all__ = ["ENDINGS", "LiveAnswer", "answer_bundle", "preview_bundle", "value_bundle"]

ENDINGS = {"cancelled": "cancelled", "failed": "failed before its end"}
_UPDATES_PER_SECOND = 10
# Rendering may take this share of the time at most, however long the answer gets.
_RENDERING_SHARE = 0.25


def answer_bundle(content: str, note: str) -> dict[str, str]:
    """Return an answer as HTML, Markdown and plain text that need no script and no network.

    Parameters
    ----------
    content : str
        Markdown of the answer.
    note : str
        The line below it.
    """
    return _bundle(render_markdown(content), content, content, note)


def value_bundle(value: Any, note: str) -> dict[str, str]:
    """Return the validated value of a ``--json`` answer: a table, or JSON.

    Parameters
    ----------
    value : object
        A DataFrame, a pydantic object or JSON values.
    note : str
        The line below it.
    """
    if hasattr(value, "to_html"):
        table = str(value.to_html(border=0, max_rows=60))
        text = value.to_string(max_rows=60)
        return _bundle(table, f"```\n{text}\n```", text, note)
    from pydantic_core import to_json

    text = to_json(value, indent=2, fallback=str).decode()
    markdown = f"```json\n{text}\n```"
    return _bundle(render_markdown(markdown), markdown, text, note)


def _bundle(html: str, markdown: str, plain: str, note: str) -> dict[str, str]:
    line = f'<div style="font-size:0.8em;opacity:0.65;margin-top:0.6em">{escape(note)}</div>'
    return {
        "text/html": f"<div>{html}{line}</div>",
        "text/markdown": f"{markdown}\n\n<sub>{escape(note)}</sub>",
        "text/plain": f"{plain}\n\n[{note}]",
    }


class LiveAnswer:
    """One output that grows with its answer.

    Parameters
    ----------
    live : bool
        Whether the front end can change an output; a terminal shows the whole answer at its end.
    """

    def __init__(self, *, live: bool) -> None:
        self._live = live
        # Only a front end that is open sees it: it is no part of a saved notebook.
        self._display_id = uuid4().hex
        self._shown = False
        self._markdown = LiveMarkdown()
        self._parts: list[str] = []
        self._next = 0.0

    @property
    def text(self) -> str:
        """What came so far."""
        return "".join(self._parts)

    def add(self, piece: str) -> None:
        """Take a piece and show it, unless the last showing was a moment ago."""
        if not piece:
            return
        self._parts.append(piece)
        began = time.monotonic()
        if self._live and began >= self._next:
            self._paint()
            took = time.monotonic() - began
            self._next = time.monotonic() + max(1 / _UPDATES_PER_SECOND, took / _RENDERING_SHARE)

    def _paint(self) -> None:
        text = self.text
        self._markdown.update(text)
        html = "".join(self._markdown.blocks)
        self._show({"text/html": f"<div>{html}</div>", "text/markdown": text, "text/plain": text})

    def finish(self, bundle: dict[str, str]) -> None:
        """Show the last, static form."""
        self._show(bundle)

    def _show(self, bundle: dict[str, str]) -> None:
        from IPython.display import display

        display(bundle, raw=True, display_id=self._display_id, update=self._shown)
        self._shown = True


def preview_bundle(
    messages: Sequence[dict[str, str]], facts: dict[str, str], insertions: Sequence[Any]
) -> dict[str, str]:
    """Return what would be sent, and what it could cost.

    Parameters
    ----------
    messages : sequence of dict
        The conversation as it would go out.
    facts : dict
        Label to text: model, tokens, price.
    insertions : sequence of Insertion
        Values that went into the prompt.
    """
    lines = [f"{name}: {text}" for name, text in facts.items()]
    lines += [f"{one.marker}: {one.kind}, {amount(one.chars, 'character')}" for one in insertions]
    plain = "\n\n".join(f"[{message['role']}]\n{message['content']}" for message in messages)
    blocks = "".join(
        f'<div style="{FAINT};font-size:85%">{escape(message["role"])}</div>'
        f'<pre style="{PREFORMATTED}">{escape(message["content"])}</pre>'
        for message in messages
    )
    told = "<br>".join(map(escape, lines))
    title = "Not sent: this is what would go out."
    return {
        "text/html": f'<div><p><strong>{title}</strong></p>{blocks}<div style="{FAINT}">{told}</div></div>',
        "text/plain": "\n\n".join([title, plain, "\n".join(lines)]),
    }

"""What one message looks like: the values that the browser lays out, and the static HTML."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

from workbench.markdown import LiveMarkdown
from workbench.wording import amount, money

__all__ = ["live_view", "message_view", "static_html", "totals_view"]

ENDINGS = {
    "length": "cut off at the token limit",
    "content_filter": "ended by the provider's content filter",
    "cancelled": "stopped",
}
EDGES = {"user": "var(--jp-brand-color1,#1976d2)", "assistant": "var(--jp-border-color2,#bdbdbd)"}
SPEAKERS = {"user": "You", "assistant": "Answer", "system": "System"}


@lru_cache(maxsize=512)
def _rendered(text: str) -> tuple[str, ...]:
    live = LiveMarkdown()
    live.update(text)
    return tuple(live.blocks)


def message_view(message: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON values from which the panel draws a stored message.

    Parameters
    ----------
    message : dict
        As in `ChatService.get_session`.
    """
    role, text = message["role"], message["content"]
    return {
        "id": message["id"],
        "role": role,
        "text": text,
        "blocks": list(_rendered(text)) if role == "assistant" else [],
        "note": _note(message) if role == "assistant" else "",
        "status": (message.get("metadata") or {}).get("status") or "finished",
        "rating": message.get("rating") or 0,
    }


def _note(message: dict[str, Any]) -> str:
    """Say what the answer cost and how it ended."""
    details = message.get("metadata") or {}
    ending = ENDINGS.get(details.get("status", "")) or ENDINGS.get(details.get("finish_reason", ""))
    model = ":".join(filter(None, (details.get("provider"), details.get("model"))))
    tokens = message.get("tokens_used")
    parts = [model, amount(tokens, "token") if tokens else "", _cost(message), ending or ""]
    return " · ".join(filter(None, parts))


def _cost(message: dict[str, Any]) -> str:
    if not message.get("tokens_used"):
        return ""
    return "cost unknown" if message.get("cost") is None else money(message["cost"])


def live_view(question: str | None, blocks: Sequence[str], *, stopped: bool) -> list[dict[str, Any]]:
    """Return the question and the answer of a turn that is not stored yet.

    Parameters
    ----------
    question : str, optional
        ``None`` where the question is stored already.
    blocks : sequence of str
        Safe HTML of the answer so far.
    stopped : bool
        Whether the reader stopped it.
    """
    shared = {"text": "", "blocks": [], "note": "", "status": "stopped" if stopped else "live", "rating": 0}
    views = [{**shared, "id": "pending", "role": "user", "text": question}] if question else []
    note = ENDINGS["cancelled"] if stopped else ""
    return [*views, {**shared, "id": "live", "role": "assistant", "blocks": list(blocks), "note": note}]


def totals_view(session: dict[str, Any]) -> str:
    """Say what a session has used so far."""
    if not session.get("tokens_used"):
        return ""
    parts = [amount(session["tokens_used"], "token"), money(session["cost"])]
    if unknown := session.get("unknown_cost"):
        parts.append(f"{amount(unknown, 'answer')} of unknown price")
    return " · ".join(parts)


def static_html(title: str | None, messages: Sequence[dict[str, Any]], totals: str) -> str:
    """Return the conversation as HTML that needs no script, no kernel and no network.

    Parameters
    ----------
    title : str, optional
        The session's title.
    messages : sequence of dict
        As `message_view` makes them.
    totals : str
        As `totals_view` makes it.
    """
    if not messages:
        return ""
    turns = "".join(_static_message(message) for message in messages)
    head = f"<p><strong>{escape(title or 'Conversation')}</strong></p>"
    return f'<div class="wb-static">{head}{turns}<p><small>{escape(totals)}</small></p></div>'


def _static_message(message: dict[str, Any]) -> str:
    body = "".join(message["blocks"]) or f'<p style="white-space:pre-wrap">{escape(message["text"])}</p>'
    note = f"<p><small>{escape(message['note'])}</small></p>" if message["note"] else ""
    edge = EDGES.get(message["role"], EDGES["assistant"])
    return (
        f'<div style="border-left:3px solid {edge};padding:0 0 0 12px;margin:12px 0">'
        f"<p><small>{SPEAKERS.get(message['role'], message['role'])}</small></p>{body}{note}</div>"
    )

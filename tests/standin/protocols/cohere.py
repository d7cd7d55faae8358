"""Cohere's chat and embeddings, version 2."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.standin.answers import Ask, Reply
from tests.standin.protocols.vectors import vector

__all__ = ["SUFFIX", "error", "events", "other", "parse", "stumble", "whole"]

SUFFIX = ""
_FINISH = {
    "stop": "COMPLETE",
    "length": "MAX_TOKENS",
    "content_filter": "SAFETY",
    "tool_calls": "TOOL_CALL",
    None: None,
}


def parse(path: str, body: dict[str, Any]) -> Ask:
    return Ask(
        model=body.get("model", ""),
        messages=tuple((message["role"], message["content"]) for message in body.get("messages", ())),
        stream=bool(body.get("stream")),
        limit=body.get("max_tokens"),
        stop=tuple(body.get("stop_sequences") or ()),
        schema=body.get("response_format", {}).get("json_schema"),
    )


def _usage(reply: Reply) -> dict[str, Any]:
    """What is processed is more than what is billed."""
    return {
        "billed_units": {"input_tokens": reply.read, "output_tokens": reply.written},
        "tokens": {"input_tokens": reply.read + 60, "output_tokens": reply.written + 2},
        "cached_tokens": reply.cached,
    }


def whole(ask: Ask, reply: Reply) -> dict[str, Any]:
    return {
        "id": f"cohere-{reply.number}",
        "finish_reason": _FINISH[reply.finish],
        "message": {"role": "assistant", "content": [{"type": "text", "text": reply.text}]},
        "usage": _usage(reply),
    }


def events(ask: Ask, reply: Reply) -> Iterator[tuple[str, str]]:
    def event(kind: str, **fields: Any) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n"

    begun = {"message": {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": []}}
    yield "start", event("message-start", id=f"cohere-{reply.number}", delta=begun)
    opened = {"message": {"content": {"type": "text", "text": ""}}}
    yield "start", event("content-start", index=0, delta=opened)
    for piece in reply.pieces:
        yield "text", event("content-delta", index=0, delta={"message": {"content": {"text": piece}}})
    yield "end", event("content-end", index=0)
    ended = {"finish_reason": _FINISH[reply.finish], "usage": _usage(reply)}
    yield "end", event("message-end", delta=ended)
    yield "end", "data: [DONE]\n\n"


def error(status: int, message: str, code: str | None) -> dict[str, Any]:
    return {"id": "error-1", "message": message}


def stumble(message: str) -> str:
    body = {"type": "message-end", "delta": {"finish_reason": "ERROR", "error": message}}
    return f"event: message-end\ndata: {json.dumps(body)}\n\n"


def other(path: str, body: dict[str, Any], number: int) -> dict[str, Any] | None:
    if not path.endswith("/v2/embed"):
        return None
    size = 384 if "light" in body["model"] else 1024 if body["model"].endswith("v3.0") else 1536
    texts = body["texts"]
    return {
        "id": f"cohere-{number}",
        "response_type": "embeddings_by_type",
        "embeddings": {"float": [vector(f"{body['input_type']} {text}", size) for text in texts]},
        "texts": texts,
        "meta": {
            "api_version": {"version": "2"},
            "billed_units": {"input_tokens": sum(len(text.split()) for text in texts)},
        },
    }

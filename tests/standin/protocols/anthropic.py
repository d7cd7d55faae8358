"""Anthropic's messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.standin.answers import Ask, Reply

__all__ = ["SUFFIX", "error", "events", "other", "parse", "stumble", "whole"]

SUFFIX = ""
_FINISH = {
    "stop": "end_turn",
    "length": "max_tokens",
    "content_filter": "refusal",
    "tool_calls": "tool_use",
    None: None,
}
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


def parse(path: str, body: dict[str, Any]) -> Ask:
    system = [("system", body["system"])] if body.get("system") else []
    turns = [(message["role"], message["content"]) for message in body.get("messages", ())]
    return Ask(
        model=body.get("model", ""),
        messages=(*system, *turns),
        stream=bool(body.get("stream")),
        limit=body["max_tokens"],
        stop=tuple(body.get("stop_sequences") or ()),
        schema=body.get("output_config", {}).get("format", {}).get("schema"),
    )


def _read(reply: Reply) -> dict[str, Any]:
    """Here the cached tokens are counted apart from the input."""
    return {
        "input_tokens": reply.read - reply.cached - reply.cache_write,
        "cache_read_input_tokens": reply.cached,
        "cache_creation_input_tokens": reply.cache_write,
    }


def _written(reply: Reply) -> dict[str, Any]:
    return {
        "output_tokens": reply.written,
        "output_tokens_details": {"thinking_tokens": reply.thoughts},
    }


def _message(ask: Ask, reply: Reply) -> dict[str, Any]:
    return {
        "id": f"msg_{reply.number}",
        "type": "message",
        "role": "assistant",
        "model": ask.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def whole(ask: Ask, reply: Reply) -> dict[str, Any]:
    return {
        **_message(ask, reply),
        "content": [{"type": "text", "text": reply.text}],
        "stop_reason": _FINISH[reply.finish],
        "usage": {**_read(reply), **_written(reply)},
    }


def events(ask: Ask, reply: Reply) -> Iterator[tuple[str, str]]:
    def event(kind: str, **fields: Any) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n"

    begun = {**_message(ask, reply), "usage": {**_read(reply), "output_tokens": 1}}
    yield "start", event("message_start", message=begun)
    yield "start", event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    yield "start", event("ping")
    for piece in reply.pieces:
        yield "text", event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
    yield "end", event("content_block_stop", index=0)
    delta = {"stop_reason": _FINISH[reply.finish], "stop_sequence": None}
    yield "end", event("message_delta", delta=delta, usage=_written(reply))
    yield "end", event("message_stop")


def error(status: int, message: str, code: str | None) -> dict[str, Any]:
    kind = _TYPES.get(status, "api_error")
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}


def stumble(message: str) -> str:
    body = {"type": "error", "error": {"type": "overloaded_error", "message": message}}
    return f"event: error\ndata: {json.dumps(body)}\n\n"


def other(path: str, body: dict[str, Any], number: int) -> dict[str, Any] | None:
    return None

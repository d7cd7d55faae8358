"""Gemini's generateContent, streamGenerateContent and batchEmbedContents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.standin.answers import Ask, Reply
from tests.standin.protocols.vectors import vector

__all__ = ["SUFFIX", "error", "events", "other", "parse", "stumble", "whole"]

SUFFIX = ""
_FINISH = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "content_filter": "SAFETY",
    "tool_calls": "UNEXPECTED_TOOL_CALL",
    None: None,
}
_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


def parse(path: str, body: dict[str, Any]) -> Ask:
    named = re.search(r"/v1beta/models/([^:/]+):(\w+)", path)
    config = body.get("generationConfig", {})
    system = body.get("systemInstruction")
    turns = [("system", _text(system))] if system else []
    turns += [(_role(content), _text(content)) for content in body.get("contents", ())]
    return Ask(
        model=named[1] if named else "no-such-path",
        messages=tuple(turns),
        stream=named is not None and named[2] == "streamGenerateContent",
        limit=config.get("maxOutputTokens"),
        stop=tuple(config.get("stopSequences") or ()),
        schema=config.get("responseJsonSchema"),
    )


def _role(content: dict[str, Any]) -> str:
    return "assistant" if content["role"] == "model" else "user"


def _text(content: dict[str, Any]) -> str:
    return "".join(part["text"] for part in content["parts"])


def _body(ask: Ask, reply: Reply, text: str, finish: str | None) -> dict[str, Any]:
    """Here the thoughts are counted apart from the output, and text may be a thought."""
    parts = [{"text": "Hm.", "thought": True}, {"text": text}]
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    return {
        "candidates": [candidate],
        "modelVersion": ask.model,
        "responseId": f"response-{reply.number}",
        "usageMetadata": {
            "promptTokenCount": reply.read,
            "cachedContentTokenCount": reply.cached,
            "candidatesTokenCount": reply.written - reply.thoughts,
            "thoughtsTokenCount": reply.thoughts,
            "totalTokenCount": reply.read + reply.written,
        },
    }


def whole(ask: Ask, reply: Reply) -> dict[str, Any]:
    return _body(ask, reply, reply.text, _FINISH[reply.finish])


def events(ask: Ask, reply: Reply) -> Iterator[tuple[str, str]]:
    for piece in reply.pieces:
        yield "text", f"data: {json.dumps(_body(ask, reply, piece, None))}\n\n"
    yield "end", f"data: {json.dumps(_body(ask, reply, '', _FINISH[reply.finish]))}\n\n"


def error(status: int, message: str, code: str | None) -> dict[str, Any]:
    body: dict[str, Any] = {"code": status, "message": message, "status": _STATUS.get(status, "UNKNOWN")}
    if code is not None:
        body["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": code}]
    return {"error": body}


def stumble(message: str) -> str:
    return f"data: {json.dumps(error(503, message, None))}\n\n"


def other(path: str, body: dict[str, Any], number: int) -> dict[str, Any] | None:
    if not path.endswith(":batchEmbedContents"):
        return None
    asked = [(request.get("taskType", ""), _text(request["content"])) for request in body["requests"]]
    return {"embeddings": [{"values": vector(f"{task} {text}", 3072)} for task, text in asked]}

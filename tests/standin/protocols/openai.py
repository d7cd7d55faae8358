"""OpenAI's chat completions, embeddings and images."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from tests.standin.answers import Ask, Reply
from tests.standin.protocols.vectors import vector

__all__ = ["SUFFIX", "error", "events", "other", "parse", "stumble", "whole"]

SUFFIX = "/v1"
_TYPES = {
    400: "invalid_request_error",
    401: "invalid_request_error",
    404: "invalid_request_error",
    429: "requests",
}


def parse(path: str, body: dict[str, Any]) -> Ask:
    stop = body.get("stop") or ()
    return Ask(
        model=body.get("model", ""),
        messages=tuple((message["role"], message["content"]) for message in body.get("messages", ())),
        stream=bool(body.get("stream")),
        limit=body.get("max_completion_tokens") or body.get("max_tokens"),
        stop=(stop,) if isinstance(stop, str) else tuple(stop),
        schema=body.get("response_format", {}).get("json_schema", {}).get("schema"),
    )


def _usage(reply: Reply) -> dict[str, Any]:
    return {
        "prompt_tokens": reply.read,
        "completion_tokens": reply.written,
        "total_tokens": reply.read + reply.written,
        "prompt_tokens_details": {"cached_tokens": reply.cached, "cache_write_tokens": reply.cache_write},
        "completion_tokens_details": {"reasoning_tokens": reply.thoughts},
    }


def whole(ask: Ask, reply: Reply) -> dict[str, Any]:
    message = {"role": "assistant", "content": reply.text, "refusal": None}
    return {
        "id": f"chatcmpl-{reply.number}",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": ask.model,
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish, "logprobs": None}],
        "usage": _usage(reply),
    }


def events(ask: Ask, reply: Reply) -> Iterator[tuple[str, str]]:
    head = {
        "id": f"chatcmpl-{reply.number}",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": ask.model,
    }

    def chunk(delta: dict[str, Any], finish: str | None = None) -> str:
        choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
        return f"data: {json.dumps({**head, 'choices': choices, 'usage': None})}\n\n"

    yield "start", chunk({"role": "assistant", "content": ""})
    for piece in reply.pieces:
        yield "text", chunk({"content": piece})
    yield "end", chunk({}, reply.finish)
    yield "end", f"data: {json.dumps({**head, 'choices': [], 'usage': _usage(reply)})}\n\n"
    yield "end", "data: [DONE]\n\n"


def error(status: int, message: str, code: str | None) -> dict[str, Any]:
    kind = _TYPES.get(status, "server_error")
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def stumble(message: str) -> str:
    return f"data: {json.dumps(error(500, message, None))}\n\n"


def other(path: str, body: dict[str, Any], number: int) -> dict[str, Any] | None:
    if path.endswith("/embeddings"):
        return _embeddings(body)
    if path.endswith("/images/generations"):
        return _images(body, number)
    return None


def _embeddings(body: dict[str, Any]) -> dict[str, Any]:
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    size = body.get("dimensions") or (3072 if body["model"].endswith("large") else 1536)
    data = [
        {"object": "embedding", "index": index, "embedding": _coded(vector(text, size), body)}
        for index, text in enumerate(texts)
    ]
    read = sum(len(text.split()) for text in texts)
    usage = {"prompt_tokens": read, "total_tokens": read}
    return {"object": "list", "model": body["model"], "data": data, "usage": usage}


def _coded(row: list[float], body: dict[str, Any]) -> Any:
    if body.get("encoding_format") != "base64":
        return row
    return base64.b64encode(struct.pack(f"<{len(row)}f", *row)).decode()


def _images(body: dict[str, Any], number: int) -> dict[str, Any]:
    image = base64.b64encode(_png(number)).decode()
    usage = {
        "input_tokens": 10,
        "output_tokens": 100,
        "total_tokens": 110,
        "input_tokens_details": {"text_tokens": 10, "image_tokens": 0},
    }
    return {"created": 1_790_000_000, "data": [{"b64_json": image}] * (body.get("n") or 1), "usage": usage}


def _png(number: int) -> bytes:
    """One pixel, of another colour each time."""

    def part(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    pixel = bytes((0, number * 40 % 256, number * 80 % 256, number * 120 % 256))
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    parts = part(b"IHDR", header) + part(b"IDAT", zlib.compress(pixel)) + part(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts

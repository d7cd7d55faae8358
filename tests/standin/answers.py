"""What the stand-in answers: made up from the question and a counter, with token counts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.standin.behaviours import Behaviour

__all__ = ["Ask", "Reply", "reply_to"]


@dataclass(frozen=True)
class Ask:
    """A request, whichever protocol it came in."""

    model: str
    messages: tuple[tuple[str, str], ...]
    stream: bool = False
    limit: int | None = None
    stop: tuple[str, ...] = ()
    schema: dict[str, Any] | None = None

    @property
    def question(self) -> str:
        return next((text for role, text in reversed(self.messages) if role == "user"), "")


@dataclass(frozen=True)
class Reply:
    """An answer, whichever protocol it goes out in.

    ``read`` counts all prompt tokens, ``cached`` and ``cache_write`` are parts of it;
    ``written`` counts all output tokens, ``thoughts`` is a part of it.
    """

    number: int
    text: str
    finish: str | None
    read: int
    written: int
    cached: int = 4
    cache_write: int = 3
    thoughts: int = 2

    @property
    def pieces(self) -> list[str]:
        return re.findall(r"\s*\S+\s*?", self.text) or [""]


def reply_to(ask: Ask, behaviour: Behaviour, number: int) -> Reply:
    text, finish = behaviour.text, behaviour.finish
    if text is None:
        text = json.dumps(_instance(ask.schema, ask.schema, number)) if ask.schema else _made_up(ask, number)
    for end in ask.stop:
        text = text.split(end)[0]
    words = text.split(" ")
    if ask.limit is not None and len(words) > ask.limit:
        text, finish = " ".join(words[: ask.limit]), "length"
    read = 10 + sum(len(content.split()) for _, content in ask.messages)
    told = None if behaviour.kind == "truncate" else finish
    return Reply(number, text, told, read, len(text.split()) + 2)


def _made_up(ask: Ask, number: int) -> str:
    return f"Answer {number} of {ask.model} to {ask.question!r}."


def _instance(schema: Any, root: Any, number: int) -> Any:
    """Make a value that satisfies a plain JSON Schema."""
    if "$ref" in schema:
        found = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return _instance(found, root, number)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return _instance(schema[choice][0], root, number)
    if "const" in schema or "enum" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    kind = schema.get("type")
    if kind == "object":
        return {name: _instance(inner, root, number) for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [_instance(schema.get("items", {"type": "string"}), root, number)]
    plain = {"string": f"text {number}", "integer": number, "number": number + 0.5, "boolean": True}
    return plain.get(kind)

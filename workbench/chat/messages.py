"""Checking what a caller asks before anything leaves the machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.errors import BadInput

__all__ = ["ROLES", "check_messages", "check_settings", "estimate_tokens"]

ROLES = ("system", "user", "assistant")
MAX_STOPS = 4


def check_messages(messages: Any) -> list[dict[str, str]]:
    """Return the messages as plain dicts, or say what is wrong with them.

    System messages come first; then user and assistant take turns, the user first and last.

    Raises
    ------
    BadInput
        Naming the message by its index.
    """
    if isinstance(messages, (str, bytes)) or not isinstance(messages, Sequence):
        raise BadInput(
            f"messages is a {type(messages).__name__}; expected a list of dicts with 'role' and 'content'.",
            'Write [{"role": "user", "content": "..."}].',
            details={"field": "messages"},
        )
    if not messages:
        raise BadInput(
            "messages is empty; expected at least one user message.",
            'Write [{"role": "user", "content": "..."}].',
            details={"field": "messages"},
        )
    checked = [_message(at, item) for at, item in enumerate(messages)]
    _check_order([item["role"] for item in checked])
    return checked


def _message(at: int, item: Any) -> dict[str, str]:
    where = f"messages[{at}]"
    if not isinstance(item, Mapping) or not {"role", "content"} <= set(item):
        raise BadInput(f"{where} is no dict with 'role' and 'content'.", details={"field": where})
    role, content = item["role"], item["content"]
    if role not in ROLES:
        raise BadInput(
            f"{where} has the role {role!r}; expected one of {', '.join(ROLES)}.",
            details={"field": f"{where}.role"},
        )
    if not isinstance(content, str) or not content.strip():
        kind = "empty" if isinstance(content, str) else f"a {type(content).__name__}"
        raise BadInput(
            f"{where} has content that is {kind}; expected text.", details={"field": f"{where}.content"}
        )
    return {"role": role, "content": content}


def _check_order(roles: list[str]) -> None:
    first = next((at for at, role in enumerate(roles) if role != "system"), len(roles))
    if first == len(roles):
        raise BadInput("messages holds only system messages; expected a user message after them.")
    for at, role in enumerate(roles[first:], first):
        wanted = "user" if (at - first) % 2 == 0 else "assistant"
        if role != wanted:
            raise BadInput(
                f"messages[{at}] has the role {role!r} out of order; expected {wanted!r} here.",
                "Put system messages first, then let user and assistant take turns.",
                details={"field": f"messages[{at}].role"},
            )
    if roles[-1] != "user":
        raise BadInput("The last message is the assistant's; expected the user's, which is to be answered.")


def check_settings(settings: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the settings that were given, or say which is not valid.

    Keys are ``temperature`` (0 to 2), ``top_p`` (0 to 1), ``max_tokens`` (1 or more), ``stop`` (a
    text or up to four), ``seed`` (an integer) and ``json_schema`` (a JSON Schema object).
    ``None`` leaves the choice to the provider.

    Raises
    ------
    BadInput
        Naming the setting and its range.
    """
    given = {name: value for name, value in (settings or {}).items() if value is not None}
    for name, value in given.items():
        if name not in _RULES:
            raise BadInput(
                f"There is no chat setting {name!r}; the settings are {', '.join(_RULES)}.",
                details={"field": f"settings.{name}"},
            )
        holds, expected = _RULES[name]
        if not holds(value):
            raise BadInput(
                f"{name} is {value!r}; expected {expected}.", details={"field": f"settings.{name}"}
            )
    if "stop" in given:
        # A list, as reading it back from a Run gives it.
        given["stop"] = [given["stop"]] if isinstance(given["stop"], str) else list(given["stop"])
    return given


def _number(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high
    )


def _whole(low: int | None) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, int) and not isinstance(value, bool) and (low is None or value >= low)
    )


def _stops(value: Any) -> bool:
    texts = [value] if isinstance(value, str) else value
    return (
        isinstance(texts, (list, tuple))
        and 0 < len(texts) <= MAX_STOPS
        and all(isinstance(text, str) and text for text in texts)
    )


_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "temperature": (_number(0, 2), "a number from 0 to 2"),
    "top_p": (_number(0, 1), "a number from 0 to 1"),
    "max_tokens": (_whole(1), "a whole number of at least 1"),
    "stop": (_stops, f"a text or a list of up to {MAX_STOPS} texts"),
    "seed": (_whole(None), "a whole number"),
    "json_schema": (lambda value: isinstance(value, Mapping), "a JSON Schema as a dict"),
}


def estimate_tokens(messages: Sequence[Mapping[str, str]]) -> int:
    """Return more tokens than the messages can reasonably have.

    Two UTF-8 bytes a token and eight tokens a message: English runs at about four bytes a token and
    Chinese at two to three, so real prompts stay below.
    """
    return sum(len(item["content"].encode()) // 2 + 9 for item in messages)

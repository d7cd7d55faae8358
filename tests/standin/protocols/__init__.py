"""The four protocols, each a module.

Each has ``SUFFIX`` (the end of its base URL), ``parse(path, body)``, ``whole(ask, reply)``,
``events(ask, reply)`` (pairs of ``"start"``, ``"text"`` or ``"end"`` and the event's text),
``error(status, message, code)``, ``stumble(message)`` (an error within a stream) and
``other(path, body, number)`` (the answer of an endpoint that is no chat, or ``None``).
"""

from __future__ import annotations

from types import ModuleType

from tests.standin.protocols import anthropic, cohere, google, openai

__all__ = ["PROTOCOLS"]

PROTOCOLS: dict[str, ModuleType] = {
    "openai": openai,
    "anthropic": anthropic,
    "google": google,
    "cohere": cohere,
    "ollama": openai,
}

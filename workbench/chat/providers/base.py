"""What every chat provider is: a tiny protocol and the values that cross it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

__all__ = ["DEFAULT_MODELS", "ChatRequest", "Completion", "Provider", "TextDelta", "Usage"]

DEFAULT_MODELS = {
    "anthropic": "claude-sonnet-5-5",
    "cohere": "command-a-03-2025",
    "google": "gemini-3.8-flash",
    "local": "smollm2",
    "ollama": "llama3.2",
    "openai": "gpt-6.2-sol",
}
"""The model of each built-in provider when none is named."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider reports them.

    Attributes
    ----------
    input_tokens : int
        All prompt tokens, cached ones included.
    output_tokens : int
        All generated tokens, reasoning ones included.
    cached_tokens : int
        The part of ``input_tokens`` read from the provider's cache.
    cache_write_tokens : int
        The part of ``input_tokens`` written to the provider's cache.
    reasoning_tokens : int
        The part of ``output_tokens`` spent on hidden reasoning.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0

    @property
    def total(self) -> int:
        """Input plus output."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One request, already validated; ``None`` leaves a choice to the provider.

    Attributes
    ----------
    messages : sequence of dict
        ``{"role": "system" | "user" | "assistant", "content": str}`` in conversation order.
    model : str
        The provider's own model name.
    temperature : float, optional
        0 to 2.
    top_p : float, optional
        0 to 1.
    max_tokens : int, optional
        Most tokens to generate.
    stop : sequence of str
        Texts that end the answer.
    seed : int, optional
        Passed where the provider takes one.
    json_schema : dict, optional
        JSON Schema that the answer must follow, where the provider can enforce it.
    """

    messages: Sequence[dict[str, str]]
    model: str
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: Sequence[str] = ()
    seed: int | None = None
    json_schema: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of streamed text."""

    text: str


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer; also the last item of every stream that ended well.

    Attributes
    ----------
    content : str
        The whole text.
    model : str
        The model that answered, as the provider names it.
    finish_reason : str
        ``"stop"``, ``"length"``, ``"content_filter"``, ``"tool_calls"`` or ``"other"``.
    usage : Usage
        Token counts.
    details : dict
        JSON values worth keeping, such as the provider's response id.
    """

    content: str
    model: str
    finish_reason: str
    usage: Usage
    details: dict[str, Any] = field(default_factory=dict)


@runtime_checkable
class Provider(Protocol):
    """A source of chat completions, found by the entry-point group ``workbench.providers``.

    It is made with one argument, the `workbench.settings.Settings`, and loads its library on
    first use. Every failure is raised as a `workbench.errors.WorkbenchError`.
    """

    name: str
    default_model: str
    default_max_tokens: int

    def available(self) -> str | None:
        """Return why this provider cannot be used now, or ``None`` when it can."""

    def models(self) -> list[str]:
        """Return model names worth offering, without asking the network."""

    def complete(self, request: ChatRequest) -> Completion:
        """Answer in one piece."""

    def stream(self, request: ChatRequest) -> Iterator[TextDelta | Completion]:
        """Yield text as it comes and the `Completion` last; closing the iterator stops it."""

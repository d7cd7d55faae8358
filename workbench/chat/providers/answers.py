"""What goes to and comes from every remote provider, whatever its SDK calls it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from workbench.chat.providers.base import ChatRequest, Completion, TextDelta, Usage
from workbench.errors import ProviderFailed
from workbench.remote.failures import Place

__all__ = ["Answer", "conversation"]

_FINISHED = {
    "stop": ("stop", "end_turn", "stop_sequence", "complete"),
    "length": ("length", "max_tokens", "model_context_window_exceeded"),
    "content_filter": (
        "content_filter", "refusal", "safety", "recitation", "blocklist", "prohibited_content",
        "spii", "model_armor", "language",
    ),
    "tool_calls": (
        "tool_calls", "tool_use", "tool_call", "function_call", "malformed_function_call",
        "unexpected_tool_call", "too_many_tool_calls",
    ),
}  # fmt: skip
_REASONS = {theirs: ours for ours, all_theirs in _FINISHED.items() for theirs in all_theirs}


@dataclass(slots=True)
class Answer:
    """An answer while it comes in.

    Attributes
    ----------
    place : Place
        Who answers.
    model : str
        The model that answers.
    parts : list of str
        The text so far.
    reason : str, optional
        The provider's own finish reason; ``None`` until it has come.
    usage : Usage, optional
        Token counts; ``None`` until they have come.
    details : dict
        JSON values worth keeping.
    """

    place: Place
    model: str
    parts: list[str] = field(default_factory=list)
    reason: str | None = None
    usage: Usage | None = None
    details: dict[str, Any] = field(default_factory=dict)

    def add(self, text: str) -> TextDelta:
        """Append text and return it as the delta to yield."""
        self.parts.append(text)
        return TextDelta(text)

    def completion(self) -> Completion:
        """Return the whole answer.

        Raises
        ------
        ProviderFailed
            When no finish reason came: the SDKs take a truncated answer for a whole one.
        """
        if not self.reason:
            raise ProviderFailed(
                f"{self.place.label} stopped before the end of its answer and gave no reason.",
                "Try again.",
                details={"provider": self.place.name, "model": self.model},
            )
        if self.usage is None:
            self.details["usage_reported"] = False
        reason = _REASONS.get(self.reason.lower(), "other")
        if reason == "other":
            self.details["finish_reason"] = self.reason
        return Completion("".join(self.parts), self.model, reason, self.usage or Usage(), self.details)


def conversation(request: ChatRequest) -> tuple[str, list[dict[str, str]]]:
    """Split the system messages, joined by blank lines, from the turns of the talk."""
    system = [message["content"] for message in request.messages if message["role"] == "system"]
    turns = [message for message in request.messages if message["role"] != "system"]
    return "\n\n".join(system), turns

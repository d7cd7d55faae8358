"""Anthropic."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from workbench.chat.providers.answers import Answer, conversation
from workbench.chat.providers.base import DEFAULT_MODELS, ChatRequest, Completion, TextDelta, Usage
from workbench.chat.providers.remote import RemoteProvider

__all__ = ["AnthropicProvider"]


class AnthropicProvider(RemoteProvider):
    """Messages by the ``anthropic`` SDK. It takes no seed."""

    name = "anthropic"
    label = "Anthropic"
    package = "anthropic"
    address = "https://api.anthropic.com"
    default_model = DEFAULT_MODELS["anthropic"]

    def connect(self, sdk: Any) -> Any:
        """Make the client; what the SDK took from its own environment variables is undone."""
        client = sdk.Anthropic(
            api_key=self.key,
            base_url=self.place.address,
            timeout=self.place.timeout,
            max_retries=0,
            open_telemetry=False,
        )
        client._custom_headers = {}  # noqa: SLF001 - ANTHROPIC_CUSTOM_HEADERS has no public way out
        return client

    def answer(self, request: ChatRequest) -> Answer:
        """Ask for an answer in one piece."""
        reply = self.client.messages.create(**self._arguments(request))
        answer = Answer(self.place, reply.model or request.model, details={"id": reply.id})
        answer.parts = [block.text for block in reply.content if block.type == "text"]
        answer.reason = reply.stop_reason
        answer.usage = _usage(_counts(reply.usage))
        return answer

    def deltas(self, request: ChatRequest) -> Generator[TextDelta | Completion, None, None]:
        """Yield a streamed answer."""
        answer = Answer(self.place, request.model)
        counts: dict[str, int] = {}
        with self.client.messages.create(**self._arguments(request), stream=True) as events:
            for event in events:
                if event.type == "content_block_delta":
                    if event.delta.type == "text_delta":
                        yield answer.add(event.delta.text)
                elif event.type == "message_start":
                    answer.model = event.message.model or answer.model
                    answer.details["id"] = event.message.id
                    counts |= _counts(event.message.usage)
                elif event.type == "message_delta":
                    answer.reason = event.delta.stop_reason or answer.reason
                    counts |= _counts(event.usage)
        answer.usage = _usage(counts)
        yield answer.completion()

    def _arguments(self, request: ChatRequest) -> dict[str, Any]:
        system, turns = conversation(request)
        arguments: dict[str, Any] = {
            "model": request.model,
            "messages": turns,
            "max_tokens": self.limit(request),
        }
        if system:
            arguments["system"] = system
        if request.stop:
            arguments["stop_sequences"] = list(request.stop)
        # The SDK has no parameter for these any more; models that take them still do.
        sampling = {"temperature": request.temperature, "top_p": request.top_p}
        if given := {name: value for name, value in sampling.items() if value is not None}:
            arguments["extra_body"] = given
        if request.json_schema is not None:
            arguments["output_config"] = {"format": _format(request.json_schema)}
        return arguments


def _format(schema: dict[str, Any]) -> dict[str, Any]:
    from anthropic import transform_schema

    return {"type": "json_schema", "schema": transform_schema(schema)}


def _counts(usage: Any) -> dict[str, int]:
    """Return the counts that are told; those of a later event are totals and replace earlier ones."""
    names = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    told = {name: getattr(usage, name, None) for name in names}
    told["thinking_tokens"] = getattr(getattr(usage, "output_tokens_details", None), "thinking_tokens", None)
    return {name: int(value) for name, value in told.items() if value is not None}


def _usage(counts: dict[str, int]) -> Usage | None:
    """Add the cached tokens to the input: Anthropic counts them apart."""
    if not counts:
        return None
    read = counts.get("cache_read_input_tokens", 0)
    written = counts.get("cache_creation_input_tokens", 0)
    return Usage(
        input_tokens=counts.get("input_tokens", 0) + read + written,
        output_tokens=counts.get("output_tokens", 0),
        cached_tokens=read,
        cache_write_tokens=written,
        reasoning_tokens=counts.get("thinking_tokens", 0),
    )

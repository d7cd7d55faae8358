"""Cohere."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from workbench.chat.providers.answers import Answer
from workbench.chat.providers.base import DEFAULT_MODELS, ChatRequest, Completion, TextDelta, Usage
from workbench.chat.providers.remote import RemoteProvider
from workbench.errors import ProviderFailed
from workbench.remote.clients import close_cohere, cohere_client

__all__ = ["CohereProvider"]


class CohereProvider(RemoteProvider):
    """Chat of version 2 by the ``cohere`` SDK."""

    name = "cohere"
    label = "Cohere"
    package = "cohere"
    address = "https://api.cohere.com"
    default_model = DEFAULT_MODELS["cohere"]
    default_max_tokens = 4096

    def connect(self, sdk: Any) -> Any:
        """Make the client."""
        return cohere_client(sdk, self.key, self.place)

    def disconnect(self, client: Any) -> None:
        """Close one client."""
        close_cohere(client)

    def answer(self, request: ChatRequest) -> Answer:
        """Ask for an answer in one piece."""
        reply = self.client.chat(**_arguments(request, self.limit(request)))
        answer = Answer(self.place, request.model, details={"id": reply.id})
        answer.parts = [item.text for item in reply.message.content or () if item.type == "text"]
        self._end(answer, reply.finish_reason, reply.usage.model_dump() if reply.usage else None)
        return answer

    def deltas(self, request: ChatRequest) -> Generator[TextDelta | Completion, None, None]:
        """Yield a streamed answer."""
        from cohere.core.http_sse import EventSource

        answer = Answer(self.place, request.model)
        # The SDK's own reading of events skips those that are not valid JSON; here they must fail.
        with self.client.with_raw_response.chat_stream(**_arguments(request, self.limit(request))) as raw:
            for event in EventSource(raw.response).iter_sse():
                if not event.data or event.data == "[DONE]":
                    continue
                body = event.json()
                if body["type"] == "content-delta":
                    if text := body["delta"]["message"]["content"].get("text"):
                        yield answer.add(text)
                elif body["type"] == "message-start":
                    answer.details["id"] = body.get("id")
                elif body["type"] == "message-end":
                    delta = body["delta"]
                    self._end(answer, delta.get("finish_reason"), delta.get("usage"), delta.get("error"))
        yield answer.completion()

    def _end(
        self, answer: Answer, reason: str | None, usage: dict[str, Any] | None, error: str | None = None
    ) -> None:
        if error or reason in {"ERROR", "TIMEOUT"}:
            raise ProviderFailed(
                f"{self.label} broke off its answer: {error or reason}.", "Try again.",
                details={"provider": self.name, "model": answer.model},
            )  # fmt: skip
        answer.reason = reason
        answer.usage = _usage(usage)


def _arguments(request: ChatRequest, limit: int | None) -> dict[str, Any]:
    given = {
        "temperature": request.temperature,
        "p": request.top_p,
        "max_tokens": limit,
        "stop_sequences": list(request.stop) or None,
        "seed": request.seed,
    }
    arguments: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if request.json_schema is not None:
        arguments["response_format"] = {"type": "json_object", "json_schema": request.json_schema}
    return {"model": request.model, "messages": list(request.messages), **arguments}


def _usage(usage: dict[str, Any] | None) -> Usage | None:
    """Prefer the tokens that are billed: the others hold what Cohere adds to the prompt on its own."""
    counts = (usage or {}).get("billed_units") or (usage or {}).get("tokens")
    if usage is None or not counts:
        return None
    read = int(counts.get("input_tokens") or 0)
    return Usage(
        input_tokens=read,
        output_tokens=int(counts.get("output_tokens") or 0),
        cached_tokens=min(int(usage.get("cached_tokens") or 0), read),
    )

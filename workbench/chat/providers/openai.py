"""OpenAI, and what any server that speaks its chat protocol shares with it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from workbench.chat.providers.answers import Answer
from workbench.chat.providers.base import DEFAULT_MODELS, ChatRequest, Completion, TextDelta, Usage
from workbench.chat.providers.remote import RemoteProvider
from workbench.chat.providers.schemas import closed
from workbench.remote.clients import openai_client

__all__ = ["OpenAIProvider"]


class OpenAIProvider(RemoteProvider):
    """Chat completions by the ``openai`` SDK."""

    name = "openai"
    label = "OpenAI"
    package = "openai"
    address = "https://api.openai.com/v1"
    default_model = DEFAULT_MODELS["openai"]
    limit_name = "max_completion_tokens"

    def connect(self, sdk: Any) -> Any:
        """Make the client."""
        return openai_client(sdk, self.key, self.place)

    def load(self, client: Any) -> None:
        """Load the part that is used here."""
        _ = client.chat.completions

    def answer(self, request: ChatRequest) -> Answer:
        """Ask for an answer in one piece."""
        reply = self.client.chat.completions.create(**self._arguments(request))
        answer = Answer(self.place, reply.model or request.model, details={"id": reply.id})
        choice = reply.choices[0]
        answer.add(choice.message.content or choice.message.refusal or "")
        answer.reason = choice.finish_reason
        answer.usage = _usage(reply.usage)
        return answer

    def deltas(self, request: ChatRequest) -> Generator[TextDelta | Completion, None, None]:
        """Yield a streamed answer."""
        answer = Answer(self.place, request.model)
        options = {"include_usage": True}
        create = self.client.chat.completions.create
        with create(**self._arguments(request), stream=True, stream_options=options) as chunks:
            for chunk in chunks:
                if chunk.usage is not None:
                    answer.usage = _usage(chunk.usage)
                answer.model = chunk.model or answer.model
                answer.details.setdefault("id", chunk.id)
                for choice in chunk.choices or ():
                    if text := choice.delta.content or choice.delta.refusal:
                        yield answer.add(text)
                    answer.reason = choice.finish_reason or answer.reason
        yield answer.completion()

    def _arguments(self, request: ChatRequest) -> dict[str, Any]:
        given = {
            "temperature": request.temperature,
            "top_p": request.top_p,
            self.limit_name: self.limit(request),
            "stop": list(request.stop) or None,
            "seed": request.seed,
            "response_format": _response_format(request.json_schema),
        }
        asked = {name: value for name, value in given.items() if value is not None}
        # Past the SDK's conversion of what is plain already: of a long conversation it takes longer than
        # all the rest of the call.
        whole = {"messages": list(request.messages)}
        return {"model": request.model, "messages": [], "extra_body": whole, **asked}


def _response_format(schema: dict[str, Any] | None) -> dict[str, Any] | None:
    """Ask for strict adherence where the schema allows it."""
    if schema is None:
        return None
    strict = closed(schema)
    form: dict[str, Any] = {"name": "answer", "schema": schema if strict is None else strict}
    if strict is not None:
        form["strict"] = True
    return {"type": "json_schema", "json_schema": form}


def _usage(usage: Any) -> Usage | None:
    if usage is None:
        return None
    prompt = getattr(usage, "prompt_tokens_details", None)
    output = getattr(usage, "completion_tokens_details", None)
    return Usage(
        input_tokens=usage.prompt_tokens or 0,
        output_tokens=usage.completion_tokens or 0,
        cached_tokens=getattr(prompt, "cached_tokens", None) or 0,
        cache_write_tokens=getattr(prompt, "cache_write_tokens", None) or 0,
        reasoning_tokens=getattr(output, "reasoning_tokens", None) or 0,
    )

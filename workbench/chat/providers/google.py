"""Google Gemini, by the Gemini Developer API."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import Any

from workbench.chat.providers.answers import Answer, conversation
from workbench.chat.providers.base import DEFAULT_MODELS, ChatRequest, Completion, TextDelta, Usage
from workbench.chat.providers.remote import RemoteProvider
from workbench.remote.clients import close_google, google_client

__all__ = ["GoogleProvider"]


class GoogleProvider(RemoteProvider):
    """Generated content by the ``google-genai`` SDK."""

    name = "google"
    label = "Google Gemini"
    package = "google.genai"
    address = "https://generativelanguage.googleapis.com"
    default_model = DEFAULT_MODELS["google"]

    def connect(self, sdk: Any) -> Any:
        """Make the client."""
        return google_client(sdk, self.key, self.place)

    def disconnect(self, client: Any) -> None:
        """Close one client."""
        close_google(client)

    def answer(self, request: ChatRequest) -> Answer:
        """Ask for an answer in one piece."""
        answer = Answer(self.place, request.model)
        answer.parts = list(
            _read(answer, self.client.models.generate_content(**_arguments(request, self.limit(request))))
        )
        return answer

    def deltas(self, request: ChatRequest) -> Generator[TextDelta | Completion, None, None]:
        """Yield a streamed answer."""
        answer = Answer(self.place, request.model)
        with closing(
            self.client.models.generate_content_stream(**_arguments(request, self.limit(request)))
        ) as chunks:
            for chunk in chunks:
                for text in _read(answer, chunk):
                    yield answer.add(text)
        yield answer.completion()


def _arguments(request: ChatRequest, limit: int | None) -> dict[str, Any]:
    system, turns = conversation(request)
    roles = {"user": "user", "assistant": "model"}
    given = {
        "system_instruction": system or None,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "max_output_tokens": limit,
        "stop_sequences": list(request.stop) or None,
        "seed": request.seed,
    }
    config: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    config["automatic_function_calling"] = {"disable": True}
    if request.json_schema is not None:
        config |= {"response_mime_type": "application/json", "response_json_schema": request.json_schema}
    contents = [{"role": roles[turn["role"]], "parts": [{"text": turn["content"]}]} for turn in turns]
    return {"model": request.model, "contents": contents, "config": config}


def _read(answer: Answer, reply: Any) -> list[str]:
    """Take model, usage and reason into the answer and return the text, without the thoughts."""
    answer.model = reply.model_version or answer.model
    if reply.response_id:
        answer.details["id"] = reply.response_id
    answer.usage = _usage(reply.usage_metadata) or answer.usage
    if reply.prompt_feedback is not None and reply.prompt_feedback.block_reason is not None:
        answer.reason = "content_filter"
    texts: list[str] = []
    for candidate in (reply.candidates or ())[:1]:
        if candidate.finish_reason is not None:
            answer.reason = candidate.finish_reason.value
        parts = (candidate.content.parts if candidate.content is not None else None) or ()
        texts += [part.text for part in parts if part.text and not part.thought]
    return texts


def _usage(usage: Any) -> Usage | None:
    """Add the thoughts to the output: Gemini counts them apart."""
    if usage is None:
        return None
    thoughts = usage.thoughts_token_count or 0
    return Usage(
        input_tokens=(usage.prompt_token_count or 0) + (usage.tool_use_prompt_token_count or 0),
        output_tokens=(usage.candidates_token_count or 0) + thoughts,
        cached_tokens=usage.cached_content_token_count or 0,
        reasoning_tokens=thoughts,
    )

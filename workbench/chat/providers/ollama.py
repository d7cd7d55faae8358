"""Ollama, or any other server that speaks OpenAI's chat protocol at an address of one's own."""

from __future__ import annotations

from workbench.chat.providers.base import DEFAULT_MODELS, ChatRequest
from workbench.chat.providers.openai import OpenAIProvider

__all__ = ["OllamaProvider"]


class OllamaProvider(OpenAIProvider):
    """Chat completions from ``OLLAMA_BASE_URL``; a key is sent only where one is set."""

    name = "ollama"
    label = "Ollama"
    address = "http://127.0.0.1:11434/v1"
    default_model = DEFAULT_MODELS["ollama"]
    needs_key = False
    # OpenAI's newer name of the limit is unknown to most compatible servers.
    limit_name = "max_tokens"

    def limit(self, request: ChatRequest) -> int | None:
        """Return the limit that was asked for: tokens of one's own cost nothing."""
        return request.max_tokens

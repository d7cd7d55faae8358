"""OpenAI's embeddings, or those of any server that speaks their protocol."""

from __future__ import annotations

from typing import Any, ClassVar

from workbench.embedders.base import Role
from workbench.embedders.remote import RemoteEmbedder
from workbench.remote.clients import openai_client

__all__ = ["OpenAIEmbedder"]


class OpenAIEmbedder(RemoteEmbedder):
    """Embeddings by the ``openai`` SDK; these models make no difference between roles.

    Parameters
    ----------
    settings : Settings
        ``OPENAI_API_KEY``, ``OPENAI_BASE_URL``, time-out and retries.
    model : str, optional
        One of `models`, or any other that the server at ``OPENAI_BASE_URL`` has.
    """

    name = "openai"
    label = "OpenAI"
    package = "openai"
    address = "https://api.openai.com/v1"
    dimensions: ClassVar[dict[str, int]] = {
        "text-embedding-3-small": 1536,
        "text-embedding-3-large": 3072,
        "text-embedding-ada-002": 1536,
    }
    models = tuple(dimensions)
    # https://platform.openai.com/docs/guides/embeddings
    windows: ClassVar[dict[str, int]] = {"text-embedding-": 8191}
    # One request takes 2,048 texts and 300,000 tokens; a token is a character at worst.
    most_texts = 512

    def connect(self, sdk: Any) -> Any:
        """Make the client."""
        return openai_client(sdk, self.key, self.place)

    def ask(self, client: Any, texts: list[str], role: Role) -> tuple[list[Any], int]:
        """Make one request and return its vectors and the tokens counted."""
        del role
        reply = client.embeddings.create(model=self.model, input=texts)
        rows = sorted(reply.data, key=lambda row: row.index)
        if [row.index for row in rows] != list(range(len(rows))):
            return [], 0
        return [row.embedding for row in rows], int(reply.usage.prompt_tokens) if reply.usage else 0

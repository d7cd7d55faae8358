"""Cohere's embeddings."""

from __future__ import annotations

from typing import Any, ClassVar

from workbench.embedders.base import Role
from workbench.embedders.remote import RemoteEmbedder
from workbench.remote.clients import close_cohere, cohere_client

__all__ = ["CohereEmbedder"]

_KINDS = {"passage": "search_document", "query": "search_query"}


class CohereEmbedder(RemoteEmbedder):
    """Embeddings of version 2 by the ``cohere`` SDK, which tells passages from queries.

    Parameters
    ----------
    settings : Settings
        ``COHERE_API_KEY``, ``COHERE_BASE_URL``, time-out and retries.
    model : str, optional
        One of `models`, or any other that Cohere has.
    """

    name = "cohere"
    label = "Cohere"
    package = "cohere"
    address = "https://api.cohere.com"
    # https://docs.cohere.com/docs/cohere-embed
    dimensions: ClassVar[dict[str, int]] = {
        "embed-v4.0": 1536,
        "embed-english-v3.0": 1024,
        "embed-multilingual-v3.0": 1024,
        "embed-english-light-v3.0": 384,
        "embed-multilingual-light-v3.0": 384,
    }
    models = tuple(dimensions)
    windows: ClassVar[dict[str, int]] = {"embed-v4.0": 128_000}
    most_texts = 96

    def connect(self, sdk: Any) -> Any:
        """Make the client."""
        return cohere_client(sdk, self.key, self.place)

    def disconnect(self, client: Any) -> None:
        """Close one client."""
        close_cohere(client)

    def ask(self, client: Any, texts: list[str], role: Role) -> tuple[list[Any], int]:
        """Make one request and return its vectors and the tokens billed."""
        reply = client.embed(
            model=self.model,
            texts=texts,
            input_type=_KINDS[role],
            embedding_types=["float"],
            # A text beyond the window is an error, not a vector of its beginning.
            truncate="NONE",
        )
        billed = reply.meta.billed_units if reply.meta else None
        return reply.embeddings.float_ or [], int(billed.input_tokens or 0) if billed else 0

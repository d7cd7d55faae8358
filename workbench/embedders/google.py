"""Google's embeddings, by the Gemini Developer API."""

from __future__ import annotations

from typing import Any, ClassVar

from workbench.embedders.base import Role
from workbench.embedders.remote import RemoteEmbedder
from workbench.remote.clients import close_google, google_client

__all__ = ["GoogleEmbedder"]

_TASKS = {"passage": "RETRIEVAL_DOCUMENT", "query": "RETRIEVAL_QUERY"}
_CHARACTERS_A_TOKEN = 4


class GoogleEmbedder(RemoteEmbedder):
    """Embeddings by the ``google-genai`` SDK, which tells passages from queries.

    Parameters
    ----------
    settings : Settings
        ``GOOGLE_API_KEY``, ``GOOGLE_BASE_URL``, time-out and retries.
    model : str, optional
        One of `models`, or any other that Google has.
    """

    name = "google"
    label = "Google Gemini"
    package = "google.genai"
    address = "https://generativelanguage.googleapis.com"
    # https://ai.google.dev/gemini-api/docs/embeddings
    dimensions: ClassVar[dict[str, int]] = {"gemini-embedding-001": 3072}
    models = tuple(dimensions)
    least_window = 2048
    most_texts = 100

    def connect(self, sdk: Any) -> Any:
        """Make the client."""
        return google_client(sdk, self.key, self.place)

    def disconnect(self, client: Any) -> None:
        """Close one client."""
        close_google(client)

    def ask(self, client: Any, texts: list[str], role: Role) -> tuple[list[Any], int]:
        """Make one request and return its vectors and the tokens read.

        This interface counts no tokens, so that they are reckoned as Google's pages do: one for
        four characters.
        """
        reply = client.models.embed_content(
            model=self.model,
            # As contents of their own: the SDK melts plain strings into one for some models.
            contents=[{"role": "user", "parts": [{"text": text}]} for text in texts],
            config={"task_type": _TASKS[role]},
        )
        tokens = sum(-(-len(text) // _CHARACTERS_A_TOKEN) for text in texts)
        return [row.values or [] for row in reply.embeddings or ()], tokens

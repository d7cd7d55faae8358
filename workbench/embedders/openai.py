"""OpenAI's embeddings, or those of any server that speaks their protocol."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, ClassVar

from workbench.embedders.base import Vectors, checked_texts
from workbench.errors import BadInput, MissingExtra, MissingKey, ProviderFailed, WorkbenchError
from workbench.security import Redactor
from workbench.settings import Settings

__all__ = ["OpenAIEmbedder"]

_ADDRESS = "https://api.openai.com/v1"
_DIMENSIONS = {
    "text-embedding-3-small": 1536,
    "text-embedding-3-large": 3072,
    "text-embedding-ada-002": 1536,
}
# One request takes 2,048 texts and 300,000 tokens; a token is a character at worst.
_MOST_TEXTS = 512
_MOST_CHARACTERS = 250_000
_LOOK = "Try again; if it stays, check the network and OPENAI_BASE_URL."
_WAIT = "Try again in a while."
_CHANGE = "Change the texts or the model."


class OpenAIEmbedder:
    """Embeddings by the ``openai`` SDK.

    Parameters
    ----------
    settings : Settings
        ``OPENAI_API_KEY``, ``OPENAI_BASE_URL``, time-out and retries.
    model : str, optional
        One of `models`, or any other that the server at ``OPENAI_BASE_URL`` has.
    """

    name = "openai"
    models: ClassVar[tuple[str, ...]] = tuple(_DIMENSIONS)

    def __init__(self, settings: Settings, model: str | None = None) -> None:
        self._settings = settings
        self._making = threading.Lock()
        self.model = model or self.models[0]

    @cached_property
    def dimension(self) -> int:
        """Columns of what `embed` returns; asked of the server for a model that is not listed."""
        known = _DIMENSIONS.get(self.model)
        return known if known is not None else int(self.embed(["dimension"]).shape[1])

    def available(self) -> str | None:
        """Return why this embedder cannot be used now, or ``None`` when it can."""
        if not self._key:
            return "OPENAI_API_KEY is not set."
        if importlib.util.find_spec("openai") is None:
            return "Its SDK is not installed: `pip install 'autogent-studio[chat]'`."
        return None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row of unit length a text; see `embed_with_usage`."""
        return self.embed_with_usage(texts)[0]

    def embed_with_usage(self, texts: Sequence[str]) -> tuple[Vectors, int]:
        """Return one row of unit length a text, and the tokens that the provider counted.

        Raises
        ------
        BadInput
            For an empty text, an unknown model, and what else the provider does not accept.
        MissingKey, MissingExtra
            The key is not set, or the SDK is not installed.
        ProviderFailed
            The provider did not answer, or not as it should.
        """
        import numpy as np

        checked = checked_texts(texts)
        if not checked:
            return np.empty((0, self.dimension), dtype=np.float32), 0
        parts = [self._asked(batch) for batch in _batches(checked)]
        widths = {part.shape[1] for part, _ in parts}
        if len(widths) > 1 or not widths <= {_DIMENSIONS.get(self.model, *widths)}:
            raise self._nonsense("vectors of another length")
        vectors = np.concatenate([part for part, _ in parts])
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not (np.isfinite(lengths).all() and lengths.all()):
            raise self._nonsense("vectors that are no directions")
        return vectors / lengths, sum(tokens for _, tokens in parts)

    def close(self) -> None:
        """Close the SDK's connections; a later request opens new ones."""
        client = self.__dict__.pop("_client", None)
        if client is not None:
            client.close()

    @property
    def _key(self) -> str:
        secret = self._settings.openai_api_key
        return secret.get_secret_value() if secret is not None else ""

    @cached_property
    def _client(self) -> Any:
        if not self._key:
            raise MissingKey(
                "OpenAI needs a key and OPENAI_API_KEY is not set.",
                "Set OPENAI_API_KEY in the environment, .env or config.toml, or use the model 'minilm'.",
            )
        try:
            import openai
        except ModuleNotFoundError:
            raise MissingExtra(
                "OpenAI needs the Python package of its SDK, which is not installed.",
                "Run `pip install 'autogent-studio[chat]'`.",
            ) from None
        client = openai.OpenAI(
            api_key=self._key,
            base_url=self._settings.openai_base_url or _ADDRESS,
            timeout=self._settings.workbench_timeout,
            max_retries=self._settings.workbench_retries,
        )
        # what the SDK took from its own environment variables
        client.organization = client.project = client.admin_api_key = client.webhook_secret = None
        client._custom_headers = {}  # noqa: SLF001 - OPENAI_CUSTOM_HEADERS has no public way out
        return client

    def _asked(self, batch: list[str]) -> tuple[Vectors, int]:
        import numpy as np

        with self._making:
            client = self._client
        try:
            reply = client.embeddings.create(model=self.model, input=batch)
            rows = sorted(reply.data, key=lambda row: row.index)
            vectors = np.array([row.embedding for row in rows], dtype=np.float32)
            tokens = int(reply.usage.prompt_tokens) if reply.usage else 0
        except Exception as error:  # noqa: BLE001 - the SDK lets through whatever its parsers raise
            failure = self._failure(error)
        else:
            if [row.index for row in rows] != list(range(len(batch))) or vectors.ndim != 2:  # noqa: PLR2004
                raise self._nonsense(f"{len(rows)} vectors for {len(batch)} texts")
            return vectors, tokens
        # Raised outside the handler, or the SDK's exception, which holds the key, would hang on.
        raise failure

    def _failure(self, error: Exception) -> WorkbenchError:
        clean = Redactor(self._settings.secrets()).text
        kind, message, hint = _sentence(error, self.model, self._settings)
        details: dict[str, Any] = {"provider": self.name, "model": self.model}
        if (status := getattr(error, "status_code", None)) is not None:
            details["status"] = status
        return kind(clean(message), hint, details=details)

    def _nonsense(self, what: str) -> ProviderFailed:
        return ProviderFailed(
            f"OpenAI answered the request for embeddings with {what}.",
            "Try again; if it stays, check OPENAI_BASE_URL.",
            details={"provider": self.name, "model": self.model},
        )


def _batches(texts: list[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    characters = 0
    for text in texts:
        if batch and (len(batch) == _MOST_TEXTS or characters + len(text) > _MOST_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(text)
        characters += len(text)
    yield batch


def _sentence(error: Exception, model: str, settings: Settings) -> tuple[type[WorkbenchError], str, str]:
    import openai

    said: tuple[tuple[type[Exception], type[WorkbenchError], str, str], ...] = (
        # a time-out is a connection error too, so it comes first
        (
            openai.APITimeoutError,
            ProviderFailed,
            f"OpenAI stayed silent for more than {settings.workbench_timeout:g} seconds",
            "Try again, or raise WORKBENCH_TIMEOUT.",
        ),
        (openai.APIConnectionError, ProviderFailed, "OpenAI could not be reached", _LOOK),
        (
            openai.AuthenticationError,
            ProviderFailed,
            "OpenAI refused the key in OPENAI_API_KEY",
            "Check OPENAI_API_KEY.",
        ),
        (openai.NotFoundError, BadInput, f"OpenAI has no embedding model {model!r}", "Choose another model."),
        (openai.BadRequestError, BadInput, "OpenAI did not accept the texts", _CHANGE),
        (openai.UnprocessableEntityError, BadInput, "OpenAI did not accept the texts", _CHANGE),
        (openai.RateLimitError, ProviderFailed, "OpenAI takes no more requests now", _WAIT),
        (openai.APIStatusError, ProviderFailed, "OpenAI failed", _WAIT),
        (Exception, ProviderFailed, "OpenAI sent an answer that could not be read", _LOOK),
    )
    kind, message, hint = next(row[1:] for row in said if isinstance(error, row[0]))
    return kind, message + _words(error), hint


def _words(error: Exception) -> str:
    body = getattr(error, "body", None)
    said = body.get("message") if isinstance(body, dict) else None
    return f": {str(said).rstrip('.')}." if said else "."

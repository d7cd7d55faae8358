"""What the embedders behind a network share: batches, checks of what comes back, usage."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, ClassVar

from workbench.embedders.base import Progress, Role, Spans, Vectors, checked_texts
from workbench.embedders.estimate import MOST_TOKENS_OF_A_SPAN, estimated_spans
from workbench.errors import ProviderFailed
from workbench.remote import RemoteService
from workbench.settings import Settings

__all__ = ["RemoteEmbedder"]


class RemoteEmbedder(RemoteService):
    """An embedder spoken to by its official SDK; makes the SDK's client on first use.

    Parameters
    ----------
    settings : Settings
        Key, address, time-out and retries.
    model : str, optional
        One of `models`, or any other that the provider has.

    Attributes
    ----------
    dimensions : dict of str to int
        Columns of each listed model's vectors.
    windows : dict of str to int
        Most tokens that a model reads, by the beginning of its name.
    least_window : int
        The same of a model that no name of `windows` fits.
    most_texts, most_characters : int
        Of one request.
    """

    dimensions: ClassVar[dict[str, int]]
    models: ClassVar[tuple[str, ...]]
    windows: ClassVar[dict[str, int]] = {}
    least_window: ClassVar[int] = 512
    most_texts: ClassVar[int]
    most_characters: ClassVar[int] = 250_000
    instead = "use the model 'minilm'"
    remote = True
    # A provider does not say how it computes; the same request has been seen to differ in the last digits.
    exact = False

    def __init__(self, settings: Settings, model: str | None = None) -> None:
        super().__init__(settings)
        self._making = threading.Lock()
        self.model = model or self.models[0]

    @cached_property
    def dimension(self) -> int:
        """Columns of what `embed` returns; asked of the provider for a model that is not listed."""
        known = self.dimensions.get(self.model)
        return known if known is not None else int(self.embed(["dimension"]).shape[1])

    @property
    def window(self) -> int:
        """The most spans of a text that are surely read: see `spans`."""
        named = (most for name, most in self.windows.items() if self.model.startswith(name))
        return next(named, self.least_window) // MOST_TOKENS_OF_A_SPAN

    @property
    def fingerprint(self) -> str:
        """Provider, model and dimension: no provider tells more of its weights."""
        return f"{self.name}:{self.model}:{self.dimension}"

    def spans(self, text: str) -> Spans:
        """Return pieces of about a token: the provider's tokenizer is not on this machine."""
        return estimated_spans(text)

    def embed(
        self, texts: Sequence[str], *, role: Role = "passage", progress: Progress | None = None
    ) -> Vectors:
        """Return one row of unit length a text; see `embed_with_usage`."""
        return self.embed_with_usage(texts, role=role, progress=progress)[0]

    def embed_with_usage(
        self, texts: Sequence[str], *, role: Role = "passage", progress: Progress | None = None
    ) -> tuple[Vectors, int]:
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
        parts: list[Vectors] = []
        done = used = 0
        for batch in self.batches(checked):
            vectors, tokens = self._asked(batch, role)
            parts.append(vectors)
            used += tokens
            done += len(batch)
            if progress is not None:
                progress(done, len(checked))
        return self._unit(parts), used

    def batches(self, texts: Sequence[str]) -> Iterator[list[str]]:
        """Yield the texts of one request after another."""
        batch: list[str] = []
        characters = 0
        for text in texts:
            if batch and (len(batch) == self.most_texts or characters + len(text) > self.most_characters):
                yield batch
                batch, characters = [], 0
            batch.append(text)
            characters += len(text)
        yield batch

    @abstractmethod
    def ask(self, client: Any, texts: list[str], role: Role) -> tuple[list[Any], int]:
        """Make one request and return its vectors, in the texts' order, and the tokens counted."""

    def _asked(self, batch: list[str], role: Role) -> tuple[Vectors, int]:
        with self._making:
            client = self.client
        return self.call(lambda: self._answered(client, batch, role), self.model)

    def _answered(self, client: Any, batch: list[str], role: Role) -> tuple[Vectors, int]:
        import numpy as np

        rows, tokens = self.ask(client, batch, role)
        if len(rows) != len(batch):
            raise self._nonsense(f"{len(rows)} vectors for {len(batch)} texts")
        if len({len(row) for row in rows}) > 1:
            raise self._nonsense("vectors of another length")
        return np.array(rows, dtype=np.float32), tokens

    def _unit(self, parts: list[Vectors]) -> Vectors:
        import numpy as np

        widths = {part.shape[1] for part in parts}
        if len(widths) > 1 or not widths <= {self.dimensions.get(self.model, *widths)}:
            raise self._nonsense("vectors of another length")
        vectors = np.concatenate(parts)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not (np.isfinite(lengths).all() and lengths.all()):
            raise self._nonsense("vectors that are no directions")
        return vectors / lengths

    def _nonsense(self, what: str) -> ProviderFailed:
        return ProviderFailed(
            f"{self.label} answered the request for embeddings with {what}.",
            f"Try again; if it stays, check {self.place.address_setting}.",
            details={"provider": self.name, "model": self.model},
        )

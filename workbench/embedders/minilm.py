"""all-MiniLM-L6-v2 on this machine, from weights that a Python package brings along.

Model by the sentence-transformers project (Apache-2.0): English, 384 numbers a text, of which
it reads the first 254 word pieces, some 200 words.

Two ways of computing the same model:

``all-MiniLM-L6-v2``
    In 32 bits, within 1e-6 of what ``sentence-transformers`` gives. Each text is computed alone,
    without padding, by one thread of onnxruntime, and as many texts at once as there are cores.
    That beats batches twice: there is no padding to compute and no thread that waits for the
    others, and a vector is the same bit for bit whatever texts come beside it.
``all-MiniLM-L6-v2-fast``
    With products of 8-bit integers, about twice as fast again and less exact: the cosine of a
    text's two vectors is about .999. It is as repeatable as the other.

``benchmarks/embedding.py`` measures both, and what the difference does to search.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from workbench.embedders import minilm_model
from workbench.embedders.base import Progress, Role, Spans, Vectors, checked_texts
from workbench.embedders.parallel import one_by_one
from workbench.errors import BadInput
from workbench.settings import Settings

__all__ = ["MiniLMEmbedder"]

_FAST = "all-MiniLM-L6-v2-fast"


class MiniLMEmbedder:
    """Embeddings by MiniLM in this process: no key, no network, no cost.

    Parameters
    ----------
    settings : Settings
        Under its home, in ``embedders``, lies what is made from the weights once.
    model : str, optional
        ``"all-MiniLM-L6-v2"`` by default, or ``"all-MiniLM-L6-v2-fast"``.
    """

    name = "minilm"
    models: ClassVar[tuple[str, ...]] = ("all-MiniLM-L6-v2", _FAST)
    dimension = minilm_model.DIMENSION
    window = minilm_model.LONGEST - 2
    remote = False
    exact = True

    def __init__(self, settings: Settings, model: str | None = None) -> None:
        if model not in {None, *self.models}:
            raise BadInput(
                f"The embedder {self.name} has no model {model!r}; it has {' and '.join(self.models)}.",
                "Leave the model out.",
                details={"field": "model"},
            )
        self.model = model or self.models[0]
        self._settings = settings
        self._small = self.model == _FAST

    @property
    def fingerprint(self) -> str:
        """The sha256 of the weights, and the way of computing where that changes the vectors."""
        way = "8-bit:" if self._small else ""
        return f"{self.name}:{way}{minilm_model.weights_digest()}"

    def available(self) -> str | None:
        """Return why this embedder cannot be used now, or ``None`` when it can."""
        if missing := minilm_model.lacks(small=self._small):
            return f"{missing} is not installed: `pip install 'autogent-studio[embeddings]'`."
        if self._small and minilm_model.slow_processor():
            return (
                f"This processor has no instructions for products of 8-bit integers (VNNI), so that {_FAST} "
                f"would be slower and less exact than {self.models[0]}: use that."
            )
        return None

    def embed(
        self, texts: Sequence[str], *, role: Role = "passage", progress: Progress | None = None
    ) -> Vectors:
        """Return one row of unit length a text; this model makes no difference between roles.

        Raises
        ------
        BadInput
            For an empty text.
        MissingExtra
            The extra ``embeddings`` is not installed.
        """
        del role
        checked = checked_texts(texts)
        encode = minilm_model.encoder(self._settings.home / "embedders", small=self._small)
        return one_by_one(encode, checked, self.dimension, progress)

    def embed_with_usage(
        self, texts: Sequence[str], *, role: Role = "passage", progress: Progress | None = None
    ) -> tuple[Vectors, int]:
        """Return what `embed` does, and 0: nothing is paid."""
        return self.embed(texts, role=role, progress=progress), 0

    def spans(self, text: str) -> Spans:
        """Return first character and end of each word piece of the whole text."""
        return minilm_model.pieces().spans(text)

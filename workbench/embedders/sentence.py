"""Any model of sentence-transformers, by its name or from a folder."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from workbench.embedders.base import Progress, Role, Spans, Vectors, checked_texts
from workbench.embedders.estimate import estimated_spans
from workbench.embedders.quiet import opened_quietly
from workbench.errors import BadInput, Corrupted, MissingExtra, MissingModel
from workbench.settings import Settings

__all__ = ["SentenceTransformersEmbedder"]

_LIBRARY = "sentence_transformers"
_INSTALL = "pip install 'autogent-studio[embeddings]'"
# What a model is made of; copies of the weights for other runtimes are left where they are.
_FILES = ("*.json", "*.txt", "*.model", "*.safetensors", "*.bin")
_OTHERS = {"onnx", "openvino"}
# Small ones waste little on padding, and on a processor large ones are slower besides.
_BATCH = 8
_REPORTED = 64
_USUAL = 512


class SentenceTransformersEmbedder:
    """Embeddings by a model of one's own choice, in this process.

    A name is looked for among the folders, then among what Hugging Face's libraries keep on this
    machine, and then fetched once. Code that comes with a model is not run.

    Parameters
    ----------
    settings : Settings
        Not used: there is nothing to set.
    model : str
        A folder, or a name such as ``"BAAI/bge-small-en-v1.5"``.
    """

    name = "sentence-transformers"
    models: ClassVar[tuple[str, ...]] = ()
    remote = False
    # Texts share batches, and rounding depends on their company.
    exact = False

    def __init__(self, settings: Settings, model: str | None = None) -> None:
        del settings
        if not model:
            raise BadInput(
                "The embedder sentence-transformers needs a model.",
                "Name it, as in 'sentence-transformers:BAAI/bge-small-en-v1.5', or give its folder.",
                details={"field": "model"},
            )
        self.model = model
        self._opening = threading.RLock()

    def available(self) -> str | None:
        """Return why this embedder cannot be used now, or ``None`` when it can.

        Whether a model that is not on this machine can be fetched is not tried.
        """
        if importlib.util.find_spec(_LIBRARY) is None:
            return f"{_LIBRARY} is not installed: `{_INSTALL}`."
        if _is_path(self.model) and not Path(self.model).expanduser().is_dir():
            return f"There is no folder {self.model}."
        return None

    @cached_property
    def dimension(self) -> int:
        """Columns of what `embed` returns."""
        return int(self._model.get_embedding_dimension())

    @cached_property
    def window(self) -> int:
        """The most tokens of a text that are read, those of the model's prompts not counted."""
        longest = self._model.max_seq_length or _USUAL
        added = self._tokenizer.num_special_tokens_to_add(is_pair=False) if self._tokenizer else 2
        prompts = (self._model.prompts or {}).values()
        return (
            int(longest) - added - max((len(self.spans(prompt)) for prompt in prompts if prompt), default=0)
        )

    @cached_property
    def fingerprint(self) -> str:
        """The sha256 of the model's files."""
        digest = hashlib.sha256()
        for file in _files(self._folder):
            with file.open("rb") as opened:
                content = hashlib.file_digest(opened, "sha256").digest()
            digest.update(file.relative_to(self._folder).as_posix().encode() + b"\0" + content)
        return f"{self.name}:sha256:{digest.hexdigest()}"

    def embed(
        self, texts: Sequence[str], *, role: Role = "passage", progress: Progress | None = None
    ) -> Vectors:
        """Return one row of unit length a text, with the model's own prompt for the role.

        Raises
        ------
        BadInput
            For an empty text.
        MissingExtra, MissingModel
            The extra ``embeddings`` is not installed, or the model is not on this machine and
            cannot be fetched.
        """
        import numpy as np

        checked = checked_texts(texts)
        vectors: Vectors = np.empty((len(checked), self.dimension), dtype=np.float32)
        encode = self._model.encode_query if role == "query" else self._model.encode_document
        order = sorted(range(len(checked)), key=lambda row: -len(checked[row]))
        for start in range(0, len(order), _REPORTED):
            rows = order[start : start + _REPORTED]
            vectors[rows] = _encoded(encode, [checked[row] for row in rows])
            if progress is not None:
                progress(start + len(rows), len(checked))
        return vectors

    def embed_with_usage(
        self, texts: Sequence[str], *, role: Role = "passage", progress: Progress | None = None
    ) -> tuple[Vectors, int]:
        """Return what `embed` does, and 0: nothing is paid."""
        return self.embed(texts, role=role, progress=progress), 0

    def spans(self, text: str) -> Spans:
        """Return first character and end of each token of the whole text."""
        if self._tokenizer is None:
            return estimated_spans(text)
        return [
            (start, end)
            for start, end in self._tokenizer.encode(text, add_special_tokens=False).offsets
            if start < end
        ]

    @cached_property
    def _folder(self) -> Path:
        folder = Path(self.model).expanduser()
        return folder if folder.is_dir() else _fetched(self.model)

    @property
    def _model(self) -> Any:
        with self._opening:
            return self._opened

    @cached_property
    def _opened(self) -> Any:
        if importlib.util.find_spec(_LIBRARY) is None:
            raise MissingExtra(
                f"Embeddings by {self.model} need {_LIBRARY}, which is not installed.", f"Run `{_INSTALL}`."
            )
        folder = self._folder
        try:
            return opened_quietly(folder)
        except Exception as error:
            raise Corrupted(
                f"The embedding model in {folder} cannot be read.", "Fetch it again, or choose another."
            ) from error

    @cached_property
    def _tokenizer(self) -> Any:
        """The model's tokenizer without its limit, where it is one of those that know offsets."""
        backend = getattr(self._model.tokenizer, "backend_tokenizer", None)
        if backend is None:
            return None
        copy = type(backend).from_str(backend.to_str())
        copy.no_padding()
        copy.no_truncation()
        return copy


def _encoded(encode: Callable[..., Any], texts: list[str]) -> Vectors:
    vectors: Vectors = encode(
        texts, batch_size=_BATCH, convert_to_numpy=True, normalize_embeddings=True, show_progress_bar=False
    )
    return vectors


def _is_path(model: str) -> bool:
    return model.startswith((".", "~", os.sep)) or model.count("/") > 1


def _files(folder: Path) -> list[Path]:
    found = {file for pattern in _FILES for file in folder.rglob(pattern)}
    return sorted(file for file in found if not _OTHERS & set(file.relative_to(folder).parts))


def _fetched(model: str) -> Path:
    """Find the model's folder among what is on this machine, or fetch it."""
    if _is_path(model):
        raise MissingModel(f"There is no folder {model}.", "Correct the path of the embedding model.")
    import huggingface_hub

    wanted = [*_FILES, *(f"*/{pattern}" for pattern in _FILES)]
    others = [f"{other}/*" for other in _OTHERS]
    for here in (True, False):
        try:
            return Path(
                huggingface_hub.snapshot_download(
                    model, allow_patterns=wanted, ignore_patterns=others, local_files_only=here
                )
            )
        except Exception:  # noqa: BLE001, S110 - whatever stands in the way, the next line says what to do
            pass
    raise MissingModel(
        f"The embedding model {model} is not on this machine and could not be fetched.",
        "Check its name and the network, or give the folder of a copy.",
    )

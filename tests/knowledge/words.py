"""An embedder of somebody else's: counts hashed words, so that a test need not load a model."""

from __future__ import annotations

import re
import zlib
from importlib.metadata import EntryPoint
from typing import ClassVar

import numpy as np

from workbench import embedders

EMBEDDED: list[str] = []
"""Every passage that was embedded, in order."""
_WORD = re.compile(r"\w+")


class WordsEmbedder:
    """A vector of 64 counts of hashed words, of unit length."""

    models: ClassVar[tuple[str, ...]] = ("words-64",)
    name = "words"
    remote = False
    exact = True
    dimension = 64
    window = 200

    def __init__(self, settings, model=None):
        self.model = model or self.models[0]

    @property
    def fingerprint(self):
        return f"words/{self.model}"

    def available(self):
        return None

    def embed(self, texts, *, role="passage", progress=None):
        return self.embed_with_usage(texts, role=role, progress=progress)[0]

    def embed_with_usage(self, texts, *, role="passage", progress=None):
        if role == "passage":
            EMBEDDED.extend(texts)
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in _WORD.findall(text.lower()):
                row[zlib.crc32(word.encode()) % self.dimension] += 1
            row[0] += 1e-3
        if progress is not None:
            progress(len(texts), len(texts))
        return rows / np.linalg.norm(rows, axis=1, keepdims=True), 0

    def spans(self, text):
        return [match.span() for match in re.finditer(r"\w+|[^\w\s]", text)]


def register() -> None:
    """Make the embedder known as an installed package would."""
    point = EntryPoint("words", "tests.knowledge.words:WordsEmbedder", "workbench.embedders")
    embedders._PLUGINS.points["words"] = point
    EMBEDDED.clear()

"""Documents cut into passages that an embedder can read whole."""

from __future__ import annotations

from workbench.knowledge.chunking.passages import CHUNKER, Chunk, chunk_document
from workbench.knowledge.chunking.plain import chunk_text
from workbench.knowledge.chunking.sentences import sentences

__all__ = ["CHUNKER", "Chunk", "chunk_document", "chunk_text", "sentences"]

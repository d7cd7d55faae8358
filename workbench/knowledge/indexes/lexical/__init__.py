"""Ranking by words: BM25, the same on one machine and in a shared database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.knowledge.indexes.lexical.analysis import matched_terms

if TYPE_CHECKING:
    from workbench.knowledge.indexes.base import LexicalIndex, VectorSource
    from workbench.settings import Settings

__all__ = ["matched_terms", "open_lexical"]


def open_lexical(source: VectorSource, folder: Path, settings: Settings) -> LexicalIndex:
    """Open the lexical index of a knowledge base; `LexicalIndex.refresh` then fills it.

    Parameters
    ----------
    source : VectorSource
        The truth that it follows; where its database is a server, the index lies there.
    folder : Path
        For files; one for each source.
    settings : Settings
        What it is made with.

    Raises
    ------
    MissingExtra
        If tantivy, which cuts words and keeps the index, is not installed.
    """
    from workbench.knowledge.indexes.lexical.local import LocalLexicalIndex

    if source.database.embedded:
        return LocalLexicalIndex(source, folder, settings)
    from workbench.knowledge.indexes.lexical.postgres import PostgresLexicalIndex

    return PostgresLexicalIndex(source, folder, settings)

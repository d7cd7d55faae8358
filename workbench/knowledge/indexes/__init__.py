"""Vector and lexical indexes: rebuildable caches over the chunks that the database holds.

A vector index of one's own is a class with the shape of `VectorIndex`, made with a source, a folder and
the settings, registered the same way as the built-in ones::

    [project.entry-points."workbench.indexes"]
    mine = "my_package.index:MyIndex"
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from workbench.errors import MissingExtra
from workbench.knowledge.indexes.base import LexicalIndex, VectorIndex, VectorSource
from workbench.knowledge.indexes.lexical import matched_terms, open_lexical
from workbench.plugins import Plugins

if TYPE_CHECKING:
    from workbench.settings import Settings

__all__ = [
    "LexicalIndex",
    "VectorIndex",
    "VectorSource",
    "index_names",
    "matched_terms",
    "open_index",
    "open_lexical",
]

_PLUGINS = Plugins("workbench.indexes", "vector index", "index")


def index_names() -> list[str]:
    """Return the names of the registered vector indexes, sorted; none is loaded."""
    return _PLUGINS.names()


def open_index(source: VectorSource, folder: Path, settings: Settings, *, kind: str = "auto") -> VectorIndex:
    """Open the vector index of a knowledge base; `VectorIndex.refresh` then fills it.

    Parameters
    ----------
    source : VectorSource
        The truth that it follows.
    folder : Path
        For its files; one for each source.
    settings : Settings
        What it is made with.
    kind : str
        One of `index_names`, or ``"auto"``: in the database where that is PostgreSQL with pgvector, else
        on this machine, exact to the measured crossing and a graph above it.

    Raises
    ------
    BadInput
        For a name that nobody registered.
    MissingExtra
        For an index that cannot be used here; it says why.
    """
    if kind == "auto":
        return _automatic(source, folder, settings)
    index = _made(kind, source, folder, settings)
    if reason := index.available():
        raise MissingExtra(f"The index {kind!r} cannot be used here: {reason}", f"Use {_others(kind)}.")
    return index


def _automatic(source: VectorSource, folder: Path, settings: Settings) -> VectorIndex:
    if not source.database.embedded:
        shared = _made("pgvector", source, folder, settings)
        if shared.available() is None:
            return shared
    from workbench.knowledge.indexes.hnsw import LocalIndex

    return LocalIndex(source, folder, settings)


def _made(kind: str, source: VectorSource, folder: Path, settings: Settings) -> VectorIndex:
    return cast("VectorIndex", _PLUGINS.load(kind)(source, folder, settings))


def _others(kind: str) -> str:
    return " or ".join(name for name in ["auto", *index_names()] if name != kind)

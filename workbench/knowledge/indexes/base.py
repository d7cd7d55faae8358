"""What an index is made from and what it answers.

The database is the truth. An index is made from a `VectorSource`, follows its revisions, and may be
thrown away at any time: it is rebuilt from the source.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from workbench.storage.database import Database

__all__ = ["Floats", "Halves", "Ids", "LexicalIndex", "VectorIndex", "VectorSource"]

Ids: TypeAlias = "NDArray[np.int64]"
Floats: TypeAlias = "NDArray[np.float32]"
Halves: TypeAlias = "NDArray[np.float16]"


@runtime_checkable
class VectorSource(Protocol):
    """The chunks of one generation of one knowledge base, as the database has them now.

    Attributes
    ----------
    base_id : str
        The knowledge base.
    generation : int
        Which of its generations; each embedder has its own.
    dimension : int
        Columns of every vector.
    fingerprint : str
        Pins the embedder: equal fingerprints mean the same vectors for the same text.
    database : Database
        Where the chunks lie.
    """

    base_id: str
    generation: int
    dimension: int
    fingerprint: str
    database: Database

    def revision(self) -> int:
        """Return the number of changes so far; chunks and removals carry the one that made them."""

    def count(self) -> int:
        """Return how many chunks there are now."""

    def vectors(self, after: int, upto: int) -> Iterator[tuple[Ids, Halves]]:
        """Yield ids and unit vectors, in batches, of chunks that came in ``(after, upto]`` and still exist.

        They ascend by revision, then by id.
        """

    def texts(self, after: int, upto: int) -> Iterator[list[tuple[int, str]]]:
        """Yield ids and texts of the same chunks in the same order."""

    def removed(self, after: int, upto: int) -> Ids:
        """Return the ids that were removed in ``(after, upto]``."""


@runtime_checkable
class VectorIndex(Protocol):
    """Nearest neighbours by cosine, found by the entry-point group ``workbench.indexes``.

    It is made with a source, a folder of its own for files, and the settings. Many threads may
    search while one refreshes, and several processes may share the folder.

    Attributes
    ----------
    name : str
        How it answers now, such as ``exact`` or ``hnsw``.
    """

    @property
    def name(self) -> str:
        """How it answers now."""

    def available(self) -> str | None:
        """Return why this index cannot be used here, or ``None`` when it can."""

    def refresh(self) -> None:
        """Catch up with the source; cheap when nothing changed.

        Raises
        ------
        Corrupted
            If the source holds a vector that is not one.
        """

    def search(self, query: Floats, limit: int, allowed: Ids | None = None) -> tuple[Ids, Floats]:
        """Return the nearest chunks.

        Parameters
        ----------
        query : float32 array of shape (dimension,)
            Of unit length.
        limit : int
            Most results.
        allowed : sorted int64 array, optional
            The only ids that may be returned; unset means all.

        Returns
        -------
        ids, similarity
            The cosine, from -1 to 1, descending; equal ones by id. Fewer than ``limit`` where there are no
            more.
        """

    def count(self) -> int:
        """Return how many chunks it answers from."""

    def memory_bytes(self) -> int:
        """Return what it keeps in this process's memory."""

    def settle(self) -> None:
        """Wait until work in the background, such as a build, is done."""

    def close(self) -> None:
        """Stop work in the background and let go of files."""


@runtime_checkable
class LexicalIndex(Protocol):
    """Ranking by words (BM25), under the same promises as `VectorIndex`."""

    def refresh(self) -> None:
        """Catch up with the source; cheap when nothing changed."""

    def search(self, query: str, limit: int, allowed: Ids | None = None) -> tuple[Ids, Floats]:
        """Return the chunks that hold words of the query.

        Parameters
        ----------
        query : str
            A user's own words; nothing in it is syntax.
        limit : int
            Most results.
        allowed : sorted int64 array, optional
            The only ids that may be returned; unset means all.

        Returns
        -------
        ids, scores
            BM25, above 0, descending; equal ones by id.
        """

    def count(self) -> int:
        """Return how many chunks it answers from."""

    def close(self) -> None:
        """Let go of files."""

"""Nothing enters an index that is no unit vector of its dimension."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.errors import BadInput, Corrupted

if TYPE_CHECKING:
    from workbench.knowledge.indexes.base import Floats, Halves, Ids, VectorSource

__all__ = ["checked_query", "checked_vectors"]

TOLERANCE = 0.01
"""How far a stored length may be from 1; float16 at 384 columns moves it by less than 0.0005."""


def checked_vectors(source: VectorSource, ids: Ids, vectors: Halves) -> Halves:
    """Return what the source gave if every row is a unit vector of its dimension.

    Raises
    ------
    Corrupted
        Naming the first chunk whose vector is not.
    """
    import numpy as np

    if vectors.ndim != 2 or vectors.shape != (len(ids), source.dimension):  # noqa: PLR2004
        raise _damaged(int(ids[0]), f"has not the {source.dimension} columns of its knowledge base")
    lengths = np.linalg.norm(vectors.astype(np.float32), axis=1)
    # Written so that a length that is no number fails too.
    wrong = ~(np.abs(lengths - 1) <= TOLERANCE)
    if wrong.any():
        raise _damaged(int(ids[np.argmax(wrong)]), "is not of unit length")
    return vectors


def checked_query(query: Floats, dimension: int) -> Floats:
    """Return the query as float32 if it can be compared with the index.

    Raises
    ------
    BadInput
        If it has another dimension or holds what is no number.
    """
    import numpy as np

    vector = np.ascontiguousarray(query, dtype=np.float32)
    if vector.shape != (dimension,):
        raise BadInput(
            f"The query's vector has the shape {vector.shape} and the index holds {dimension} columns.",
            "Embed the query with the knowledge base's own embedder.",
        )
    if not np.isfinite(vector).all():
        raise BadInput("The query's vector holds what is no finite number.", "Embed the query again.")
    return vector


def _damaged(chunk: int, what: str) -> Corrupted:
    return Corrupted(
        f"The stored vector of chunk {chunk} {what}.", "Run `%kb reindex` to embed the knowledge base again."
    )

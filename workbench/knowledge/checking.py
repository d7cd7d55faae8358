"""Whether a knowledge base is what it says: texts, passages, vectors, counts and indexes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from workbench.knowledge.documents import read_documents
from workbench.knowledge.engine import Engine
from workbench.knowledge.source import FLOAT16
from workbench.storage.database import Database
from workbench.storage.knowledge import ChunkRow, KnowledgeFile
from workbench.storage.models import File, KnowledgeBase

__all__ = ["problems"]


def problems(database: Database, base: KnowledgeBase, engine: Engine | None) -> list[str]:
    """Return sentences on what is wrong, none when the base is sound."""
    found = [*_passages(database, base), *_counts(database, base)]
    if engine is not None:
        engine.refresh()
        engine.vectors.settle()
        held = {"vector": engine.vectors.count(), "word": engine.words.count()}
        found += [
            f"The {name} index holds {count} passages, the database {base.total_chunks}."
            for name, count in held.items()
            if count != base.total_chunks
        ]
    return found


def _present(base: KnowledgeBase) -> tuple[Any, ...]:
    return (
        ChunkRow.base_id == base.id,
        ChunkRow.generation == base.generation,
        ChunkRow.revision.is_not(None),
    )


def _passages(database: Database, base: KnowledgeBase) -> Iterator[str]:
    """Hold each passage against the text that it was cut from."""
    with database.session() as session:
        files = session.execute(
            select(File.id, File.filename, File.document, KnowledgeFile.status)
            .join(KnowledgeFile, KnowledgeFile.file_id == File.id)
            .where(KnowledgeFile.base_id == base.id)
        ).all()
    for file_id, filename, key, status in files:
        with database.session() as session:
            rows = session.scalars(
                select(ChunkRow)
                .where(*_present(base), ChunkRow.file_id == file_id)
                .order_by(ChunkRow.position)
            ).all()
        if status == "ready" and not rows:
            yield f"{filename} is ready and nothing of it can be found."
        if status != "ready" and rows:
            yield f"{filename} is {status} and can be found."
        document = read_documents(database, [key] if key else []).get(key or "")
        for position, row in enumerate(rows):
            if row.position != position:
                yield f"{filename} lacks passage {position}."
                break
            if document is None or document.text[row.start : row.end] != row.content:
                yield f"Passage {row.id} of {filename} is not the text at {row.start} to {row.end}."
            if len(row.vector) != _width(base):
                yield f"The vector of passage {row.id} of {filename} is not of {base.dimension} numbers."


def _width(base: KnowledgeBase) -> int:
    import numpy as np

    return (base.dimension or 0) * np.dtype(FLOAT16).itemsize


def _counts(database: Database, base: KnowledgeBase) -> Iterator[str]:
    ready = select(func.count()).where(KnowledgeFile.base_id == base.id, KnowledgeFile.status == "ready")
    with database.session() as session:
        row = session.get_one(KnowledgeBase, base.id)
        files = session.scalar(ready)
        chunks = session.scalar(select(func.count()).select_from(ChunkRow).where(*_present(row)))
    if (files, chunks) != (row.file_count, row.total_chunks):
        yield (
            f"The base counts {row.file_count} files and {row.total_chunks} passages;"
            f" there are {files} and {chunks}."
        )

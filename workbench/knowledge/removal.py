"""Taking passages out of knowledge bases, so that no index finds them again."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from workbench.errors import NotFound
from workbench.knowledge.bases import changed_state, entry_of
from workbench.storage.base import utcnow
from workbench.storage.knowledge import ChunkRow, KnowledgeFile, RemovalRow
from workbench.storage.models import File, KnowledgeBase

__all__ = ["locked", "recount", "remove_everywhere", "remove_file"]


def locked(session: Session, base_id: str) -> KnowledgeBase:
    """Begin a change of a base: others of the same base wait for its end; its revision is a new one.

    Raises
    ------
    NotFound
        The base was dropped.
    """
    session.execute(
        update(KnowledgeBase)
        .where(KnowledgeBase.id == base_id)
        .values(revision=KnowledgeBase.revision + 1, updated_at=utcnow())
        .execution_options(synchronize_session=False)
    )
    row = session.get(KnowledgeBase, base_id, populate_existing=True)
    if row is None:
        raise NotFound("The knowledge base was dropped meanwhile.", "Create it anew.")
    return row


def recount(session: Session, base: KnowledgeBase) -> None:
    """Count the base's files and passages."""
    ready = select(func.count(), func.coalesce(func.sum(KnowledgeFile.chunks), 0)).where(
        KnowledgeFile.base_id == base.id, KnowledgeFile.status == "ready"
    )
    base.file_count, base.total_chunks = (int(number) for number in session.execute(ready).one())
    session.flush()


def remove_everywhere(session: Session, file_id: str) -> None:
    """Take a file out of every base."""
    bases = session.scalars(
        select(KnowledgeFile.base_id).where(KnowledgeFile.file_id == file_id).order_by(KnowledgeFile.base_id)
    ).all()
    for base_id in bases:
        remove_file(session, base_id, file_id)


def remove_file(session: Session, base_id: str, file_id: str) -> KnowledgeBase:
    """Take a file and its passages out of a base.

    Raises
    ------
    NotFound
        It is not in there.
    """
    base = locked(session, base_id)
    place = session.get(KnowledgeFile, (base_id, file_id))
    if place is None:
        raise NotFound(f"The file {file_id!r} is not in the knowledge base {base.name!r}.")
    mine = (ChunkRow.base_id == base_id, ChunkRow.file_id == file_id)
    gone = select(ChunkRow.base_id, ChunkRow.generation, literal(base.revision), ChunkRow.id).where(
        *mine, ChunkRow.revision.is_not(None)
    )
    columns = ["base_id", "generation", "revision", "chunk_id"]
    session.execute(insert(RemovalRow).from_select(columns, gone))
    session.execute(delete(ChunkRow).where(*mine).execution_options(synchronize_session=False))
    if place.status == "ready":
        file = session.get_one(File, file_id)
        base.state = changed_state(base.state, removed=entry_of(base, file.filename, file.document))
    session.delete(place)
    session.flush()
    recount(session, base)
    return base

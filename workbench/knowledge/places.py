"""Which files are in a knowledge base, and how far each is."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from workbench.errors import NotFound
from workbench.knowledge.ingest import FileToAdd
from workbench.runs.identity import is_alive, owner
from workbench.storage.base import utcnow
from workbench.storage.database import Database
from workbench.storage.knowledge import DocumentRow, KnowledgeFile
from workbench.storage.models import File, KnowledgeBase

__all__ = ["begin", "files_of", "give_up", "new_reader", "unfinished"]

_AT_ONCE = 500


def new_reader() -> str:
    """Return a name for one addition: its process, and which of that process's."""
    return f"{owner()}/{uuid4().hex[:8]}"


def begin(session: Session, base: KnowledgeBase, file_ids: list[str], reader: str) -> list[FileToAdd]:
    """Mark the files as being added by this reader; return those that nobody added or is adding.

    Raises
    ------
    NotFound
        One is not there, or belongs to somebody else.
    """
    files: dict[str, File] = {}
    places: dict[str, KnowledgeFile] = {}
    for start in range(0, len(file_ids), _AT_ONCE):
        part = file_ids[start : start + _AT_ONCE]
        mine = select(File).where(File.id.in_(part), File.user_id == base.user_id)
        files |= {row.id: row for row in session.scalars(mine)}
        here = select(KnowledgeFile).where(KnowledgeFile.base_id == base.id, KnowledgeFile.file_id.in_(part))
        places |= {row.file_id: row for row in session.scalars(here)}
    if missing := [file_id for file_id in file_ids if file_id not in files]:
        raise NotFound(f"There is no file {missing[0]!r}.", "Upload it first.")
    fresh = [file_id for file_id in dict.fromkeys(file_ids) if file_id not in places]
    if fresh:
        at = {"base_id": base.id, "status": "processing", "reader": reader, "chunks": 0, "added_at": utcnow()}
        session.execute(insert(KnowledgeFile), [at | {"file_id": file_id} for file_id in fresh])
    again = {file_id: place for file_id, place in places.items() if _is_free(place)}
    for place in again.values():
        place.status, place.error, place.reader = "processing", None, reader
    wanted = [file_id for file_id in dict.fromkeys(file_ids) if file_id not in places or file_id in again]
    return [FileToAdd(file_id, files[file_id].filename, files[file_id].document or "") for file_id in wanted]


def give_up(database: Database, reader: str, file_ids: list[str], status: str, error: str | None) -> None:
    """Say of files that this reader is adding that they will not be; what is stored of them stays hidden."""
    with database.begin() as session:
        for start in range(0, len(file_ids), _AT_ONCE):
            session.execute(
                update(KnowledgeFile)
                .where(
                    KnowledgeFile.reader == reader,
                    KnowledgeFile.file_id.in_(file_ids[start : start + _AT_ONCE]),
                    KnowledgeFile.status == "processing",
                )
                .values(status=status, error=error, reader=None)
            )


def files_of(
    database: Database, base: KnowledgeBase, file_ids: list[str] | None = None
) -> list[dict[str, Any]]:
    """Return the base's files in the order of their coming."""
    statement = (
        select(KnowledgeFile, File.filename, File.file_type, DocumentRow.pages)
        .join(File, File.id == KnowledgeFile.file_id)
        .outerjoin(DocumentRow, DocumentRow.digest == File.document)
        .where(KnowledgeFile.base_id == base.id)
        .order_by(KnowledgeFile.added_at, File.filename, File.id)
    )
    with database.session() as session:
        rows = [
            _view(place, name, kind, pages) for place, name, kind, pages in session.execute(statement).all()
        ]
    if file_ids is None:
        return rows
    wanted = set(file_ids)
    return [row for row in rows if row["file_id"] in wanted]


def unfinished(database: Database, base: KnowledgeBase) -> list[str]:
    """Return the files that were to be added and are not searchable, unless somebody is at them."""
    return [file["file_id"] for file in files_of(database, base) if file["status"] in {"pending", "failed"}]


def _is_free(place: KnowledgeFile) -> bool:
    """Whether the file is not in the base and nobody living is adding it."""
    if place.status == "processing" and place.reader:
        return not is_alive(place.reader.partition("/")[0])
    return place.status != "ready"


def _view(place: KnowledgeFile, filename: str, file_type: str, pages: int | None) -> dict[str, Any]:
    abandoned = place.status == "processing" and _is_free(place)
    return {
        "file_id": place.file_id,
        "filename": filename,
        "file_type": file_type,
        "status": "pending" if abandoned else place.status,
        "error": place.error,
        "pages": pages or 0,
        "chunks": place.chunks,
        "added_at": place.added_at.isoformat(),
    }

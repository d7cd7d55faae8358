"""Uploaded files in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workbench.errors import BudgetExceeded, NotFound
from workbench.files import format_file_size
from workbench.runs.identity import is_alive
from workbench.settings import Settings, TierLimits
from workbench.storage.database import Database
from workbench.storage.knowledge import DocumentRow
from workbench.storage.models import File, User

__all__ = [
    "check_room",
    "free_abandoned",
    "owned_file",
    "owned_files",
    "owned_rows",
    "same_file",
    "stored_bytes",
    "view",
]

_AT_ONCE = 500


def owned_file(session: Session, file_id: str, user_id: str) -> File:
    """Return the user's file.

    Raises
    ------
    NotFound
        There is none, or it is somebody else's.
    """
    found = session.get(File, file_id)
    if found is None or found.user_id != user_id:
        raise _missing(file_id)
    return found


def owned_rows(session: Session, file_ids: Sequence[str], user_id: str) -> dict[str, File]:
    """Return the user's files by identifier.

    Raises
    ------
    NotFound
        There is no such file for one of them, or it is somebody else's.
    """
    found: dict[str, File] = {}
    for start in range(0, len(file_ids), _AT_ONCE):
        part = File.id.in_(file_ids[start : start + _AT_ONCE])
        found |= {row.id: row for row in session.scalars(select(File).where(part, File.user_id == user_id))}
    for file_id in file_ids:
        if file_id not in found:
            raise _missing(file_id)
    return found


def owned_files(
    session: Session,
    user_id: str,
    file_ids: Iterable[str] | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> list[dict[str, Any]]:
    """Return the user's files, the newest first; those after the one that the cursor names."""
    statement = (
        select(File, DocumentRow.pages, DocumentRow.characters)
        .outerjoin(DocumentRow, DocumentRow.digest == File.document)
        .where(File.user_id == user_id)
        .order_by(File.created_at.desc(), File.id)
    )
    if file_ids is not None:
        statement = statement.where(File.id.in_(list(file_ids)))
    if cursor is not None:
        last = owned_file(session, cursor, user_id)
        earlier = (File.created_at == last.created_at) & (File.id > last.id)
        statement = statement.where((File.created_at < last.created_at) | earlier)
    statement = statement.limit(limit)
    return [view(row, pages, characters) for row, pages, characters in session.execute(statement)]


def same_file(session: Session, user_id: str, name: str, digest: str) -> File | None:
    """Return the user's file of this name and content."""
    return session.scalar(
        select(File)
        .where(File.user_id == user_id, File.original_filename == name, File.storage_path == digest)
        .limit(1)
    )


def check_room(session: Session, settings: Settings, user_id: str, size: int) -> None:
    """Refuse what would pass the storage of the user's tier.

    Raises
    ------
    BudgetExceeded
        The tier's ``storage_bytes`` would be passed.
    NotFound
        There is no such user.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotFound(f"There is no user {user_id!r}.", "Create the user first.")
    most = settings.workbench_tiers.get(user.subscription_tier, TierLimits()).storage_bytes
    if most is None:
        return
    kept = stored_bytes(session, user_id)
    if kept + size > most:
        raise BudgetExceeded(
            f"The file has {format_file_size(size)} and your files {format_file_size(kept)}"
            f" of {format_file_size(most)}.",
            "Delete files, or raise storage_bytes of your tier in WORKBENCH_TIERS.",
            details={"limit": most, "used": kept, "estimate": size},
        )


def stored_bytes(session: Session, user_id: str) -> int:
    """Return the bytes of a user's files, equal ones counted each."""
    return int(session.scalar(select(func.sum(File.file_size)).where(File.user_id == user_id)) or 0)


def free_abandoned(database: Database) -> None:
    """Make files whose reader died ready to be read again."""
    with database.session() as session:
        reading = session.scalars(select(File).where(File.processing_status == "processing")).all()
    dead = [row.id for row in reading if not ("reader" in row.meta and is_alive(row.meta["reader"]))]
    if not dead:
        return
    with database.begin() as session:
        for row in session.scalars(select(File).where(File.id.in_(dead))):
            if row.processing_status == "processing":
                row.processing_status = "pending"


def view(row: File, pages: int | None, characters: int | None) -> dict[str, Any]:
    """Return a file as a dict of JSON values."""
    return {
        "id": row.id,
        "filename": row.filename,
        "original_filename": row.original_filename,
        "file_type": row.file_type,
        "file_size": row.file_size,
        "mime_type": row.mime_type,
        "is_processed": row.is_processed,
        "processing_status": row.processing_status,
        "error": row.meta.get("error"),
        "pages": pages or 0,
        "characters": characters or 0,
        "metadata": {name: value for name, value in row.meta.items() if name not in {"error", "reader"}},
        "created_at": row.created_at.isoformat(),
    }


def _missing(file_id: str) -> NotFound:
    return NotFound(f"There is no file {file_id!r}.", "List the files that there are.")

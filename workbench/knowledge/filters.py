"""Narrowing a search to some files, pages or metadata."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from workbench.errors import BadInput
from workbench.storage.database import Database
from workbench.storage.knowledge import ChunkRow, KnowledgeFile
from workbench.storage.models import File, KnowledgeBase

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["allowed_chunks", "checked_filters"]

_AT_ONCE = 500


def checked_filters(filters: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the filters as JSON values, each a list of alternatives.

    Parameters
    ----------
    filters : mapping, optional
        ``file_id``; ``filename``, where ``*`` and ``?`` stand for any characters; ``file_type``;
        ``page``; or a name of the files' metadata. A value or a list of alternatives; all must hold.

    Raises
    ------
    BadInput
        They are no mapping of names to plain values.
    """
    if filters is None:
        return {}
    if not isinstance(filters, Mapping):
        raise BadInput("Filters are a mapping, such as {'file_type': 'pdf'}.", details={"field": "filters"})
    checked = {}
    for name, value in filters.items():
        wanted = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
        if not isinstance(name, str) or not all(
            isinstance(item, str | int | float | bool) for item in wanted
        ):
            raise BadInput(
                f"The filter {name!r} takes a text, a number or a list of them.", details={"field": "filters"}
            )
        if name == "page" and not all(type(item) is int for item in wanted):
            raise BadInput("The filter 'page' takes whole numbers, from 1.", details={"field": "filters"})
        checked[name] = sorted(wanted, key=str)
    return checked


def allowed_chunks(
    database: Database, base: KnowledgeBase, filters: Mapping[str, list[Any]]
) -> NDArray[np.int64] | None:
    """Return the sorted identifiers of the base's passages that pass; ``None`` where all do."""
    import numpy as np

    if not filters:
        return None
    files = _files(database, base, {name: wanted for name, wanted in filters.items() if name != "page"})
    ids: list[int] = []
    for start in range(0, len(files), _AT_ONCE):
        statement = select(ChunkRow.id).where(
            ChunkRow.base_id == base.id,
            ChunkRow.generation == base.generation,
            ChunkRow.revision.is_not(None),
            ChunkRow.file_id.in_(files[start : start + _AT_ONCE]),
        )
        if "page" in filters:
            statement = statement.where(ChunkRow.page.in_(filters["page"]))
        with database.engine.connect() as connection:
            ids += connection.scalars(statement)
    return np.sort(np.array(ids, dtype=np.int64))


def _files(database: Database, base: KnowledgeBase, filters: Mapping[str, list[Any]]) -> list[str]:
    statement = (
        select(File.id, File.filename, File.file_type, File.meta)
        .join(KnowledgeFile, KnowledgeFile.file_id == File.id)
        .where(KnowledgeFile.base_id == base.id, KnowledgeFile.status == "ready")
    )
    if "file_id" in filters:
        statement = statement.where(File.id.in_(filters["file_id"]))
    with database.engine.connect() as connection:
        rows = connection.execute(statement).all()
    return [row.id for row in rows if all(_passes(row, name, filters[name]) for name in filters)]


def _passes(row: Any, name: str, wanted: list[Any]) -> bool:
    if name == "file_id":
        return row.id in wanted
    if name == "filename":
        return any(fnmatchcase(row.filename.casefold(), str(item).casefold()) for item in wanted)
    if name == "file_type":
        return row.file_type in wanted
    found = row.meta.get(name)
    return any(item in wanted for item in (found if isinstance(found, list) else [found]))

"""Extracted texts in SQL: stored once for equal bytes, read back as a `Document`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from workbench.errors import NotFound
from workbench.knowledge.document import Block, Document, Page
from workbench.runs.canonical import sha256
from workbench.storage.database import Database
from workbench.storage.knowledge import DocumentRow
from workbench.storage.models import File
from workbench.storage.objects import digest_of

__all__ = [
    "document_key",
    "document_meta",
    "drop_unused",
    "read_document",
    "read_documents",
    "store_document",
    "text_key",
    "text_row",
]


def document_key(digest: str, file_type: str, version: str) -> str:
    """Return what names the text that this version of the parsers makes of these bytes."""
    return sha256(f"{digest} {file_type} {version}")


def document_meta(session: Session, key: str) -> dict[str, Any] | None:
    """Return what the parser said of a stored text; ``None`` where there is none."""
    layout = session.scalar(select(DocumentRow.layout).where(DocumentRow.digest == key))
    if layout is None:
        return None
    meta: dict[str, Any] = json.loads(layout)["meta"]
    return meta


def store_document(session: Session, key: str, document: Document, parser: str) -> None:
    """Store a text, unless it is there."""
    if session.get(DocumentRow, key) is None:
        session.add(DocumentRow(**_row(key, document, parser)))
        session.flush()


def text_key(text: str) -> str:
    """Return the key of a text that came without a file."""
    return document_key(digest_of(text.encode("utf-8", "replace")), "text", "1")


def text_row(key: str, text: str) -> dict[str, Any]:
    """Return the row of a text that came without a file."""
    return _row(key, Document(text), "text")


def read_document(database: Database, key: str | None) -> Document:
    """Return a stored text with its pages and blocks.

    Raises
    ------
    NotFound
        It was not extracted, or is gone.
    """
    found = read_documents(database, [key] if key else [])
    if not found:
        raise NotFound("The file's text is not there.", "Process the file first.")
    return found[key or ""]


def read_documents(database: Database, keys: Iterable[str]) -> dict[str, Document]:
    """Return those of the texts that are stored, by their keys."""
    with database.session() as session:
        rows = session.scalars(select(DocumentRow).where(DocumentRow.digest.in_(list(keys)))).all()
    return {row.digest: _document(row) for row in rows}


def _document(row: DocumentRow) -> Document:
    layout = json.loads(row.layout)
    return Document(
        row.text,
        tuple(Page(*page) for page in layout["pages"]),
        tuple(Block(*block) for block in layout["blocks"]),
        layout["meta"],
    )


def drop_unused(session: Session, keys: set[str]) -> None:
    """Delete those of the texts that no file has any more."""
    used = exists().where(File.document == DocumentRow.digest)
    session.execute(delete(DocumentRow).where(DocumentRow.digest.in_(keys), ~used))


def _row(key: str, document: Document, parser: str) -> dict[str, Any]:
    layout = {
        "pages": [[page.number, page.start, page.end, page.label] for page in document.pages],
        "blocks": [[block.start, block.end, block.kind, block.level] for block in document.blocks],
        "meta": document.meta,
    }
    return {
        "digest": key,
        "parser": parser,
        "text": document.text,
        "layout": json.dumps(layout, ensure_ascii=False, separators=(",", ":")),
        "characters": len(document.text),
        "pages": len(document.pages),
    }

"""The tables behind knowledge bases: extracted texts, their chunks and the vectors of these.

They are the truth; every index file is made from them and can be made again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from workbench.storage.base import Base, utcnow

__all__ = ["ChunkRow", "DocumentRow", "KnowledgeFile", "RemovalRow"]

# SQLite counts up by itself only in a column that is declared INTEGER.
_BIG = BigInteger().with_variant(Integer, "sqlite")


class DocumentRow(Base):
    """The text of a file's bytes, extracted once however many files have them.

    ``digest`` is that of the bytes and of the version of the parser; ``layout`` is JSON of pages,
    blocks and metadata.
    """

    __tablename__ = "documents"

    digest: Mapped[str] = mapped_column(String(80), primary_key=True)
    parser: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    layout: Mapped[str] = mapped_column(Text)
    characters: Mapped[int]
    pages: Mapped[int]


class KnowledgeFile(Base):
    """A file's place in a knowledge base; ``reader`` is the process that is adding it."""

    __tablename__ = "knowledge_files"

    base_id: Mapped[str] = mapped_column(
        ForeignKey("knowledge_bases.id", ondelete="CASCADE"), primary_key=True
    )
    file_id: Mapped[str] = mapped_column(
        ForeignKey("files.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    status: Mapped[str] = mapped_column(String(20), default="pending")
    error: Mapped[str | None] = mapped_column(Text)
    reader: Mapped[str | None] = mapped_column(String(255))
    chunks: Mapped[int] = mapped_column(default=0)
    added_at: Mapped[datetime] = mapped_column(default=utcnow)


class ChunkRow(Base):
    """A passage and its vector.

    ``start`` and ``end`` are character offsets into the document's text, of which ``content`` is that
    stretch; ``context`` are words from around it by which it can be found too. ``vector`` is float16,
    little-endian. ``text_hash`` is over the embedder's fingerprint and what was embedded, so that equal
    text is embedded once. A row whose ``revision`` is missing is not searchable yet: its file is still
    being read.
    """

    __tablename__ = "chunks"
    __table_args__ = (
        Index("ix_chunks_base", "base_id", "generation", "revision"),
        Index("ix_chunks_file", "file_id", "base_id", "generation"),
        Index("ix_chunks_text_hash", "text_hash"),
        # An identifier is never given twice, so that a stale index cannot name another passage.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=True)
    base_id: Mapped[str] = mapped_column(ForeignKey("knowledge_bases.id", ondelete="CASCADE"))
    file_id: Mapped[str] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"))
    generation: Mapped[int]
    revision: Mapped[int | None] = mapped_column(BigInteger)
    position: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    page: Mapped[int | None]
    heading: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    context: Mapped[str] = mapped_column(Text, default="")
    tokens: Mapped[int]
    text_hash: Mapped[bytes] = mapped_column(LargeBinary(16))
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class RemovalRow(Base):
    """A passage that was taken out, for indexes that still hold it."""

    __tablename__ = "chunk_removals"
    __table_args__ = (
        Index("ix_chunk_removals_base", "base_id", "generation", "revision"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=True)
    base_id: Mapped[str] = mapped_column(ForeignKey("knowledge_bases.id", ondelete="CASCADE"))
    generation: Mapped[int]
    revision: Mapped[int] = mapped_column(BigInteger)
    chunk_id: Mapped[int] = mapped_column(BigInteger)

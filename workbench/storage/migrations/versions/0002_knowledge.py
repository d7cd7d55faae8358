"""Extracted texts, passages and their vectors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=f"fk_{table}_{column}_{target}", ondelete="CASCADE"
    )


def upgrade() -> None:
    """Make the tables of knowledge bases, and add what pins one to its embedder."""
    op.create_table(
        "documents",
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("parser", sa.String(length=100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_documents"),
    )
    with op.batch_alter_table("files") as files:
        files.add_column(sa.Column("document", sa.String(length=80), nullable=True))
        files.create_foreign_key("fk_files_document_documents", "documents", ["document"], ["digest"])
        files.create_index("ix_files_document", ["document"], unique=False)
    for column in (
        sa.Column("embedder", sa.String(length=255), nullable=True),
        sa.Column("fingerprint", sa.String(length=255), nullable=True),
        sa.Column("dimension", sa.Integer(), nullable=True),
        sa.Column("generation", sa.Integer(), server_default="1", nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("state", sa.String(length=64), server_default="", nullable=False),
    ):
        op.add_column("knowledge_bases", column)
    op.create_table(
        "knowledge_files",
        sa.Column("base_id", sa.String(length=255), nullable=False),
        sa.Column("file_id", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("reader", sa.String(length=255), nullable=True),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        _reference("knowledge_files", "base_id", "knowledge_bases"),
        _reference("knowledge_files", "file_id", "files"),
        sa.PrimaryKeyConstraint("base_id", "file_id", name="pk_knowledge_files"),
    )
    op.create_index("ix_knowledge_files_file_id", "knowledge_files", ["file_id"], unique=False)
    op.create_table(
        "chunks",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("base_id", sa.String(length=255), nullable=False),
        sa.Column("file_id", sa.String(length=255), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        _reference("chunks", "base_id", "knowledge_bases"),
        _reference("chunks", "file_id", "files"),
        sa.PrimaryKeyConstraint("id", name="pk_chunks"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_chunks_base", "chunks", ["base_id", "generation", "revision"], unique=False)
    op.create_index("ix_chunks_file", "chunks", ["file_id", "base_id", "generation"], unique=False)
    op.create_index("ix_chunks_text_hash", "chunks", ["text_hash"], unique=False)
    op.create_table(
        "chunk_removals",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("base_id", sa.String(length=255), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("chunk_id", sa.BigInteger(), nullable=False),
        _reference("chunk_removals", "base_id", "knowledge_bases"),
        sa.PrimaryKeyConstraint("id", name="pk_chunk_removals"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_chunk_removals_base", "chunk_removals", ["base_id", "generation", "revision"], unique=False
    )

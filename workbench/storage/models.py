"""Users, chats, files and knowledge bases, as the specification names them.

SQLAlchemy reserves the attribute ``metadata``, so the column of that name is ``meta`` in Python.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from workbench.storage.base import Base, utcnow

__all__ = ["ChatMessage", "ChatSession", "ConversationMember", "File", "KnowledgeBase", "Rating", "User"]


def _id() -> str:
    return str(uuid.uuid4())


class User(Base):
    """A person. ``api_keys`` is JSON of provider keys encrypted by `workbench.security.Vault`."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(String(255), primary_key=True, default=_id)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    username: Mapped[str] = mapped_column(String(100), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(256))
    first_name: Mapped[str | None] = mapped_column(String(100))
    last_name: Mapped[str | None] = mapped_column(String(100))
    profile_image_url: Mapped[str | None] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(default=True)
    role: Mapped[str] = mapped_column(String(50), default="user")
    preferences: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    api_keys: Mapped[str | None] = mapped_column(Text)
    subscription_tier: Mapped[str] = mapped_column(String(50), default="free")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)


class ChatSession(Base):
    """A conversation of one user."""

    __tablename__ = "chat_sessions"
    __table_args__ = (Index("ix_chat_sessions_user_updated", "user_id", "updated_at"),)

    id: Mapped[str] = mapped_column(String(255), primary_key=True, default=_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(255))
    model_provider: Mapped[str | None] = mapped_column(String(100))
    model_name: Mapped[str | None] = mapped_column(String(100))
    system_prompt: Mapped[str | None] = mapped_column(Text)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)


class ConversationMember(Base):
    """Somebody who may read and speak in another user's conversation."""

    __tablename__ = "conversation_members"

    session_id: Mapped[str] = mapped_column(
        ForeignKey("chat_sessions.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class ChatMessage(Base):
    """One turn. ``cost`` is US dollars; ``None`` says that the price is not known."""

    __tablename__ = "chat_messages"
    __table_args__ = (
        CheckConstraint("role IN ('user', 'assistant', 'system')", name="ck_chat_messages_role"),
        Index("ix_chat_messages_session_created", "session_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(255), primary_key=True, default=_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("chat_sessions.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(20))
    content: Mapped[str] = mapped_column(Text)
    meta: Mapped[dict[str, Any]] = mapped_column("metadata", JSON, default=dict)
    tokens_used: Mapped[int] = mapped_column(default=0)
    cost: Mapped[float | None] = mapped_column(default=0.0)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Rating(Base):
    """A user's thumb on an answer: 1 up, -1 down."""

    __tablename__ = "ratings"

    message_id: Mapped[str] = mapped_column(
        ForeignKey("chat_messages.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    run_id: Mapped[str | None] = mapped_column(String(32))
    value: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class File(Base):
    """An uploaded file, or a text that was handed in under a title.

    ``storage_path`` is the digest of its bytes in the object store; ``document`` names its extracted
    text once it is processed.
    """

    __tablename__ = "files"

    id: Mapped[str] = mapped_column(String(255), primary_key=True, default=_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str] = mapped_column(String(255))
    original_filename: Mapped[str] = mapped_column(String(255))
    file_type: Mapped[str] = mapped_column(String(100))
    file_size: Mapped[int]
    mime_type: Mapped[str | None] = mapped_column(String(100))
    storage_path: Mapped[str] = mapped_column(Text)
    is_processed: Mapped[bool] = mapped_column(default=False)
    processing_status: Mapped[str] = mapped_column(String(50), default="pending")
    meta: Mapped[dict[str, Any]] = mapped_column("metadata", JSON, default=dict)
    document: Mapped[str | None] = mapped_column(ForeignKey("documents.digest"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class KnowledgeBase(Base):
    """A searchable set of documents of one user.

    ``embedder`` and ``fingerprint`` pin what made its vectors, of ``dimension`` numbers each; they are
    set when the first document comes. Each change makes ``revision`` one more; a reindexing builds the
    next ``generation`` beside the present one. ``state`` is a digest of what can be found in it.
    """

    __tablename__ = "knowledge_bases"

    id: Mapped[str] = mapped_column(String(255), primary_key=True, default=_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    file_count: Mapped[int] = mapped_column(default=0)
    total_chunks: Mapped[int] = mapped_column(default=0)
    embedder: Mapped[str | None] = mapped_column(String(255))
    fingerprint: Mapped[str | None] = mapped_column(String(255))
    dimension: Mapped[int | None]
    generation: Mapped[int] = mapped_column(default=1, server_default="1")
    revision: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    state: Mapped[str] = mapped_column(String(64), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)

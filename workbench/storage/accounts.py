"""The tables behind accounts: keys, login sessions, failed logins, and the audit that outlives them all.

No row holds a key, a token or a password: only their digests, by which they are found again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from workbench.storage.base import Base

__all__ = ["ApiKeyRow", "AuditRow", "LoginFailureRow", "LoginSessionRow", "SignOutRow"]

# SQLite counts up by itself only in a column that is declared INTEGER.
_BIG = BigInteger().with_variant(Integer, "sqlite")


class ApiKeyRow(Base):
    """A key by which programs come in as a user; ``digest`` is the SHA-256 of the key, in hexadecimal."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(12))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class LoginSessionRow(Base):
    """Somebody who is logged in; ``digest`` is the SHA-256 of the cookie's token, in hexadecimal."""

    __tablename__ = "login_sessions"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(255))
    sign_outs: Mapped[int]


class SignOutRow(Base):
    """How often a user was signed out everywhere; a login session of an earlier count is void."""

    __tablename__ = "sign_outs"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    count: Mapped[int]


class LoginFailureRow(Base):
    """Logins that failed in a row, by name or by address."""

    __tablename__ = "login_failures"

    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    count: Mapped[int]
    failed_at: Mapped[datetime] = mapped_column(index=True)


class AuditRow(Base):
    """Something that happened to an account; triggers refuse any change and any removal.

    It refers to no other table, so that it outlives the users that it tells of.
    """

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_user", "user_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=True)
    time: Mapped[datetime]
    user_id: Mapped[str | None] = mapped_column(String(255))
    actor: Mapped[str | None] = mapped_column(String(255))
    action: Mapped[str] = mapped_column(String(64))
    object: Mapped[str] = mapped_column(String(255))
    address: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)

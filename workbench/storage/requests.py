"""Requests that are not to be done twice, and what they were answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from workbench.storage.base import Base

__all__ = ["RequestRow"]


class RequestRow(Base):
    """A request by the name that its sender gave it; without ``status`` it is not answered yet.

    ``fingerprint`` is the SHA-256 of what was asked, in hexadecimal; ``owner`` the process that took it.
    """

    __tablename__ = "requests"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    owner: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)

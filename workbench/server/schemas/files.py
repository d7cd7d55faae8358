"""Uploaded files."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from workbench.server.schemas.common import Metadata

__all__ = ["StoredFile", "Uploaded"]


class StoredFile(BaseModel):
    """A file, as far as it was read; ``error`` says why it could not be."""

    id: str
    user_id: str
    filename: str
    original_filename: str
    file_type: str
    file_size: int
    mime_type: str | None
    is_processed: bool
    processing_status: Literal["pending", "processing", "ready", "failed"]
    error: str | None
    pages: int
    characters: int
    metadata: Metadata
    created_at: datetime


class Uploaded(StoredFile):
    """A file that was just taken in; ``duplicate`` says that the very same one was there already."""

    duplicate: bool
    run_id: str

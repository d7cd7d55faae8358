"""Knowledge bases, what is found in them, and what they answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from workbench.server.schemas.common import Body, Identifier, Metadata

__all__ = [
    "BaseChange",
    "BaseFile",
    "Citation",
    "Cited",
    "FilesToAdd",
    "Found",
    "KnowledgeBaseView",
    "NewBase",
    "NewIndex",
    "NewQuestion",
    "Place",
    "Search",
]

Title = Annotated[str, Field(min_length=1, max_length=255)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Words = Annotated[str, Field(min_length=1, max_length=100_000)]
Description = Annotated[str, Field(max_length=10_000)]
Limit = Annotated[int, Field(ge=1, le=1000)]


class NewBase(Body):
    """A knowledge base to be made."""

    name: Title
    description: Description | None = None


class BaseChange(Body):
    """What is to be changed; what is left out stays."""

    name: Title | None = None
    description: Description | None = None


class KnowledgeBaseView(BaseModel):
    """A knowledge base."""

    id: str
    user_id: str
    name: str
    description: str | None
    file_count: int
    total_chunks: int
    embedder: str | None
    dimension: int | None
    status: Literal["ready", "reindexing"]
    settings: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class FilesToAdd(Body):
    """Uploaded files by their identifiers."""

    file_ids: Annotated[list[Identifier], Field(min_length=1, max_length=1000)]


class BaseFile(BaseModel):
    """A file in a knowledge base."""

    file_id: str
    filename: str
    status: Literal["pending", "processing", "ready", "failed"]
    error: str | None
    pages: int | None
    chunks: int


class NewIndex(Body):
    """How passages are to be made; what is left out stays as it is."""

    embedder: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    chunk_tokens: Annotated[int, Field(ge=16, le=100_000)] | None = None


class Search(Body):
    """What to look for; ``similarity_threshold`` 0 cuts nothing."""

    query: Words
    limit: Limit = 5
    similarity_threshold: Annotated[float, Field(ge=0, le=1)] = 0.7
    filters: dict[str, Any] | None = None


class Place(BaseModel):
    """Where a passage stands."""

    file_id: str
    filename: str
    chunk_id: int
    start: int
    end: int
    page: int | None


class Found(Place):
    """A passage, best first; ``content`` is the file's text from ``start`` to ``end``."""

    content: str
    score: float
    heading: str
    citation: str
    why: Metadata
    duplicates: list[Place]


class NewQuestion(Body):
    """A question to be answered from a knowledge base; ``model`` ``"none"`` gives quotes alone."""

    question: Words
    limit: Limit = 8
    provider: Name | None = None
    model: Name | None = None
    settings: dict[str, Any] | None = None
    filters: dict[str, Any] | None = None


class Citation(BaseModel):
    """The sentence that a claim rests on, word for word."""

    number: int
    quote: str
    file_id: str
    filename: str
    page: int | None
    start: int
    end: int
    heading: str
    score: float


class Cited(BaseModel):
    """An answer; ``refused`` says that the documents do not say."""

    content: str
    refused: bool
    citations: list[Citation]
    unsupported: list[str]
    flagged: list[str]
    provider: str
    model: str
    tokens_used: int
    cost: float | None
    run_id: str

"""Runs: what was done, when, by what, at what cost."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from workbench.server.schemas.common import Metadata, Page

__all__ = ["ArtifactView", "Difference", "RunPage", "RunRow", "RunView", "Soundness"]

Status = Literal["running", "submitted", "finished", "failed", "cancelled"]


class RunPage(Page):
    """Which Runs are wanted; an admin may name a user."""

    user: Annotated[str, Field(max_length=100)] | None = None
    kind: Annotated[str, Field(max_length=100)] | None = None
    status: Status | None = None


class ArtifactView(BaseModel):
    """An object that a Run made; its content is under ``/api/runs/{run_id}/artifacts/{name}``."""

    name: str
    digest: str
    media_type: str
    size: int


class RunRow(BaseModel):
    """A Run without what went in and came out."""

    id: str
    kind: str
    name: str | None
    status: Status
    parent_id: str | None
    started_at: datetime
    duration: float | None
    tokens_input: int
    tokens_output: int
    cost: float | None
    digest: str
    tags: list[str]


class RunView(RunRow):
    """A whole Run."""

    inputs: Any
    output: Any
    error: Metadata | None
    seed: int | None
    parameters: Metadata
    metrics: Metadata
    environment: Metadata
    artifacts: list[ArtifactView]


class Difference(BaseModel):
    """What differs between two Runs, by path."""

    left: str
    right: str
    changes: list[dict[str, Any]]


class Soundness(BaseModel):
    """What is wrong with a Run as stored; an empty list says that it is sound."""

    problems: list[str]

"""What several nouns share."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from workbench.server.route import Query

__all__ = ["Begun", "Body", "Done", "Failure", "Identifier", "Metadata", "Page", "Sentence"]

Identifier = Annotated[str, Field(min_length=1, max_length=255)]
Metadata = dict[str, Any]


class Body(BaseModel, extra="forbid"):
    """A JSON object with the named fields and no others."""


class Page(Query):
    """Which part of a list is wanted.

    Attributes
    ----------
    limit : int
        Most items, 1 to 200.
    cursor : str, optional
        From ``X-Next-Cursor`` of the page before.
    """

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Identifier | None = None


class Begun(BaseModel):
    """Says that long work goes on; ``GET`` and ``DELETE /api/runs/{run_id}`` follow and stop it."""

    run_id: str
    status: Literal["running"] = "running"


class Done(BaseModel):
    """Says that something was done."""

    success: bool = True


class Sentence(BaseModel):
    """What went wrong."""

    code: str
    message: str
    hint: str
    field: str | None = None


class Failure(BaseModel):
    """The body of every answer that is no success."""

    error: Sentence

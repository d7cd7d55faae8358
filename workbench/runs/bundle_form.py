"""The form of a bundle's members: a forged one must not bring what the tables or a frame choke on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Line", "Manifest"]

_Id = Annotated[str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]
_Word = Annotated[str, Field(max_length=100)]
_Text = Annotated[str, Field(max_length=255)]
_Count = Annotated[int, Field(ge=0, lt=2**31)]
_Big = Annotated[int, Field(ge=-(2**63), lt=2**63)]
_Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Form(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Manifest(_Form):
    """``manifest.json``."""

    format: str
    members: dict[str, str]


class Line(_Form):
    """One line of ``runs.jsonl``; it is checked only, for the values are read by `canonical.decode`."""

    format: Literal[1]
    id: _Id
    kind: _Word
    name: _Text | None
    status: Literal["finished", "failed", "cancelled"]
    key: _Word
    occurrence: _Count
    execution: _Word
    notebook: str | None
    cell: _Word | None
    parent: _Id | None
    account: _Text | None
    seed: _Big | dict[str, Any] | None
    version: _Word
    inputs: dict[str, Any]
    output: Any
    chunks: list[tuple[float, Any]]
    error: dict[str, Any] | None
    parameters: dict[str, Any]
    metrics: dict[str, Any]
    tokens: tuple[_Big, _Big]
    cost: _Amount | None
    started_us: Annotated[int, Field(ge=0, lt=2**53)]
    duration: float | None
    environment: _Word
    artifacts: list[tuple[_Text, _Word, _Text, Annotated[int, Field(ge=0, lt=2**53)]]]
    tags: list[_Word]
    digest: _Word

"""Reports: notebooks that are run with parameters."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from workbench.server.schemas.common import Body

__all__ = ["NewReport", "ParameterView", "ReportView"]


class ParameterView(BaseModel):
    """A parameter: ``default`` is ``null`` where it is no literal, ``source`` is how it is written."""

    name: str
    default: Any
    source: str
    help: str


class ReportView(BaseModel):
    """A notebook that can be run as a report."""

    name: str
    parameters: list[ParameterView]


class NewReport(Body):
    """JSON values for some of the report's parameters; those that name files keep their defaults."""

    parameters: dict[str, Any] = Field(default_factory=dict)

"""What the service says of itself."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from pydantic import BaseModel
from sqlalchemy import text

import workbench
from workbench.server.openapi import described
from workbench.server.reference import rendered
from workbench.server.route import Call, Route, Routes

__all__ = ["Health", "system_routes"]


class Health(BaseModel):
    """Says that the service and its database answer."""

    status: str
    version: str


def system_routes(others: Iterable[Route], base_url: str, *, alone: bool = False) -> list[Route]:
    """Return the routes that tell of the others and of the state of the service."""
    routes = Routes("runs")
    listed = list(others)

    @routes.get("/api/health", Health, scope="")
    def health(call: Call) -> Health:
        """Say whether the database answers."""
        with call.studio.database.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return Health(status="ok", version=workbench.__version__, alone=alone)

    @routes.get("/api/openapi.json", dict[str, Any], scope="")
    def openapi(_: Call) -> dict[str, Any]:
        """Return this document."""
        return document()

    @routes.get("/api/docs", str, scope="", media="text/html")
    def reference(_: Call) -> str:
        """Return the reference of the service as a page."""
        return page()

    # Made when they are first asked for: every start of a Jupyter Server mounts these routes.
    @cache
    def document() -> dict[str, Any]:
        return described([*listed, *routes], base_url, workbench.__version__)

    @cache
    def page() -> str:
        return rendered(document())

    return routes.all

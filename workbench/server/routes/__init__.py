"""The table of routes, noun by noun."""

from __future__ import annotations

from workbench.server.route import Route
from workbench.server.routes import chat, files, knowledge, members, runs

__all__ = ["ROUTES"]

ROUTES: tuple[Route, ...] = tuple(
    route for module in (chat, members, files, knowledge, runs) for route in module.routes
)

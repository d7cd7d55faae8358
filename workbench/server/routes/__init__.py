"""The table of routes, noun by noun."""

from __future__ import annotations

from workbench.server.route import Route
from workbench.server.routes import chat, circuits, files, knowledge, later, members, reports, runs, usage

__all__ = ["ROUTES"]

_NOUNS = (chat, members, files, knowledge, runs, usage, reports, circuits, later)
ROUTES: tuple[Route, ...] = tuple(route for noun in _NOUNS for route in noun.routes)

"""Everything that is mounted, whoever serves it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workbench.server.handler import ApiHandler
from workbench.server.route import Route
from workbench.server.routes import ROUTES, account
from workbench.server.sockets import Rooms, Sockets
from workbench.server.static import CLIENT_FOLDER, ClientHandler
from workbench.server.system import system_routes
from workbench.server.upload import UploadHandler
from workbench.studio import Studio

__all__ = ["mounted"]


def mounted(
    sockets: Sockets, base_url: str, *, alone: bool = False
) -> list[tuple[str, type, dict[str, Any]]]:
    """Return Tornado's handlers, their paths without the base URL.

    Parameters
    ----------
    sockets : Sockets
        What is mounted at ``socket.io``, with the Studio that requests are answered from.
    base_url : str
        Under which clients see them.
    alone : bool
        Whether it is served without Jupyter, with accounts of the workbench's own.
    """
    routes = [*ROUTES, *(account.routes if alone else ())]
    return [
        *_handlers([*routes, *system_routes(routes, base_url)], sockets.studio, sockets.rooms),
        (r"/socket\.io/?", sockets.handler(), {}),
        (r"/socket\.io/(socket\.io\.js)", ClientHandler, {"path": str(CLIENT_FOLDER)}),
    ]


def _handlers(
    routes: Iterable[Route], studio: Studio, rooms: Rooms
) -> list[tuple[str, type, dict[str, Any]]]:
    by_path: dict[str, dict[str, Route]] = {}
    for route in routes:
        by_path.setdefault(route.pattern, {})[route.method] = route
    return [
        (
            pattern + "/?",
            UploadHandler if any(route.uploads for route in by_method.values()) else ApiHandler,
            {"studio": studio, "rooms": rooms, "by_method": by_method},
        )
        for pattern, by_method in by_path.items()
    ]

"""Everything that is mounted, whoever serves it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workbench.server.handler import ApiHandler
from workbench.server.route import Route
from workbench.server.routes import ROUTES, account
from workbench.server.service import Service
from workbench.server.static import CLIENT_FOLDER, ClientHandler
from workbench.server.system import system_routes
from workbench.server.upload import UploadHandler

__all__ = ["mounted"]


def mounted(
    service: Service, base_url: str, *, alone: bool = False
) -> list[tuple[str, type, dict[str, Any]]]:
    """Return Tornado's handlers, their paths without the base URL.

    Parameters
    ----------
    service : Service
        What requests are answered with.
    base_url : str
        Under which clients see them.
    alone : bool
        Whether it is served without Jupyter, with accounts of the workbench's own.
    """
    routes = [*ROUTES, *(account.routes if alone else ())]
    return [
        *_handlers([*routes, *system_routes(routes, base_url, alone=alone)], service),
        (r"/socket\.io/?", service.sockets.handler(), {}),
        (r"/socket\.io/(socket\.io\.js)", ClientHandler, {"path": str(CLIENT_FOLDER)}),
    ]


def _handlers(routes: Iterable[Route], service: Service) -> list[tuple[str, type, dict[str, Any]]]:
    by_path: dict[str, dict[str, Route]] = {}
    for route in routes:
        by_path.setdefault(route.pattern, {})[route.method] = route
    return [
        (
            pattern + "/?",
            UploadHandler if any(route.uploads for route in by_method.values()) else ApiHandler,
            {"service": service, "by_method": by_method},
        )
        for pattern, by_method in by_path.items()
    ]

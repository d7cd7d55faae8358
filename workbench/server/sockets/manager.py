"""Who delivers to rooms: this process alone, or several by way of Redis."""

from __future__ import annotations

from typing import Any

import socketio

from workbench.accounts.connection import missing_library
from workbench.server.sockets.asked import Asked
from workbench.server.sockets.rooms import is_conversation
from workbench.server.sockets.turns import Turns
from workbench.settings import Settings

__all__ = ["LocalManager", "delivery"]


class LocalManager(socketio.AsyncManager):
    """Tells the rooms of this process.

    Parameters
    ----------
    gates : Turns
        What is told to a room passes here, one after the other.
    asked : Asked
        Is told of it.
    """

    def __init__(self, gates: Turns, asked: Asked) -> None:
        super().__init__()
        self._gates = gates
        self._asked = asked

    async def emit(self, event: str, data: Any, namespace: str, room: str | None = None, **rest: Any) -> None:
        """Tell a room when it is its turn."""
        where = rest.get("to") or room or ""
        async with self._gates.turn(where):
            if is_conversation(where):
                self._asked.hear(event, data, alone=True)
            await super().emit(event, data, namespace, room, **rest)


def delivery(settings: Settings, gates: Turns, asked: Asked) -> tuple[socketio.AsyncManager, Turns]:
    """Return what delivers to rooms, and whose turn it is to be answered."""
    if settings.redis_url is None:
        return LocalManager(gates, asked), Turns()
    try:
        from workbench.server.sockets.shared import SharedManager, SharedTurns
    except ImportError:
        raise missing_library() from None
    url = settings.redis_url.get_secret_value()
    return SharedManager(url, gates), SharedTurns(url)

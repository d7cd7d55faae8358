"""The protocol's server, as it is set up here."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

import engineio
import socketio
from engineio.exceptions import EngineIOError
from engineio.packet import NOOP, Packet

__all__ = ["MOST_BYTES", "Server"]

MOST_BYTES = 2_000_000
"""Of one packet; whoever sends a larger one is cut off."""
# What clients do wrong they are told; of the protocol's own remarks only failures are worth a line.
_LOG = logging.getLogger(__name__)
_LOG.setLevel(logging.ERROR)


class _Engine(engineio.AsyncServer):
    """Keeps its tasks, which the event loop alone would let go."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.tasks: set[asyncio.Task[Any]] = set()

    def start_background_task(self, target: Any, *given: Any, **more: Any) -> asyncio.Task[Any]:
        """Start a task."""
        task: asyncio.Task[Any] = super().start_background_task(target, *given, **more)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task


class Server(socketio.AsyncServer):
    """Socket.IO for Tornado, in which a request that waits for news ends with its connection.

    Parameters
    ----------
    manager : socketio.AsyncManager
        Delivers to rooms.
    """

    def __init__(self, manager: socketio.AsyncManager) -> None:
        super().__init__(
            async_mode="tornado",
            client_manager=manager,
            # Jupyter's own check stands before, see `socket_handler`.
            cors_allowed_origins=[],
            max_http_buffer_size=MOST_BYTES,
            logger=_LOG,
            engineio_logger=_LOG,
        )

    def close(self) -> None:
        """End what it does in the background."""
        for task in self.eio.tasks:
            task.cancel()

    def _engineio_server_class(self) -> type[engineio.AsyncServer]:
        return _Engine

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        await super()._handle_eio_disconnect(eio_sid, reason)
        # Else it would wait for most of a minute, and a client that polls would wait for it.
        with suppress(EngineIOError, KeyError):
            await self.eio.send_packet(eio_sid, Packet(NOOP))

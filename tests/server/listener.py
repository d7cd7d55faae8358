"""A program that listens in rooms, by python-socketio's own client."""

from __future__ import annotations

from collections import defaultdict
from queue import Queue
from typing import Any, Self

import socketio
from socketio.exceptions import ConnectionError as Refusal

from tests.jupyter import Server
from tests.server.conftest import BASE

PATIENCE = 60
"""Seconds; nothing is waited for so long unless it is broken."""


class Listener:
    """Connects, speaks and keeps what it hears, event by event and all in one row.

    Parameters
    ----------
    server : Server
        Where.
    query : str
        Of the address.
    transports : list of str, optional
        By default polling, then an upgrade.
    **how
        As `socketio.Client.connect` takes it.
    """

    def __init__(
        self,
        server: Server,
        query: str = "",
        transports: list[str] | None = None,
        session: Any = None,
        **how: Any,
    ) -> None:
        self.heard: dict[str, Queue[Any]] = defaultdict(Queue)
        self.row: list[tuple[str, Any]] = []
        self.client = socketio.Client(reconnection=False, http_session=session)
        self.client.on("*", self._hear)
        self.client.on("disconnect", lambda *_: self.heard["disconnect"].put(None))
        self.client.on("connect_error", self.heard["connect_error"].put)
        try:
            self.client.connect(
                f"{server.url}{query}",
                socketio_path=f"{BASE}socket.io",
                transports=transports,
                wait_timeout=PATIENCE,
                **how,
            )
        except Refusal as error:
            self._close()
            told = self.heard["connect_error"]
            raise Refusal(told.get() if told.qsize() else error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self._close()

    def _close(self) -> None:
        # What the other side ended, the client leaves open.
        if self.client.eio.ws is not None:
            self.client.eio.ws.shutdown()
        if self.client.eio.http is not None:
            self.client.eio.http.close()

    def _hear(self, event: str, payload: Any) -> None:
        self.row.append((event, payload))
        self.heard[event].put(payload)

    def hear(self, event: str) -> Any:
        """Wait for the next event of this name."""
        return self.heard[event].get(timeout=PATIENCE)

    def call(self, event: str, **payload: Any) -> Any:
        """Send, and wait for the acknowledgement."""
        return self.client.call(event, payload, timeout=PATIENCE)

    def join(self, conversation_id: str, **more: Any) -> Any:
        """Enter a room."""
        return self.call("join_conversation", conversation_id=conversation_id, **more)

    def say(self, conversation_id: str, content: str, **more: Any) -> Any:
        """Send a message and wait for the end of its answer."""
        return self.call("send_message", conversation_id=conversation_id, content=content, **more)

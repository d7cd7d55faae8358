"""The path under which Engine.IO's two transports stand."""

from __future__ import annotations

from typing import Any

import socketio
from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web

from workbench.errors import Refused
from workbench.server.failures import FailuresTold
from workbench.server.sockets.protocol import MOST_BYTES

__all__ = ["socket_handler"]


def socket_handler(server: socketio.AsyncServer) -> type[web.RequestHandler]:
    """Return the handler that takes clients to the server."""
    engine: Any = socketio.get_tornado_handler(server)

    class SocketHandler(FailuresTold, WebSocketMixin, engine, JupyterHandler):
        """Lets requests from this origin through; who they are from is asked when Socket.IO connects."""

        # Engine.IO does its own.
        ping_interval = ping_timeout = 0

        @property
        def max_message_size(self) -> int:
            """So much of a message is read."""
            return MOST_BYTES

        def get_compression_options(self) -> None:
            """None: a piece of an answer gains nothing, and a long one would keep the event loop."""

        def check_xsrf_cookie(self) -> None:
            """Nothing: no page of another origin gets through `prepare`."""

        async def prepare(self) -> None:
            """Find out who asks, and refuse other origins."""
            await super().prepare()
            if not self.check_origin():
                raise Refused("Pages of another origin are not let in.", "Ask from a page of this server.")

        get, post, options = (allow_unauthenticated(act) for act in (engine.get, engine.post, engine.options))

    return SocketHandler

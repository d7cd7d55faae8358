"""``workbench serve`` and ``jupyter workbench``: the service alone, on a port."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.errors import BadInput

__all__ = ["serve"]


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8899,
    base_url: Annotated[str, typer.Option(help="Under which everything stands.")] = "/",
    certificate: Annotated[Path | None, typer.Option(help="TLS certificate, PEM.", exists=True)] = None,
    key: Annotated[Path | None, typer.Option(help="Its private key, PEM.", exists=True)] = None,
    pages: Annotated[
        Path | None,
        typer.Option(help="Folder of web pages, served under pages/.", exists=True, file_okay=False),
    ] = None,
    proxied: Annotated[bool, typer.Option(help="Believe X-Forwarded-For and -Proto of a proxy.")] = False,
) -> None:
    """Serve chat, files, knowledge search and Runs to the users that `workbench user` knows."""
    if (certificate is None) != (key is None):
        raise BadInput("A certificate needs its key, and a key its certificate.", "Give both.")
    tls = {"certfile": str(certificate), "keyfile": str(key)} if certificate and key else None
    asyncio.run(_serve((host, port), {"base_url": base_url, "pages": pages}, tls, proxied=proxied))


async def _serve(
    place: tuple[str, int], made: dict[str, Any], tls: dict[str, str] | None, *, proxied: bool
) -> None:
    from tornado.httpserver import HTTPServer
    from tornado.netutil import bind_sockets

    from workbench.server.application import create_app
    from workbench.server.readiness import ready

    host, port = place
    application = create_app(**made)
    server = HTTPServer(application, ssl_options=tls, xheaders=proxied)
    ready(application.settings["service"].studio)
    sockets = bind_sockets(port, host)
    server.add_sockets(sockets)
    shown = f"http{'s' if tls else ''}://{host}:{sockets[0].getsockname()[1]}"
    typer.echo(f"Autogent Studio answers under {shown}{made['base_url']}", err=True)
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    await stopped.wait()
    server.stop()
    application.settings["service"].close()
    await server.close_all_connections()

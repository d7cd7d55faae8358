"""The service alone, without notebooks: accounts of its own, nothing that runs a visitor's code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.auth import AllowAllAuthorizer
from jupyter_server.utils import url_path_join
from tornado import web

from workbench.server.entrance import LoginHandler, LogoutHandler
from workbench.server.handler import NothingHandler
from workbench.server.identity import AccountIdentity
from workbench.server.mounted import mounted
from workbench.server.service import Service
from workbench.server.static import PageHandler
from workbench.studio import Studio
from workbench.studio import studio as default_studio

__all__ = ["create_app"]


def create_app(
    studio: Studio | None = None, *, base_url: str = "/", pages: Path | None = None
) -> web.Application:
    """Make the stand-alone application: every route of the service, and the pages to log in.

    Parameters
    ----------
    studio : Studio, optional
        What requests are answered from; by default the process's default one.
    base_url : str
        Under which all of it stands.
    pages : Path, optional
        A folder of web pages, which those who are logged in find under ``pages/``.

    Returns
    -------
    tornado.web.Application
        To be served by a `tornado.httpserver.HTTPServer`; see ``jupyter workbench``. Its
        ``settings["service"].close()`` stops what goes on in the background.

    Examples
    --------
    >>> from workbench.server import create_app
    >>> app = create_app()  # doctest: +SKIP
    >>> app.listen(8888, "127.0.0.1")  # doctest: +SKIP
    """
    studio = studio or default_studio()
    base_url = url_path_join("/", base_url, "/")
    identity = AccountIdentity()
    identity.studio = studio
    service = Service(studio)
    handlers: list[Any] = [
        *mounted(service, base_url, alone=True),
        (r"/login/?", LoginHandler, {"studio": studio}),
        (r"/logout/?", LogoutHandler, {"studio": studio}),
    ]
    if pages is not None:
        handlers.append((r"/pages/(.*)", PageHandler, {"path": str(pages), "default_filename": "index.html"}))
    return web.Application(
        [(base_url.rstrip("/") + pattern, *rest) for pattern, *rest in handlers],
        default_handler_class=NothingHandler,
        default_handler_args={"service": service, "by_method": {}},
        base_url=base_url,
        identity_provider=identity,
        authorizer=AllowAllAuthorizer(identity_provider=identity),
        allow_unauthenticated_access=False,
        allow_remote_access=True,
        login_url=url_path_join(base_url, "login"),
        cookie_secret=studio.settings.secret("session_secret"),
        xsrf_cookies=True,
        xsrf_cookie_kwargs={"path": base_url, "samesite": "Lax"},
        headers={"Referrer-Policy": "same-origin"},
        service=service,
    )

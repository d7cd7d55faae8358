"""Files that browsers load: the Socket.IO client, and the pages of whoever runs the service."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path, PurePosixPath
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado import web

from workbench.errors import NotFound
from workbench.server.failures import FailuresTold

__all__ = ["CLIENT_FOLDER", "ClientHandler", "PageHandler"]

CLIENT_FOLDER = Path(__file__).parent / "pages"
_DAY = 24 * 60 * 60


class ClientHandler(web.StaticFileHandler):
    """Serves the Socket.IO client where Node's server has it too, so that web pages need no network.

    It is public code: a stranger may load it, and a page that lies in a sandbox, too.
    """

    get = allow_unauthenticated(web.StaticFileHandler.get)
    head = allow_unauthenticated(web.StaticFileHandler.head)

    def get_content_type(self) -> str:
        """Return the type, whatever this machine takes endings for."""
        return "text/javascript; charset=utf-8"

    def get_cache_time(self, *_: Any) -> int:
        """Return the seconds for which it need not be asked for again."""
        return _DAY

    def set_extra_headers(self, path: str) -> None:  # noqa: ARG002 - Tornado gives it
        """Let nobody take it for anything else."""
        self.set_header("X-Content-Type-Options", "nosniff")


class PageHandler(FailuresTold, web.StaticFileHandler):
    """Serves the files of a folder to those who are logged in; others are sent to log in first.

    The application lets nobody else come to a method that is not marked as open.
    """

    async def get(self, path: str, include_body: bool = True) -> None:
        """Send a file."""
        if any(part.startswith(".") for part in PurePosixPath(path).parts):
            raise NotFound("There is nothing under this address.", "Look at /api/docs.")
        await web.StaticFileHandler.get(self, path, include_body)

    def get_content(  # type: ignore[override]  # Tornado's is a class method, which knows no length
        self, abspath: str, start: int | None = None, end: int | None = None
    ) -> Generator[bytes, None, None]:
        """Read no more than the length that was announced: the page may grow while it is being sent."""
        return super().get_content(abspath, start, self.get_content_size() if end is None else end)

    def compute_etag(self) -> None:
        """Nothing: Tornado remembers one for good, and pages change; the time of the change does."""

    def set_extra_headers(self, path: str) -> None:  # noqa: ARG002 - Tornado gives it
        """Have the browser ask each time."""
        self.set_header("Cache-Control", "no-cache")

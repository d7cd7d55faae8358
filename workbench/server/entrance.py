"""Logging in and out with a browser."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado.escape import xhtml_escape

from workbench.errors import WorkbenchError
from workbench.server.failures import FailuresTold, failure_of
from workbench.server.identity import COOKIE
from workbench.studio import Studio

__all__ = ["LoginHandler", "LogoutHandler"]

_PAGE = Path(__file__).parent / "pages" / "login.html"
_DAYS = 30
_LONGEST = 2000


class _Entrance(FailuresTold):
    def initialize(self, studio: Studio) -> None:
        """Take what accounts are looked up in."""
        self.studio = studio

    @property
    def content_security_policy(self) -> str:
        """Nothing from elsewhere, no script, no frame."""
        return "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Show one sentence."""
        error = failure_of(status_code, kwargs.get("exc_info", (None, None))[1])
        self._show(error)

    def _show(self, error: WorkbenchError | None = None) -> None:
        if error is not None:
            self.set_status(error.status)
            if "retry_after" in error.details:
                self.set_header("Retry-After", str(error.details["retry_after"]))
        values = {
            "base": self.base_url,
            "next": self.get_argument("next", "")[:_LONGEST],
            "xsrf": self.xsrf_token.decode(),
            "error": str(error) if error is not None else "",
        }
        page = _PAGE.read_text(encoding="utf-8")
        for name, value in values.items():
            page = page.replace(f"{{{name}}}", xhtml_escape(value))
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.finish(page)

    def _set_session(self, token: str) -> None:
        self.set_cookie(
            COOKIE,
            token,
            path=self.base_url,
            expires_days=_DAYS,
            httponly=True,
            samesite="Lax",
            secure=self.request.protocol == "https",
        )


class LoginHandler(_Entrance):
    """Shows the form and takes it."""

    @allow_unauthenticated
    async def get(self) -> None:
        """Show the form."""
        self._show()

    @allow_unauthenticated
    async def post(self) -> None:
        """Check name and password, and open a session."""
        name, password = (
            self.get_body_argument("username", ""),
            self.get_body_argument("password", "", strip=False),
        )
        address, agent = self.request.remote_ip or "", self.request.headers.get("User-Agent", "")
        try:
            token = await asyncio.to_thread(self._open, name, password, address, agent)
        except WorkbenchError as error:
            self._show(error)
            return
        self._set_session(token)
        self.redirect(self._next())

    def _open(self, name: str, password: str, address: str, agent: str) -> str:
        accounts = self.studio.accounts
        user = accounts.login(name, password, address=address)
        return accounts.open_session(user.id, address=address, agent=agent)

    def _next(self) -> str:
        """Return where to go: a path of this server, whatever was asked for."""
        wanted = self.get_argument("next", "")
        inside = wanted.startswith(self.base_url) and not wanted.startswith("//") and "\\" not in wanted
        return wanted if inside and wanted.isprintable() else f"{self.base_url}api/docs"


class LogoutHandler(_Entrance):
    """Ends the session that the browser has."""

    @allow_unauthenticated
    async def post(self) -> None:
        """End it, if there is one."""
        if cookie := self.get_cookie(COOKIE):
            await asyncio.to_thread(self.studio.accounts.close_session, cookie)
        self.clear_cookie(COOKIE, path=self.base_url)
        self.redirect(f"{self.base_url}login")

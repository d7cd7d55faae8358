"""Uploads: refused before their bytes come where that can be told, never held in memory."""

from __future__ import annotations

import asyncio
import json
import sys
from hashlib import file_digest

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado import web

from workbench.errors import TooLarge, WorkbenchError
from workbench.files import format_file_size
from workbench.server.failures import failure_of, told
from workbench.server.form import Form
from workbench.server.handler import ApiHandler
from workbench.server.route import Call

__all__ = ["UploadHandler"]

_AROUND = 1 << 16
"""Bytes of a form beside its file."""


@web.stream_request_body
class UploadHandler(ApiHandler):
    """Answers a route whose body is a form with a file."""

    form: Form | None = None
    refusal: WorkbenchError | None = None

    async def prepare(self) -> None:
        """Say no before the body has come."""
        try:
            await super().prepare()
            await self._expect()
        except (WorkbenchError, web.HTTPError) as error:
            status = error.status_code if isinstance(error, web.HTTPError) else error.status
            await self._refuse(failure_of(status, error))

    async def _expect(self) -> None:
        route = self.by_method.get(self.request.method or "")
        if route is None or not route.uploads:
            return
        self._check_known()
        settings = self.studio.settings
        most = settings.max_content_length
        length = int(self.request.headers.get("Content-Length", 0))
        if length > most + _AROUND:
            raise TooLarge(
                f"The body has {format_file_size(length)}; a file may have {format_file_size(most)}.",
                "Send a smaller one, or raise MAX_CONTENT_LENGTH.",
            )
        self.request.connection.set_max_body_size(most + _AROUND)
        folder = settings.uploads_folder / "incoming"
        self.form = Form(self.request.headers.get("Content-Type", ""), folder, most)

    async def _refuse(self, error: WorkbenchError) -> None:
        """Answer now, and let the rest of the body run into nothing.

        A connection that is closed with bytes unread is reset, and the client never reads why.
        """
        self.refusal = error
        status, body = told(error)
        data = json.dumps(body).encode()
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.set_header("Content-Length", str(len(data)))
        if "retry_after" in error.details:
            self.set_header("Retry-After", str(error.details["retry_after"]))
        self.set_header("Connection", "close")
        self.request.connection.set_max_body_size(sys.maxsize)
        self.write(data)
        await self.flush()

    async def data_received(self, chunk: bytes) -> None:
        """Take what follows of the body."""
        if self.refusal is not None or self.form is None:
            return
        try:
            await asyncio.to_thread(self.form.feed, chunk)
        except WorkbenchError as error:
            await self._refuse(error)

    async def _serve(self, **path: str) -> None:
        if self.refusal is not None:
            self.finish()
            return
        await super()._serve(**path)

    def _asked(self, call: Call) -> object:
        digest = file_digest(call.upload.stream, "sha256").hexdigest()
        call.upload.stream.seek(0)
        return call.upload.filename, digest

    def _take(self, call: Call) -> None:
        if self.form is not None:
            call.upload = self.form.arrived()

    def on_finish(self) -> None:
        """Give the bytes up."""
        super().on_finish()
        if self.form is not None:
            self.form.close()

    def on_connection_close(self) -> None:
        """Give the bytes up."""
        super().on_connection_close()
        if self.form is not None:
            self.form.close()

    get = post = patch = delete = put = allow_unauthenticated(_serve)

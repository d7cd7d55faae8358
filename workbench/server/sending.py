"""Answers on their way out: whole, as files, piece by piece, and what went wrong."""

from __future__ import annotations

import json
import logging
from collections.abc import Generator
from typing import Any

from jupyter_server.base.handlers import APIHandler
from tornado import web
from tornado.iostream import StreamClosedError

from workbench.errors import Cancelled, WorkbenchError
from workbench.server.attachment import PIECE, Attachment
from workbench.server.failures import failure_of, told
from workbench.server.once import Answer, Claim
from workbench.server.threads import Work, threaded

__all__ = ["SendingHandler"]

_LOG = logging.getLogger(__name__)
_END = object()
_KEPT = {"Location", "X-Next-Cursor", "Link"}
_EVENTS = "text/event-stream"


class SendingHandler(APIHandler):
    """Sends answers, and remembers those that may be asked for again.

    Attributes
    ----------
    claim : Claim or None
        What the request was named, where its sender named it.
    """

    claim: Claim | None = None
    _left = False

    @property
    def content_security_policy(self) -> str:
        """No script, nothing from elsewhere; a page of ours brings its own style."""
        return "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"

    def on_connection_close(self) -> None:
        """Note that nobody reads any more."""
        self._left = True

    # ---- what went well ----

    async def send_whole(self, body: bytes, kind: str) -> None:
        """Send a body; status and headers are set."""
        await self._keep(body, kind)
        self.finish(body, set_content_type=kind)

    async def send_again(self, answer: Answer) -> None:
        """Send what was answered before."""
        for header, value in answer.headers.items():
            self.set_header(header, value)
        self.set_status(answer.status)
        self.set_header("Idempotency-Replayed", "true")
        self.finish(answer.body, set_content_type=answer.headers["Content-Type"])

    async def send_file(self, file: Attachment) -> None:
        """Send a file, of which no more than a piece is ever in memory."""
        with await threaded(file.opened) as stream:
            for name, value in file.headers(stream).items():
                self.set_header(name, value)
            try:
                while not self._left and (piece := await threaded(stream.read, PIECE)):
                    self.write(piece)
                    await self.flush()
            except StreamClosedError:
                self._left = True
        if not self._left:
            self.finish(set_content_type=file.media_type)

    async def send_pieces(self, pieces: Generator[bytes, None, None], work: Work) -> None:
        """Send Server-Sent Events, made by ``work``; a failure before the first is a plain error."""
        said: list[bytes] = []
        try:
            piece = await work(next, pieces, _END)
            self.set_header("Content-Type", _EVENTS)
            self.set_header("Cache-Control", "no-store")
            self.set_header("X-Accel-Buffering", "no")
            # Who named the request may come back for the answer, and gets it whole.
            while piece is not _END and not (self._left and self.claim is None):
                said.append(b"data: " + piece + b"\n\n")
                await self._send(said[-1])
                piece = await work(next, pieces, _END)
            if piece is _END:
                await self._keep(b"".join(said), _EVENTS)
        except WorkbenchError as error:
            if not said:
                raise
            await self._broken(said, error)
        finally:
            await work(pieces.close)
        if not self._left:
            self.finish(set_content_type=_EVENTS)

    async def _broken(self, said: list[bytes], error: WorkbenchError) -> None:
        """End a stream with what went wrong."""
        said.append(f"event: error\ndata: {json.dumps(told(error)[1])}\n\n".encode())
        if isinstance(error, Cancelled):
            # What was said until then is stored, so that it was done.
            await self._keep(b"".join(said), _EVENTS)
        elif self.claim is not None:
            await threaded(self.claim.release)
        await self._send(said[-1])

    async def _send(self, event: bytes) -> None:
        if self._left:
            return
        try:
            self.write(event)
            await self.flush()
        except StreamClosedError:
            self._left = True

    async def _keep(self, body: bytes, kind: str) -> None:
        """Remember an answer before it is sent: a client that does not get it asks again."""
        if self.claim is not None:
            headers = {name: value for name, value in self._headers.get_all() if name in _KEPT}
            answer = Answer(self.get_status(), headers | {"Content-Type": kind}, body)
            await threaded(self.claim.keep, answer)

    # ---- what went wrong ----

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with ``{"error": {"code", "message", "hint"}}``."""
        error = failure_of(status_code, kwargs.get("exc_info", (None, None))[1])
        status, body = told(error)
        self.set_status(status)
        if "retry_after" in error.details:
            self.set_header("Retry-After", str(error.details["retry_after"]))
        self.finish(json.dumps(body))

    def log_exception(self, *exc_info: Any) -> None:
        """Log what nobody meant; a `WorkbenchError` is an answer."""
        if not isinstance(exc_info[1], WorkbenchError | web.HTTPError):
            _LOG.error("A request failed.", exc_info=exc_info)

"""From an HTTP request to a route's answer: who asks, whether they may, what they sent, what they get."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import nullcontext
from functools import cache, partial
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, get_origin
from urllib.parse import urlencode

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.utils import ensure_async, url_path_join
from pydantic import BaseModel, TypeAdapter
from tornado import web

from workbench.errors import BadInput, NotFound, Refused, Unauthorized, WorkbenchError
from workbench.server.attachment import Attachment
from workbench.server.checking import checked
from workbench.server.failures import WrongType
from workbench.server.identity import Visitor, visitor_of
from workbench.server.once import Claim, claimed
from workbench.server.route import Call, Route
from workbench.server.schemas.common import Begun
from workbench.server.sending import SendingHandler
from workbench.server.threads import replying, threaded

if TYPE_CHECKING:
    from workbench.server.service import Service

__all__ = ["ApiHandler", "NothingHandler"]

_LONG = 50_000
"""Bytes of a body that is read in a thread."""
_PIECE = 200
"""So much of a list is checked and written at a time."""


class ApiHandler(SendingHandler):
    """Answers every method of one path."""

    by_method: dict[str, Route]
    visitor: Visitor | None = None

    def initialize(self, service: Service, by_method: dict[str, Route]) -> None:
        """Take what the table of routes gives for this path."""
        self.studio = service.studio
        self.rooms = service.rooms
        self.jobs = service.jobs
        self.by_method = by_method

    def check_xsrf_cookie(self) -> None:
        """Check only who is known: a stranger is refused for being one, not for a missing cookie."""
        if getattr(self, "_jupyter_current_user", None) is not None:
            super().check_xsrf_cookie()

    # ---- one request ----

    async def _serve(self, **path: str) -> None:
        route = self.by_method.get(self.request.method or "")
        if route is None:
            self.set_header("Allow", ", ".join(sorted(self.by_method)))
            raise web.HTTPError(HTTPStatus.METHOD_NOT_ALLOWED)
        visitor = await self._admitted(route)
        with (
            self.studio.acting_as(visitor.user_id),
            self.studio.accounts.origin(visitor.user_id, address=self.request.remote_ip),
        ):
            call = await self._call(route, path, visitor)
            name = self.request.headers.get("Idempotency-Key")
            if name is None or route.method == "GET":
                await self._answer(route, call)
            else:
                await self._answer_once(route, call, name)

    async def _answer(self, route: Route, call: Call) -> None:
        # Waited for here and not in a thread, which those before may need to come to their end.
        async with self.rooms.turn(call.path["conversation_id"]) if route.speaks else nullcontext():
            work = replying if route.asks else threaded
            if route.streams:
                await self.send_pieces(await work(_begun, route, call), work)
                return
            answer: bytes | Attachment
            if route.lasts:
                run = await self.jobs.begin(partial(route.answer, call))
                self.set_header("Location", url_path_join(self.base_url, "api/runs", run.id))
                answer = _packed(route)(Begun(run_id=run.id))
            else:
                answer = await work(_answered, route, call)
            self.set_status(route.status)
            if isinstance(answer, Attachment):
                await self.send_file(answer)
            else:
                self._tell_next(call)
                await self.send_whole(answer, route.media)

    async def _answer_once(self, route: Route, call: Call, name: str) -> None:
        """Answer as before where it was asked before; else do it, and remember what it was answered."""
        self.claim = await threaded(self._claimed, call, name)
        if self.claim.answer is not None:
            await self.send_again(self.claim.answer)
            return
        try:
            await self._answer(route, call)
        except WorkbenchError:
            # An error that is meant says that nothing was done.
            await threaded(self.claim.release)
            raise
        finally:
            self.claim.over()

    def _claimed(self, call: Call, name: str) -> Claim:
        asked = repr((self.request.method, self.request.uri, self._asked(call)))
        digest = sha256(asked.encode()).hexdigest()
        return claimed(self.studio.database, call.user_id, name, digest)

    def _asked(self, _: Call) -> object:
        """Return what tells one request from another besides its address."""
        return self.request.body

    async def _admitted(self, route: Route) -> Visitor:
        self._check_known()
        action = "read" if route.method == "GET" else "write"
        if not await ensure_async(
            self.authorizer.is_authorized(self, self.current_user, action, "workbench")
        ):
            raise Refused("This server does not let you do that.", "Ask who runs it.")
        visitor: Visitor = self.visitor or await threaded(visitor_of, self, self.studio)
        if visitor.scopes is not None and route.scope and route.scope not in visitor.scopes:
            raise Refused(
                f"This key is not good for {route.scope!r}.", f"Make one with the scope {route.scope!r}."
            )
        return visitor

    def _check_known(self) -> None:
        if self.current_user is None:
            raise Unauthorized(
                "Nobody is logged in.", "Log in, or send a key or token as `Authorization: Bearer ...`."
            )

    def counted(self, visitor: Visitor) -> None:
        """Count the request against the limits of who asks; at one's own notebook nobody calls this."""
        route = self.by_method.get(self.request.method or "")
        kind = "upload" if route is not None and route.uploads else "api"
        self.studio.accounts.allow(kind, visitor.user_id, self.request.remote_ip)

    async def _call(self, route: Route, path: dict[str, str], visitor: Visitor) -> Call:
        if any(not value.isprintable() for value in path.values()):
            raise NotFound("There is nothing under this address.", "Look at /api/openapi.json.")
        # What takes long to read is read where nobody else waits for it.
        long = len(self.request.body or b"") > _LONG
        body = await threaded(self._body, route) if long else self._body(route)
        call = Call(
            self.studio,
            self.rooms.here(),
            path,
            self._query(route),
            body,
            address=self.request.remote_ip or "",
            scopes=visitor.scopes,
        )
        self._take(call)
        return call

    def _take(self, call: Call) -> None:
        """Give the route what came with the request besides JSON."""

    def _query(self, route: Route) -> BaseModel | None:
        given = self._plain_query()
        if route.query is None:
            if given:
                raise BadInput(f"There is no parameter {min(given)!r} here.", details={"field": min(given)})
            return None
        return checked(route.query, given)

    def _body(self, route: Route) -> BaseModel | None:
        if route.body is None:
            return None
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise WrongType(f"The body is {kind or 'of no type'}; expected application/json.")
        try:
            given = json.loads(self.request.body.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise BadInput("The body is not JSON.", "Send an object.", details={"field": "body"}) from error
        return checked(route.body, given)

    def _tell_next(self, call: Call) -> None:
        if call.next is not None:
            query = urlencode({**self._plain_query(), "cursor": call.next})
            self.set_header("Link", f'<{self.request.path}?{query}>; rel="next"')
            self.set_header("X-Next-Cursor", call.next)

    def _plain_query(self) -> dict[str, str]:
        # Jupyter's token may come in the address; it says who asks, and is no parameter.
        given = self.request.query_arguments
        return {name: self.get_query_argument(name) for name in given if name != "token"}

    get = post = patch = delete = put = allow_unauthenticated(_serve)


class NothingHandler(ApiHandler):
    """Answers where there is nothing."""

    async def prepare(self) -> None:
        """Say so, to strangers too."""
        raise NotFound("There is nothing under this address.", "Look at /api/openapi.json.")


def _answered(route: Route, call: Call) -> bytes | Attachment:
    answer = route.answer(call)
    if route.audit:
        call.studio.accounts.record(route.audit, " ".join(call.path.values()))
    if isinstance(answer, Attachment):
        return answer
    return _packed(route)(answer) if route.media == "application/json" else str(answer).encode()


def _begun(route: Route, call: Call) -> Generator[bytes, None, None]:
    packed = _packed(route)
    return (packed(piece) for piece in route.answer(call))


@cache
def _packed(route: Route) -> Callable[[Any], bytes]:
    """Return what makes JSON of a route's answers, so that none differs from the description."""
    packed = _packer(route.gives)
    if get_origin(route.gives) is not list:
        return packed

    def pieces(answer: list[Any]) -> bytes:
        # A long list as a whole would keep the interpreter's lock from the event loop.
        parts = (packed(answer[at : at + _PIECE])[1:-1] for at in range(0, len(answer), _PIECE))
        return b"[" + b",".join(parts) + b"]"

    return pieces


def _packer(kind: Any) -> Callable[[Any], bytes]:
    adapter = TypeAdapter(kind)
    return lambda answer: adapter.dump_json(adapter.validate_python(answer, from_attributes=True))

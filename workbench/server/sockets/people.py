"""Those who are connected to this process: what they are told, and whether they may stay."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import socketio

from workbench.errors import NotFound, Unauthorized, Unavailable, WorkbenchError
from workbench.server.failures import failure_of, told
from workbench.server.sockets.entry import Connection
from workbench.server.sockets.rooms import room_of, user_room
from workbench.server.threads import threaded
from workbench.studio import Studio

__all__ = ["Over", "People", "body_of"]

SWEEP_SECONDS = 15.0
"""So often it is looked whether those who are connected may still be."""
_LOG = logging.getLogger(__name__)


class Over(Unauthorized):
    """What let somebody in is good no more."""


class People:
    """Who is connected.

    Parameters
    ----------
    studio : Studio
        What tells who may do what.
    server : socketio.AsyncServer
        Holds the connections.
    """

    def __init__(self, studio: Studio, server: socketio.AsyncServer) -> None:
        self._studio = studio
        self._server = server
        self._here: dict[str, Connection] = {}
        self._sweeping: asyncio.Task[None] | None = None
        self._endings: set[asyncio.Task[None]] = set()

    def __getitem__(self, sid: str) -> Connection:
        return self._here[sid]

    async def come(self, sid: str, found: Connection) -> None:
        """Let somebody in, and begin to look after those who are here."""
        if self._sweeping is None or self._sweeping.done():
            self._sweeping = self._server.start_background_task(self._sweep)
        self._here[sid] = found
        await self._server.enter_room(sid, user_room(found.user_id))

    async def go(self, sid: str) -> None:
        """Forget somebody, who has then stopped typing."""
        found = self._here.pop(sid, None)
        if found is not None:
            for conversation_id in [*found.typing]:
                await self.types(sid, found, conversation_id, is_typing=False)

    def present(self) -> dict[str, str]:
        """Return the conversations in whose rooms somebody is, each with one who is there."""
        return {
            conversation_id: found.user_id for found in self._here.values() for conversation_id in found.rooms
        }

    # ---- what they are told ----

    async def to(self, sid: str, event: str, payload: dict[str, Any]) -> None:
        """Tell one of them."""
        await self._server.emit(event, payload, to=sid, ignore_queue=True)

    async def to_room(self, event: str, payload: dict[str, Any], conversation_id: str) -> None:
        """Tell those of this process who are in the room of a conversation."""
        await self._server.emit(event, payload, to=room_of(conversation_id), ignore_queue=True)

    async def fail(self, sid: str, error: Exception) -> dict[str, Any]:
        """Give an error as an event, and return it as the acknowledgement; end what is over."""
        body = body_of(error)
        await self.to(sid, "error", body)
        if isinstance(error, Over):
            self._end(self._server.disconnect(sid))
        return {"error": body}

    async def types(self, sid: str, found: Connection, conversation_id: str, *, is_typing: bool) -> None:
        """Tell the others in the room who types there."""
        who = {"user_id": found.user_id, "username": found.username}
        payload = {"conversation_id": conversation_id, **who, "is_typing": is_typing}
        await self._server.emit("user_typing", payload, room=room_of(conversation_id), skip_sid=sid)

    # ---- what they may ----

    async def count(self, found: Connection) -> None:
        """Count what was sent against the limits, where there are any."""
        if found.counted:
            await threaded(self._studio.accounts.allow, "api", found.user_id, found.address)

    async def admit(self, found: Connection, conversation_id: str) -> None:
        """Refuse somebody whose key or session is over, count the others, and refuse who is no member."""
        await threaded(self._admit, found, conversation_id)

    def _admit(self, found: Connection, conversation_id: str) -> None:
        if not found.holds():
            raise _over()
        if found.counted:
            self._studio.accounts.allow("api", found.user_id, found.address)
        self._studio.chat.describe_session(conversation_id, found.user_id)

    async def check(self, found: Connection, conversation_id: str) -> None:
        """Refuse who neither owns the conversation nor is a member."""
        await threaded(self._studio.chat.describe_session, conversation_id, found.user_id)

    async def leave(self, sid: str, found: Connection, conversation_id: str) -> None:
        """Take somebody out of a room."""
        if conversation_id in found.typing:
            found.typing.discard(conversation_id)
            await self.types(sid, found, conversation_id, is_typing=False)
        found.rooms.discard(conversation_id)
        await self._server.leave_room(sid, room_of(conversation_id))

    async def dismiss(self, conversation_id: str, user_id: str) -> None:
        """Take a user who is no member any more out of a room."""
        for sid, found in list(self._here.items()):
            if found.user_id == user_id and conversation_id in found.rooms:
                await self._put_out(sid, found, conversation_id)

    async def _put_out(self, sid: str, found: Connection, conversation_id: str) -> None:
        await self.leave(sid, found, conversation_id)
        error = NotFound("You are no member of this conversation any more.", "Ask its owner.")
        await self.to(sid, "error", body_of(error) | {"conversation_id": conversation_id})

    # ---- who may stay ----

    async def _sweep(self) -> None:
        strangers: set[str] = set()
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            strangers = self._cut_off(strangers)
            for sid, found in list(self._here.items()):
                try:
                    await self._review(sid, found)
                except Unavailable:
                    break  # nor can the others be looked up now
                except Exception:  # noqa: BLE001 - one that cannot be looked up keeps no other from it
                    _LOG.warning("It could not be looked up whether a connection may stay.", exc_info=True)

    async def _review(self, sid: str, found: Connection) -> None:
        if not await threaded(found.holds):
            await self.fail(sid, _over())
            return
        for conversation_id in [*found.rooms]:
            try:
                await self.check(found, conversation_id)
            except NotFound:
                await self._put_out(sid, found, conversation_id)

    def _cut_off(self, strangers: set[str]) -> set[str]:
        """End what was open and nobody's at the last look, too; return what is now."""
        known = {self._server.manager.eio_sid_from_sid(sid, "/") for sid in self._here}
        unknown = set(self._server.eio.sockets) - known
        for eio_sid in unknown & strangers:
            self._end(self._server.eio.disconnect(eio_sid))
        return unknown - strangers

    def _end(self, ending: Coroutine[Any, Any, None]) -> None:
        # Not waited for: who does not read any more may take long to go.
        task = asyncio.create_task(ending)
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)


def body_of(error: Exception) -> dict[str, Any]:
    """Return what a client is told of an error; what nobody meant is logged."""
    if not isinstance(error, WorkbenchError):
        _LOG.error("An event failed.", exc_info=error)
    body: dict[str, Any] = told(failure_of(500, error))[1]["error"]
    return body


def _over() -> Over:
    return Over("The key or the session is over.", "Log in again, or connect with another key.")

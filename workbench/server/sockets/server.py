"""The Socket.IO server: who comes in, and what their events do."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel
from socketio.exceptions import ConnectionRefusedError as Refusal
from tornado import web

from workbench.errors import BadInput, NotFound, Refused
from workbench.server.checking import checked
from workbench.server.sockets.asked import Asked
from workbench.server.sockets.entry import Connection, admitted
from workbench.server.sockets.events import JoinConversation, LeaveConversation, SendMessage, TypingIndicator
from workbench.server.sockets.handler import socket_handler
from workbench.server.sockets.manager import delivery
from workbench.server.sockets.people import People, body_of
from workbench.server.sockets.protocol import Server
from workbench.server.sockets.replies import spoken
from workbench.server.sockets.rooms import Rooms, received, room_of
from workbench.server.sockets.told import Speaking, Told
from workbench.server.sockets.turns import Turns
from workbench.server.threads import replying, threaded
from workbench.studio import Studio

__all__ = ["Sockets"]

_PAGE = 200
_LONGEST_NAME = 60

Answer = dict[str, Any]


class Sockets:
    """Rooms of conversations over Socket.IO.

    Parameters
    ----------
    studio : Studio
        What is asked and changed.
    """

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self._gates = Turns()
        self._asked = Asked()
        manager, self._turns = delivery(studio.settings, self._gates, self._asked)
        self.server = Server(manager)
        self.people = People(studio, self.server)
        self._told: Told | None = None
        self._looking: asyncio.Task[None] | None = None
        if isinstance(self._turns, Speaking):
            manager.told = self._told = Told(studio, self.people, self._asked, self._turns, self._gates)
        self.rooms = Rooms(self.server, self._turns, self.people.dismiss)
        self.server.on("connect", self._connect)
        self.server.on("disconnect", self._disconnect)
        self._on("join_conversation", JoinConversation, self._join)
        self._on("leave_conversation", LeaveConversation, self._leave)
        self._on("send_message", SendMessage, self._send)
        self._on("typing_indicator", TypingIndicator, self._type)
        self.server.on("*", self._unknown)

    def handler(self) -> type[web.RequestHandler]:
        """Return what is mounted at ``socket.io``."""
        return socket_handler(self.server)

    def close(self) -> None:
        """End what it does in the background; replies that are under way are stored still."""
        self.server.close()

    # ---- coming and going ----

    async def _connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        self.rooms.here()
        try:
            found = await admitted(environ["tornado.handler"], auth, self.studio)
            await self.people.count(found)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client is told
            body = body_of(error)
            raise Refusal(body["message"], body) from None
        await self.people.come(sid, found)
        if self._told is not None and (self._looking is None or self._looking.done()):
            self._looking = self.server.start_background_task(self._told.looking)

    async def _disconnect(self, sid: str, _reason: str) -> None:
        await self.people.go(sid)

    # ---- events ----

    def _on(
        self, event: str, model: type[BaseModel], act: Callable[[str, Connection, Any], Awaitable[Answer]]
    ) -> None:
        async def handle(sid: str, payload: Any = None, *_: Any) -> Answer:
            try:
                return await act(sid, self.people[sid], checked(model, payload))
            except Exception as error:  # noqa: BLE001 - whatever it is, the client is told
                return await self.people.fail(sid, error)

        self.server.on(event, handle)

    async def _unknown(self, event: str, sid: str, *_: Any) -> Answer:
        known = ", ".join(sorted(set(self.server.handlers["/"]) - {"*", "connect", "disconnect"}))
        error = BadInput(f"There is no event {event[:_LONGEST_NAME]!r}.", f"There are {known}.")
        return await self.people.fail(sid, error)

    async def _join(self, sid: str, found: Connection, wanted: JoinConversation) -> Answer:
        conversation_id, last = wanted.conversation_id, wanted.after
        await self.people.admit(found, conversation_id)
        missed = 0
        while last is not None:
            page = await self._missed(found, conversation_id, last)
            if len(page) < _PAGE:
                break
            missed += await self._catch_up(sid, conversation_id, page)
            last = page[-1]["id"]
        # Behind this gate nothing is told to the room: what is stored until now comes first, then the rest.
        async with self._gates.turn(room_of(conversation_id)):
            page = await self._missed(found, conversation_id, last) if last is not None else []
            missed += await self._catch_up(sid, conversation_id, page)
            stored = {message["id"] for message in page}
            for question in self._asked.of(conversation_id):
                if question.message["id"] not in stored:
                    await self.people.to(sid, "message_received", question.message)
            if self._told is not None:
                await self._told.begin(conversation_id, found.user_id, page[-1]["id"] if page else last)
            await self.server.enter_room(sid, room_of(conversation_id))
            found.rooms.add(conversation_id)
        return {"conversation_id": conversation_id, "missed": missed}

    async def _missed(self, found: Connection, conversation_id: str, last: str) -> list[dict[str, Any]]:
        page: list[dict[str, Any]] = await threaded(
            self.studio.chat.messages_after, conversation_id, found.user_id, last, _PAGE
        )
        return page

    async def _catch_up(self, sid: str, conversation_id: str, page: list[dict[str, Any]]) -> int:
        for message in page:
            await self.people.to(sid, "message_received", received(conversation_id, message))
        return len(page)

    async def _leave(self, sid: str, found: Connection, wanted: LeaveConversation) -> Answer:
        await self.people.leave(sid, found, wanted.conversation_id)
        return {"conversation_id": wanted.conversation_id}

    async def _type(self, sid: str, found: Connection, wanted: TypingIndicator) -> Answer:
        await self.people.count(found)
        if wanted.conversation_id not in found.rooms:
            raise NotFound("You are not in the room of this conversation.", "Send join_conversation first.")
        (found.typing.add if wanted.is_typing else found.typing.discard)(wanted.conversation_id)
        await self.people.types(sid, found, wanted.conversation_id, is_typing=wanted.is_typing)
        return {"conversation_id": wanted.conversation_id}

    async def _send(self, _sid: str, found: Connection, said: SendMessage) -> Answer:
        # Before anything is waited for: the order of asking is that of coming.
        place = self._turns.queue(said.conversation_id)
        try:
            await self.people.admit(found, said.conversation_id)
            if not found.may_write:
                raise Refused("This server does not let you do that.", "Ask who runs it.")
            await place.come()
            with (
                self.studio.acting_as(found.user_id),
                self.studio.accounts.origin(found.user_id, address=found.address),
            ):
                answer: Answer = await replying(self._spoken, said)
        finally:
            await place.leave()
        return answer

    def _spoken(self, said: SendMessage) -> Answer:
        # The wait may have been long, and much may have happened meanwhile.
        self.studio.chat.describe_session(said.conversation_id, self.studio.user_id)
        given = (said.conversation_id, said.content, said.model, said.provider)
        (last,) = deque(spoken(self.studio, self.rooms, *given), maxlen=1)
        return {name: value for name, value in last.items() if name not in {"content", "done"}}

"""What the rooms of this process were told, held against what is stored.

What another process says comes by way of Redis, and may be lost with either of them. The database has
every message: a room is told of those that it missed, in their order, and once.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from workbench.errors import NotFound, Unavailable
from workbench.server.sockets.asked import Asked, Question
from workbench.server.sockets.people import People
from workbench.server.sockets.rooms import received, room_of
from workbench.server.sockets.turns import Turns
from workbench.server.threads import threaded
from workbench.studio import Studio

__all__ = ["Speaking", "Told"]

_LOG = logging.getLogger(__name__)
_EVERY_SECONDS = 5.0
_PAGE = 200
_REMEMBERED = 1000


@runtime_checkable
class Speaking(Protocol):
    """Knows whose turn it is."""

    async def taken(self, name: str) -> bool:
        """Say whether somebody, in whatever process, has the turn; `Unavailable` where nobody knows."""


@dataclass(slots=True)
class _Room:
    """What is known of the room of a conversation.

    ``cursor`` is a stored message up to which the room was told of all, ``ids`` are those of the last
    messages that it was told of, ``used`` is when the conversation was last changed at the last look.
    """

    user_id: str
    cursor: str | None
    ids: dict[str, None] = field(default_factory=dict)
    used: datetime | None = None

    def note(self, message_id: str) -> bool:
        """Remember a message; return whether it is a new one."""
        fresh = message_id not in self.ids
        self.ids[message_id] = None
        if len(self.ids) > _REMEMBERED:
            del self.ids[next(iter(self.ids))]
        return fresh


class Told:
    """Keeps the rooms of one of several processes whole.

    Every method but `look` is called behind the gate of the room.

    Parameters
    ----------
    studio : Studio
        Where the messages are stored.
    people : People
        Who is here, and in which rooms.
    asked : Asked
        The questions that are being answered.
    speaking : Speaking
        Knows whether somebody still answers them.
    gates : Turns
        What is told to a room passes there.
    """

    def __init__(
        self, studio: Studio, people: People, asked: Asked, speaking: Speaking, gates: Turns
    ) -> None:
        self._studio = studio
        self._people = people
        self._asked = asked
        self._speaking = speaking
        self._gates = gates
        self._rooms: dict[str, _Room] = {}

    async def begin(self, conversation_id: str, user_id: str, last: str | None = None) -> None:
        """Look after a room from now on: somebody comes in who may read its conversation.

        Parameters
        ----------
        conversation_id, user_id : str
            Which room, and who comes.
        last : str, optional
            The last message that this one knows, which has to be the last one stored; by default asked for.
        """
        if conversation_id not in self._rooms:
            if last is None:
                last = await threaded(self._studio.chat.last_message, conversation_id, user_id)
            self._rooms[conversation_id] = _Room(user_id, last)

    async def hear(self, event: str, told: dict[str, Any]) -> bool:
        """Take note of what a room is to be told now; return whether it is news to it."""
        conversation_id = told.get("conversation_id", "")
        news = True
        if event == "message_received":
            asks = told["role"] == "user"
            before = self._asked.of(conversation_id)
            # A turn begins when the one before is stored or has failed; of an answer whose question was
            # not heard, the question is stored.
            if asks or not before:
                await self._settle(conversation_id, before)
            room = self._rooms.get(conversation_id)
            news = room is None or room.note(told["id"])
        elif event == "message_withdrawn":
            self._take_back(conversation_id, told["message_ids"])
        if news:
            self._asked.hear(event, told)
        return news

    async def looking(self) -> None:
        """Look after the rooms from time to time, until cancelled."""
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            try:
                await self.look()
            except Unavailable:
                continue  # which is said where it was found
            except Exception:  # noqa: BLE001 - the next look may fare better
                _LOG.warning("It could not be looked up what the rooms missed.", exc_info=True)

    async def look(self) -> None:
        """Tell each room what it missed, and take back what was shown and will never be stored."""
        present = self._people.present()
        for conversation_id in self._rooms.keys() - present.keys():
            del self._rooms[conversation_id]
        used = await threaded(self._studio.chat.last_used, [*self._rooms])
        for conversation_id, at in used.items():
            room = self._rooms.get(conversation_id)
            if room is not None and room.used != at:
                room.user_id = present.get(conversation_id, room.user_id)
                if await self._settle_behind_gate(conversation_id, []):
                    room.used = at
        for conversation_id in self._asked:
            asked = self._asked.of(conversation_id)
            # Before it is read what is stored: whoever has the turn gives it back when all is.
            if not await self._speaking.taken(conversation_id):
                await self._settle_behind_gate(conversation_id, asked)

    # inside

    async def _settle_behind_gate(self, conversation_id: str, over: list[Question]) -> bool:
        async with self._gates.turn(room_of(conversation_id)):
            return await self._settle(conversation_id, over)

    async def _settle(self, conversation_id: str, over: list[Question]) -> bool:
        """Tell what is stored, and take back those of the questions that are not; say whether it was done."""
        try:
            await self._fill(conversation_id)
        except NotFound:
            await self._begin_again(conversation_id)
            return False
        except Unavailable:
            return False
        open_ = self._asked.of(conversation_id)
        dead = [one for question in over if question in open_ for one in question.ids]
        if dead:
            self._asked.forget(conversation_id, dead)
            self._take_back(conversation_id, dead)
            told = {"conversation_id": conversation_id, "message_ids": dead}
            await self._people.to_room("message_withdrawn", told, conversation_id)
        return True

    async def _begin_again(self, conversation_id: str) -> None:
        """Find out what has gone: the message behind which was read, who could read it, or all of it."""
        del self._rooms[conversation_id]
        user_id = self._people.present().get(conversation_id)
        if user_id is not None:
            with suppress(NotFound, Unavailable):
                await self.begin(conversation_id, user_id)

    async def _fill(self, conversation_id: str) -> None:
        """Tell what is stored behind the cursor and was not told."""
        room = self._rooms.get(conversation_id)
        full = room is not None
        while room is not None and full:
            page: list[dict[str, Any]] = await threaded(
                self._studio.chat.messages_after, conversation_id, room.user_id, room.cursor, _PAGE
            )
            for message in page:
                if room.note(message["id"]):
                    told = received(conversation_id, message)
                    await self._people.to_room("message_received", told, conversation_id)
            self._asked.forget(conversation_id, [message["id"] for message in page])
            room.cursor = page[-1]["id"] if page else room.cursor
            full = len(page) == _PAGE

    def _take_back(self, conversation_id: str, message_ids: list[str]) -> None:
        if (room := self._rooms.get(conversation_id)) is not None:
            for message_id in message_ids:
                room.ids.pop(message_id, None)

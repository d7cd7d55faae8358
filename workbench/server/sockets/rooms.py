"""Telling rooms what happens, from any thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import socketio

from workbench.server.sockets.events import MessageReceived
from workbench.server.sockets.turns import Turns

__all__ = ["Rooms", "is_conversation", "received", "room_of", "user_room"]

_CONVERSATION = "conversation:"


def room_of(conversation_id: str) -> str:
    """Return the name of the room of a conversation."""
    return f"{_CONVERSATION}{conversation_id}"


def is_conversation(room: str) -> bool:
    """Say whether the room is that of a conversation."""
    return room.startswith(_CONVERSATION)


def user_room(user_id: str) -> str:
    """Return the name of the room in which all connections of a user are."""
    return f"user:{user_id}"


class Rooms:
    """What routes and replies say to those who listen.

    Every method but `turn` may be called in any thread, and returns at once; what is said to a room
    arrives in the order of the calls.

    Parameters
    ----------
    server : socketio.AsyncServer
        Delivers.
    turns : Turns
        Whose turn it is in a conversation.
    dismiss : callable
        Takes a user out of the room of a conversation.
    """

    def __init__(
        self,
        server: socketio.AsyncServer,
        turns: Turns,
        dismiss: Callable[[str, str], Coroutine[Any, Any, None]],
    ) -> None:
        self._server = server
        self._turns = turns
        self._dismiss = dismiss
        self._loop: asyncio.AbstractEventLoop | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    def here(self) -> Rooms:
        """Remember the event loop that this runs on, and return itself."""
        self._loop = asyncio.get_running_loop()
        return self

    def turn(self, conversation_id: str) -> AbstractAsyncContextManager[None]:
        """Wait until what was asked before in the conversation is answered."""
        return self._turns.turn(conversation_id)

    def message(self, conversation_id: str, message: dict[str, Any]) -> None:
        """Tell of a message."""
        self._say("message_received", received(conversation_id, message), room_of(conversation_id))

    def delta(self, conversation_id: str, message_id: str, content: str) -> None:
        """Tell of what follows of an answer."""
        told = {"conversation_id": conversation_id, "message_id": message_id, "content": content}
        self._say("message_delta", told, room_of(conversation_id))

    def withdrawn(self, conversation_id: str, message_ids: Sequence[str]) -> None:
        """Tell that messages of which something was shown are not stored: the answer failed."""
        told = {"conversation_id": conversation_id, "message_ids": list(message_ids)}
        self._say("message_withdrawn", told, room_of(conversation_id))

    def progress(self, user_id: str, progress: dict[str, Any]) -> None:
        """Tell a user how a Run goes."""
        self._say("run_progress", progress, user_room(user_id))

    def dismissed(self, conversation_id: str, user_id: str) -> None:
        """Take a user who is no member any more out of the room."""
        self._soon(lambda: self._dismiss(conversation_id, user_id))

    def closed(self, conversation_id: str) -> None:
        """Empty the room of a conversation that is deleted."""
        self._soon(lambda: self._server.close_room(room_of(conversation_id)))

    def _say(self, event: str, told: dict[str, Any], room: str) -> None:
        self._soon(lambda: self._server.emit(event, told, to=room))

    def _soon(self, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
        # Without a loop nobody has come yet whom it could be told.
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._start, act)

    def _start(self, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = asyncio.get_running_loop().create_task(act())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)


def received(conversation_id: str, message: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of ``message_received``."""
    said = message | {"conversation_id": conversation_id, "user_id": message["metadata"].get("user_id")}
    return MessageReceived.model_validate(said).model_dump(mode="json")

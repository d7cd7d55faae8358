"""A message and its answer, as a room hears them."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import Any

from workbench.errors import Cancelled
from workbench.server.sockets.rooms import Rooms
from workbench.studio import Studio

__all__ = ["answered", "spoken"]


def answered(studio: Studio, rooms: Rooms, conversation_id: str, *said: Any, **given: Any) -> dict[str, Any]:
    """Answer at once as `ChatService.chat_completion` does, and tell the room."""
    reply = studio.chat.chat_completion(
        conversation_id, *said, **given, announce=lambda message: rooms.message(conversation_id, message)
    )
    _finished(studio, rooms, reply)
    return reply


def spoken(
    studio: Studio, rooms: Rooms, conversation_id: str, *said: Any, **given: Any
) -> Generator[dict[str, Any], None, None]:
    """Answer piece by piece as `ChatService.stream` does, and tell the room of each.

    Where the answer breaks off, the room is told that what it was shown is not stored.
    """
    shown: list[str] = []

    def announce(message: dict[str, Any]) -> None:
        shown.append(message["id"])
        rooms.message(conversation_id, message)

    pieces = studio.chat.stream(conversation_id, *said, **given, announce=announce)
    answer = None
    try:
        with closing(pieces):
            for piece in pieces:
                answer = piece["message_id"]
                if piece["content"]:
                    rooms.delta(conversation_id, answer, piece["content"])
                if piece["done"]:
                    _finished(studio, rooms, piece)
                yield piece
    except Cancelled:
        # What was said until then is stored, and the room has heard so.
        raise
    except Exception:
        if answer is not None:
            rooms.withdrawn(conversation_id, [*shown, answer])
        raise


def _finished(studio: Studio, rooms: Rooms, reply: dict[str, Any]) -> None:
    names = ("run_id", "tokens_used", "cost")
    told = {name: reply[name] for name in names} | {"conversation_id": reply["session_id"]}
    rooms.progress(studio.user_id, told | {"kind": "chat", "status": "finished", "done": 1, "total": 1})

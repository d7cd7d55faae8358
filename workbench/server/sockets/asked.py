"""Questions that were shown and are not stored yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Asked", "Question"]


@dataclass(eq=False, slots=True)
class Question:
    """A question that is being answered.

    Attributes
    ----------
    message : dict
        As the room was told of it.
    answer_id : str or None
        Of the message under which the answer will be stored, once something of it was shown.
    """

    message: dict[str, Any]
    answer_id: str | None = None

    @property
    def ids(self) -> list[str]:
        """Of what was shown."""
        return [self.message["id"], *([self.answer_id] if self.answer_id else [])]


class Asked:
    """The questions of all conversations that are being answered, whichever process does it."""

    def __init__(self) -> None:
        self._open: dict[str, list[Question]] = {}

    def __iter__(self) -> Iterator[str]:
        return iter([*self._open])

    def of(self, conversation_id: str) -> list[Question]:
        """Return those of a conversation: one, unless the end of others was not heard."""
        return [*self._open.get(conversation_id, ())]

    def hear(self, event: str, told: dict[str, Any], *, alone: bool = False) -> None:
        """Take note of what a room is told.

        Parameters
        ----------
        event : str
            Its name.
        told : dict
            Its payload.
        alone : bool
            Whether all turns are this process's, so that a question means that the one before is over.
        """
        conversation_id = told.get("conversation_id", "")
        if event == "message_received" and told["role"] == "user":
            before = [] if alone else self.of(conversation_id)
            self._open[conversation_id] = [*before, Question(told)]
        elif event == "message_received" and (waiting := self.of(conversation_id)):
            self.forget(conversation_id, waiting[-1].ids)
        elif event == "message_delta" and (waiting := self.of(conversation_id)):
            waiting[-1].answer_id = told["message_id"]
        elif event == "message_withdrawn":
            self.forget(conversation_id, told["message_ids"])

    def forget(self, conversation_id: str, message_ids: list[str]) -> None:
        """Forget the questions among these messages."""
        rest = [one for one in self.of(conversation_id) if one.message["id"] not in message_ids]
        if rest:
            self._open[conversation_id] = rest
        else:
            self._open.pop(conversation_id, None)

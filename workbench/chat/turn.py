"""A question on its way to being answered."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workbench.storage.base import utcnow

__all__ = ["Announce", "Announced", "Turn"]

Announce = Callable[[dict[str, Any]], None]


def _id() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and the answer to come.

    Their identifiers are there before they are stored, so that whoever watches an answer come can tell
    what belongs to it.

    Attributes
    ----------
    session_id : str
        The conversation.
    user_id : str
        Who asks, and to whom the Run and its cost belong.
    question : str or None
        ``None`` answers the last stored question again.
    asked : datetime
        When.
    question_id, answer_id : str
        Of the two messages.
    """

    session_id: str
    user_id: str
    question: str | None
    asked: datetime = field(default_factory=utcnow)
    question_id: str = field(default_factory=_id)
    answer_id: str = field(default_factory=_id)

    @property
    def ids(self) -> dict[str, str | None]:
        """The identifiers as replies carry them."""
        asked = self.question_id if self.question is not None else None
        return {"session_id": self.session_id, "user_message_id": asked, "message_id": self.answer_id}


class Announced:
    """Calls back with every message once.

    Parameters
    ----------
    announce : callable or None
        Takes a message as a dict.
    """

    def __init__(self, announce: Announce | None) -> None:
        self._announce = announce
        self._ids: set[str] = set()

    def __bool__(self) -> bool:
        """Whether something was announced, or nobody wants it announced."""
        return self._announce is None or bool(self._ids)

    def once(self, message: dict[str, Any]) -> None:
        """Announce a message, unless it was."""
        if self._announce is not None and message["id"] not in self._ids:
            self._ids.add(message["id"])
            self._announce(message)

    def each(self, messages: Sequence[dict[str, Any]]) -> None:
        """Announce those that were not."""
        for message in messages:
            self.once(message)

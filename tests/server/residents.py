"""People who talk in a room through thick and thin, and what they saw of it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from queue import Empty, Queue
from typing import Any, Self

from socketio.exceptions import SocketIOError

from tests.jupyter import Server
from tests.server.listener import PATIENCE, Listener

PAUSE = 0.15
"""Seconds between two messages: so many people stay below the limits of their one address."""


class Lost(Exception):
    """The connection went while something was waited for."""


class Resident:
    """Somebody who speaks, listens, and goes on at another server when theirs is gone.

    What is seen is kept as the documentation asks of a client: who comes back gives the last answer as
    the cursor and forgets what was shown since.

    Parameters
    ----------
    servers : sequence of Server
        Where, in the order of preference; looked at anew when a connection is gone.
    name, key : str
        Who.
    talk, cursor : str
        The conversation, and the last answer in it.
    speaks : bool
        Whether anything is said.
    """

    def __init__(
        self, servers: Sequence[Server], name: str, key: str, talk: str, cursor: str, *, speaks: bool = True
    ) -> None:
        self.name, self.talk = name, talk
        self.seen: list[dict[str, Any]] = []
        self.acknowledged: list[str] = []
        self.refused: list[dict[str, Any]] = []
        self.connections = self.turn = 0
        self.heard_on: list[Counter[str]] = []
        self.servers, self._key, self._cursor = servers, key, cursor
        self._speaking, self._here = speaks, True
        self.idle = threading.Event()
        self._thread = threading.Thread(target=self._live, name=name)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._here = self._speaking = False
        self._thread.join(PATIENCE)

    @property
    def ids(self) -> list[str]:
        """The messages that this one sees, first seen first."""
        return [message["id"] for message in self.seen]

    def speak(self) -> None:
        """Go on speaking."""
        self.idle.clear()
        self._speaking = True

    def hush(self) -> None:
        """Say nothing more, and wait for the last answer."""
        self._speaking = False
        assert self.idle.wait(PATIENCE), f"{self.name} waits for an answer"

    def call(self, line: Listener, event: str, **payload: Any) -> Any:
        """Send, and wait for the acknowledgement or the end of the connection."""
        answers: Queue[Any] = Queue()
        line.client.emit(event, {"conversation_id": self.talk, **payload}, callback=answers.put)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(Empty):
                return answers.get(timeout=0.05)
            if not line.client.connected:
                raise Lost
        raise AssertionError(f"{self.name} got no answer to {event}")

    def _live(self) -> None:
        numbers = count()
        while True:
            server = self.servers[self.turn % len(self.servers)]
            self.turn += 1
            with suppress(SocketIOError, Lost), _Line(self, server, auth={"token": self._key}) as line:
                self._stay(line, numbers)
            if not self._here:
                return
            time.sleep(PAUSE)

    def _stay(self, line: Listener, numbers: Iterator[int]) -> None:
        known = self.ids.index(self._cursor) + 1 if self._cursor in self.ids else 0
        del self.seen[known:]
        answer = self.call(line, "join_conversation", after=self._cursor)
        if "error" in answer:
            self.refused.append(answer["error"])
            return
        # What was being stored at that moment may come a second time.
        self.heard_on[-1].clear()
        self.connections += 1
        while self._here:
            if not line.client.connected:
                raise Lost
            if self._speaking:
                self._say(line, f"{self.name} {next(numbers)}")
            else:
                self.idle.set()
            time.sleep(PAUSE)

    def _say(self, line: Listener, content: str) -> None:
        reply = self.call(line, "send_message", content=content)
        if "error" in reply:
            self.refused.append(reply["error"])
        else:
            self.acknowledged += [reply["user_message_id"], reply["message_id"]]

    def hear(self, event: str, told: Any) -> None:
        """Keep what is seen."""
        if event == "message_received":
            self.heard_on[-1][told["id"]] += 1
            if told["id"] not in self.ids:
                self.seen.append(told)
            if told["role"] == "assistant":
                self._cursor = told["id"]
        elif event == "message_withdrawn":
            self.seen = [message for message in self.seen if message["id"] not in told["message_ids"]]


class _Line(Listener):
    """One connection of a resident."""

    def __init__(self, resident: Resident, server: Server, **how: Any) -> None:
        self._resident = resident
        resident.heard_on.append(Counter())
        super().__init__(server, transports=["websocket"], **how)

    def _hear(self, event: str, payload: Any) -> None:
        super()._hear(event, payload)
        self._resident.hear(event, payload)


@contextmanager
def going_on(*acts: Callable[[], Any]) -> Iterator[None]:
    """Do each again and again in a thread of its own meanwhile; what one raises is raised at the end."""
    over, failures = threading.Event(), []

    def repeat(act: Callable[[], Any]) -> None:
        try:
            while not over.is_set():
                act()
                over.wait(PAUSE)
        except BaseException as error:  # noqa: BLE001 - raised below, in the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=repeat, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(PATIENCE)
    if failures:
        raise failures[0]


def eventually(holds: Callable[[], bool], what: Callable[[], object]) -> None:
    """Wait until something holds; if it never does, say what there is instead."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, what()
        time.sleep(0.1)

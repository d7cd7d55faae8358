"""Two server processes on one database and one Redis."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tests.jupyter import Server
from tests.server.conftest import home_of, key_of, on_database, standing
from tests.server.listener import Listener
from tests.server.residents import Resident, eventually
from tests.servers.redis import RedisServer
from tests.standin.server import StandIn
from workbench.settings import load_settings
from workbench.studio import Studio

_NAMES = count()


@dataclass
class Room:
    """A conversation, its owner, a message of theirs that was answered, and who is in it."""

    studio: Studio
    talk: str
    owner: str
    key: str
    cursor: str
    residents: list[Resident] = field(default_factory=list)

    def stored(self) -> list[dict[str, Any]]:
        """Return what is in the database behind the first answer."""
        found: list[dict[str, Any]] = []
        cursor = self.cursor
        while page := self.studio.chat.messages_after(self.talk, self.owner, cursor):
            found += page
            cursor = page[-1]["id"]
        return found

    def listen(self, server: Server) -> Listener:
        """Connect, and enter the room."""
        listener = Listener(server, auth={"token": self.key}, transports=["websocket"])
        listener.join(self.talk)
        return listener

    def resident(self, *servers: Server, speaks: bool = True) -> Resident:
        """Let somebody move in."""
        name = f"resident{next(_NAMES)}"
        key = key_of(self.studio, self.studio.accounts.create(name).id)
        self.studio.chat.add_member(self.talk, self.owner, name)
        self.residents.append(Resident(servers, name, key, self.talk, self.cursor, speaks=speaks))
        return self.residents[-1]

    def check(self, *, in_order: bool = True) -> None:
        """Every resident sees what is stored, each message once; all that was acknowledged is stored."""
        wanted = [message["id"] for message in self.stored()]
        row = list if in_order else sorted
        eventually(
            lambda: all(row(one.ids) == row(wanted) for one in self.residents),
            lambda: {one.name: _differs(one.ids, wanted) for one in self.residents},
        )
        for one in self.residents:
            assert set(one.acknowledged) <= set(wanted)
        assert [message["role"] for message in self.stored()] == ["user", "assistant"] * (len(wanted) // 2)


def _differs(seen: list[str], wanted: list[str]) -> dict[str, Any]:
    first = next((at for at, pair in enumerate(zip(seen, wanted, strict=False)) if len({*pair}) > 1), None)
    return {
        "missing": [one for one in wanted if one not in seen],
        "beyond": [one for one in seen if one not in wanted],
        "first difference": first,
    }


@dataclass
class Pair:
    """Both, and what they share."""

    one: Server
    two: Server
    redis: RedisServer
    studio: Studio

    def room(self) -> Room:
        """Make a conversation in which something was said."""
        return opened_room(self.studio)


def opened_room(studio: Studio) -> Room:
    """Make a conversation in which something was said."""
    owner = studio.accounts.create(f"owner{next(_NAMES)}").id
    talk = studio.chat.create_session(owner, "Talk", "gpt-4o", provider="openai")
    studio.chat.add_message(talk, "user", "Hello?")
    cursor = studio.chat.add_message(talk, "assistant", "Hello.")
    return Room(studio, talk, owner, key_of(studio, owner), cursor)


@contextmanager
def paired(folder: Path, standin: StandIn, url: str) -> Iterator[Pair]:
    """Start both."""
    redis = RedisServer(folder)
    on_database(folder, url)
    try:
        with (
            standing(folder, standin, REDIS_URL=redis.url) as one,
            standing(folder, standin, REDIS_URL=redis.url) as two,
        ):
            studio = Studio(load_settings(workbench_home=home_of(one)))
            yield Pair(one, two, redis, studio)
            studio.close()
    finally:
        redis.stop()

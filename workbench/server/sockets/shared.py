"""What several server processes share through Redis: what rooms are told, and turns."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import socketio
from redis import RedisError
from redis import asyncio as redis
from redis.asyncio.lock import Lock
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from workbench.errors import Unavailable
from workbench.server.sockets.rooms import is_conversation
from workbench.server.sockets.told import Told
from workbench.server.sockets.turns import Turns

__all__ = ["SharedManager", "SharedTurns"]

_LOG = logging.getLogger(__name__)
_CHANNEL = "workbench:rooms"
_LOCK = "workbench:turn:"
_LEASE_SECONDS = 10.0
"""After so long the turn of a process that was killed is over."""
_PATIENCE_SECONDS = 2.0
_LONGEST_REST_SECONDS = 5.0
_WAITING = 10_000
"""So many events wait for a slow Redis; of more, the oldest are left out."""


class _Link:
    """A Redis that may be gone for a while, which is said once."""

    def __init__(self, url: str, consequence: str, *, patience: float | None = _PATIENCE_SECONDS) -> None:
        self.client = redis.Redis.from_url(
            url,
            socket_connect_timeout=_PATIENCE_SECONDS,
            socket_timeout=patience,
            retry=Retry(NoBackoff(), 1),
        )
        self._consequence = consequence
        self._rests_until = 0.0
        self._down = False

    @property
    def rests(self) -> bool:
        """Whether Redis was found not to answer a moment ago."""
        return time.monotonic() < self._rests_until

    def lost(self, error: RedisError) -> None:
        """Leave it alone for a moment."""
        if not self._down:
            _LOG.warning("Redis does not answer (%s): %s.", type(error).__name__, self._consequence)
        self._down = True
        self._rests_until = time.monotonic() + 1

    def found(self) -> None:
        """Note that it answers."""
        if self._down:
            _LOG.warning("Redis answers again.")
        self._down = False


class SharedManager(socketio.AsyncRedisManager):
    """Tells the rooms of every process; those of this one never wait for Redis.

    Parameters
    ----------
    url : str
        Of the Redis.
    gates : Turns
        What is told to a room passes here, one after the other.

    Attributes
    ----------
    told : Told or None
        Knows what is news to a room.
    """

    def __init__(self, url: str, gates: Turns) -> None:
        super().__init__(url, _CHANNEL)
        self.told: Told | None = None
        self._gates = gates
        self._speaking = _Link(url, "other processes are told nothing")
        # A subscription may be silent for long.
        self._hearing = _Link(url, "nothing is heard of other processes", patience=None)
        self._outbox: asyncio.Queue[Any] = asyncio.Queue(_WAITING)
        self._sending: asyncio.Task[None] | None = None

    async def _handle_emit(self, message: dict[str, Any]) -> None:
        if message.get("host_id") == self.host_id:
            await self._tell(message)
        else:
            # Not waited for: what is said in one room must not wait for another one's gate.
            self.server.start_background_task(self._tell, message)

    async def _tell(self, message: dict[str, Any]) -> None:
        room = message.get("room") or ""
        async with self._gates.turn(room):
            told = self.told if is_conversation(room) else None
            if told is None or await told.hear(message["event"], message["data"][0]):
                await super()._handle_emit(message)

    async def _publish(self, data: Any) -> None:
        if self._outbox.full():
            self._outbox.get_nowait()
        self._outbox.put_nowait(data)
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send())

    async def _send(self) -> None:
        # One after the other, because two connections keep no order between them.
        while not self._outbox.empty():
            text = self.json.dumps(self._outbox.get_nowait())
            if self._speaking.rests:
                continue
            try:
                await self._speaking.client.publish(_CHANNEL, text)
            except RedisError as error:
                self._speaking.lost(error)
            else:
                self._speaking.found()

    async def _listen(self) -> AsyncIterator[bytes]:
        rest = 0.1
        while True:
            try:
                subscription = self._hearing.client.pubsub(ignore_subscribe_messages=True)
                await subscription.subscribe(_CHANNEL)
                self._hearing.found()
                rest = 0.1
                async for message in subscription.listen():
                    yield message["data"]
            except RedisError as error:
                self._hearing.lost(error)
            await asyncio.sleep(rest)
            rest = min(2 * rest, _LONGEST_REST_SECONDS)


class SharedTurns(Turns):
    """Turns across processes; while Redis does not answer, within this one.

    Parameters
    ----------
    url : str
        Of the Redis.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._link = _Link(url, "this process keeps the order of messages alone")

    async def taken(self, name: str) -> bool:
        """Say whether somebody has the turn, in whatever process.

        Raises
        ------
        Unavailable
            Redis does not answer.
        """
        if name in self._last:
            return True
        try:
            if not self._link.rests:
                return bool(await self._link.client.exists(_LOCK + name))
        except RedisError as error:
            self._link.lost(error)
        raise Unavailable("Redis does not answer.", "Try again in a moment.")

    def _beyond(self, name: str) -> _Lease:
        return _Lease(self._link, name)


class _Lease:
    """A lock in Redis that is renewed while it is held."""

    def __init__(self, link: _Link, name: str) -> None:
        self._link = link
        self._lock = Lock(link.client, _LOCK + name, timeout=_LEASE_SECONDS, sleep=0.05, thread_local=False)
        self._renewing: asyncio.Task[None] | None = None

    async def acquire(self) -> None:
        """Wait until no other process has it."""
        if self._link.rests:
            return
        try:
            await self._lock.acquire()
        except RedisError as error:
            self._link.lost(error)
        else:
            self._link.found()
            self._renewing = asyncio.create_task(self._renew())

    async def release(self) -> None:
        """Give it back, if it was had."""
        if self._renewing is None:
            return
        self._renewing.cancel()
        # Where Redis is gone, or has forgotten, there is nothing to give back.
        with suppress(RedisError):
            await self._lock.release()

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(_LEASE_SECONDS / 3)
            with suppress(RedisError):
                await self._lock.extend(_LEASE_SECONDS, replace_ttl=True)

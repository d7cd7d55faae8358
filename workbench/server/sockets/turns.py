"""One at a time, in the order of coming."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

__all__ = ["Beyond", "Place", "Turns"]


class Beyond(Protocol):
    """Keeps other processes out, too."""

    async def acquire(self) -> None:
        """Wait until no other process is in."""

    async def release(self) -> None:
        """Let the next one in."""


class Place:
    """A place in a queue.

    Parameters
    ----------
    before : Future or None
        Is done when those before have left.
    beyond : Beyond or None
        What keeps other processes out.
    """

    def __init__(self, before: asyncio.Future[None] | None, beyond: Beyond | None) -> None:
        self.left: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._before = before
        self._beyond = beyond
        self._in = False

    async def come(self) -> None:
        """Wait until it is one's turn; where nobody is before, this takes no step of the event loop."""
        if self._before is not None and not self._before.done():
            # Shielded: who gives up waiting must not end the turn of those before.
            await asyncio.shield(self._before)
        if self._beyond is not None:
            self._in = True
            await self._beyond.acquire()

    async def leave(self) -> None:
        """Let the next one come, or give the place up."""
        try:
            if self._beyond is not None and self._in:
                await self._beyond.release()
        finally:
            if self._before is None or self._before.done():
                self.left.set_result(None)
            else:
                # Those behind must not overtake those before.
                self._before.add_done_callback(lambda _: self.left.set_result(None))


class Turns:
    """Queues by name."""

    def __init__(self) -> None:
        self._last: dict[str, asyncio.Future[None]] = {}

    def queue(self, name: str) -> Place:
        """Take the next place at once, before anything is waited for."""
        place = Place(self._last.get(name), self._beyond(name))
        self._last[name] = place.left
        place.left.add_done_callback(lambda left: self._forget(name, left))
        return place

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for one's turn and keep it meanwhile."""
        place = self.queue(name)
        try:
            await place.come()
            yield
        finally:
            await place.leave()

    def _beyond(self, name: str) -> Beyond | None:  # noqa: ARG002 - for those who share turns
        return None

    def _forget(self, name: str, left: asyncio.Future[None]) -> None:
        if self._last.get(name) is left:
            del self._last[name]

"""A loop whose step may hang or crash without ending the others."""

from __future__ import annotations

import os
import select
import signal
import struct
from collections.abc import Callable, Iterator
from typing import NoReturn, Self

from workbench.knowledge.parsing.base import Limits

__all__ = ["one_by_one"]

# A page that takes longer than this share of the whole time is given up.
_SHARE = 0.125
_MOST_FAILURES = 20
_LEAST_PATIENCE = 1.0
_HEAD = struct.Struct("<q")
_NOTHING = -1
_PIECE = 1 << 20


def one_by_one(read: Callable[[int], str | None], count: int, limits: Limits) -> Iterator[str | None]:
    """Yield ``read(0)`` to ``read(count - 1)``, each None where it failed, hung or crashed.

    The steps run in a forked process, and after a crash the rest in another one; after 20 crashes the
    rest is None.

    Parameters
    ----------
    read : callable
        One step.
    count : int
        How many there are.
    limits : Limits
        An eighth of its seconds is the longest step, half of that after each failure.
    """
    done = failures = 0
    while done < count and failures < _MOST_FAILURES:
        with _Worker(read, done, count) as worker:
            # halved each time, so that many hanging steps take no longer than two
            for text in worker.answers(max(_LEAST_PATIENCE, limits.seconds * _SHARE / 2**failures)):
                done += 1
                yield text
        if done < count:
            failures += 1
            done += 1
            yield None
    yield from (None for _ in range(done, count))


class _Worker:
    def __init__(self, read: Callable[[int], str | None], first: int, count: int) -> None:
        self._source, sink = os.pipe()
        self._buffer = bytearray()
        self._pid = os.fork()
        if not self._pid:
            os.close(self._source)
            _work(read, first, count, sink)
        os.close(sink)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._source)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)

    def answers(self, patience: float) -> Iterator[str | None]:
        """Yield what arrives, until the worker is done, dead or silent for too long."""
        while (head := self._take(_HEAD.size, patience)) is not None:
            size = _HEAD.unpack(head)[0]
            body = b"" if size == _NOTHING else self._take(size, patience)
            if body is None:
                return
            yield None if size == _NOTHING else body.decode("utf-8")

    def _take(self, size: int, patience: float) -> bytes | None:
        while len(self._buffer) < size:
            if not select.select([self._source], [], [], patience)[0]:
                return None
            piece = os.read(self._source, _PIECE)
            if not piece:
                return None
            self._buffer += piece
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken


def _work(read: Callable[[int], str | None], first: int, count: int, sink: int) -> NoReturn:
    """Answer each step; whatever goes wrong ends this process, which says enough."""
    try:
        with os.fdopen(sink, "wb") as out:
            for place in range(first, count):
                text = read(place)
                body = b"" if text is None else text.encode("utf-8")
                out.write(_HEAD.pack(_NOTHING if text is None else len(body)) + body)
                # the reader must know how far it came when the next step crashes
                out.flush()
    finally:
        os._exit(0)

"""Runs a program and watches its event loop.

    python -m benchmarks.serving.watched FILE MODULE [ARGUMENT ...]

``late_ms``
    How much later than due a timer came that is due every 5 ms: whatever somebody who waits for the loop
    waits for. That is callbacks that take long, the interpreter's lock in the hands of another thread, a
    garbage collection, and the operating system giving the core to another process.
``own_ms``
    The most processor time that the loop's thread used between two such timers: what the loop did itself,
    without what it waited for.
``callback_ms``
    How long the longest callback took by the clock.
``collection_ms``
    The longest garbage collection, in whichever thread.

On SIGUSR2 the figures since the last one are written to FILE, and counting begins anew.
"""

from __future__ import annotations

import asyncio
import gc
import json
import runpy
import signal
import sys
import time
from pathlib import Path
from typing import Any

TICK = 0.005
NAMED = 0.02
"""Seconds; callbacks that take longer are named."""


class Watch:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.begin()

    def begin(self) -> None:
        self.late: list[float] = []
        self.callback = self.own = self.collection = self.collecting = 0.0
        self.used = time.thread_time()
        self.named: list[str] = []

    def follow(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self.late.append(loop.time() - due)
        own = time.thread_time()
        self.own, self.used = max(self.own, own - self.used), own
        then = loop.time() + TICK
        loop.call_at(then, self.follow, loop, then)

    def called(self, handle: Any, took: float) -> None:
        self.callback = max(self.callback, took)
        if took > NAMED:
            self.named.append(f"{1e3 * took:.0f} ms: {handle!r}")

    def collected(self, phase: str, _: Any) -> None:
        if phase == "start":
            self.collecting = time.perf_counter()
        else:
            self.collection = max(self.collection, time.perf_counter() - self.collecting)

    def tell(self, *_: Any) -> None:
        late = sorted(self.late) or [0.0]
        figures = {
            "late_ms": 1e3 * late[-1],
            "late_p999_ms": 1e3 * late[int(0.999 * (len(late) - 1))],
            "late_p99_ms": 1e3 * late[int(0.99 * (len(late) - 1))],
            "callback_ms": 1e3 * self.callback,
            "own_ms": 1e3 * self.own,
            "collection_ms": 1e3 * self.collection,
            "beats": len(late),
            "named": self.named[-50:],
        }
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(figures))
        fresh.rename(self.file)
        self.begin()


def watch(watch: Watch) -> None:
    """Let whatever event loop this process makes be watched."""
    plain = asyncio.Handle._run  # noqa: SLF001 - every callback comes by here

    def run(handle: Any) -> None:
        began = time.perf_counter()
        plain(handle)
        watch.called(handle, time.perf_counter() - began)

    class Policy(asyncio.DefaultEventLoopPolicy):
        def new_event_loop(self) -> asyncio.AbstractEventLoop:
            loop = super().new_event_loop()
            loop.call_soon(watch.follow, loop, loop.time())
            return loop

    asyncio.Handle._run = run  # noqa: SLF001
    asyncio.set_event_loop_policy(Policy())
    gc.callbacks.append(watch.collected)
    signal.signal(signal.SIGUSR2, watch.tell)


if __name__ == "__main__":
    watch(Watch(Path(sys.argv[1])))
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)

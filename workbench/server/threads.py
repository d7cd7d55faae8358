"""Work that waits, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from typing import Any

__all__ = ["Work", "replying", "threaded"]

_THREADS = 64

Work = Callable[..., Awaitable[Any]]


async def threaded(call: Callable[..., Any], *given: Any) -> Any:
    """Call in a thread with this task's context."""
    return await _in(_pool("workbench-request"), call, *given)


async def replying(call: Callable[..., Any], *given: Any) -> Any:
    """Like `threaded`, for what takes as long as a model speaks; requests keep threads of their own."""
    return await _in(_pool("workbench-reply"), call, *given)


async def _in(pool: ThreadPoolExecutor, call: Callable[..., Any], *given: Any) -> Any:
    context = copy_context()
    return await asyncio.get_running_loop().run_in_executor(pool, lambda: context.run(call, *given))


@cache
def _pool(name: str) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, name)

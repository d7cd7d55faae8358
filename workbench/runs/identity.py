"""Identifiers: of Runs, of executions and of the process that owns a running one."""

from __future__ import annotations

import os
import secrets
import socket
import sys
import threading
import time
from functools import lru_cache
from pathlib import Path

__all__ = ["is_alive", "new_id", "owner"]

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TOLERANCE = 2
"""Hundredths of a second by which two readings of one process's start may differ."""
_STARTTIME = 18
"""Where the start stands after the state; see proc(5)."""
_GONE = "ZX"
"""States of a process that ended and was not waited for."""
_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """Return a ULID: 48 bits of milliseconds and 80 random ones, 26 characters of base 32.

    Two made in one process always sort in the order of their making.
    """
    global _last
    with _lock:
        fresh = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
        _last = fresh if fresh >> 80 > _last >> 80 else _last + 1
        number = _last
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def owner(pid: int | None = None) -> str:
    """Return this process, or a child of it, as ``host:pid:start``, which no other process ever equals."""
    return _owner(os.getpid()) if pid is None else _told(pid)


@lru_cache(maxsize=4)
def _owner(pid: int) -> str:
    return _told(pid)


def _told(pid: int) -> str:
    return f"{socket.gethostname()}:{pid}:{_start(pid) or 0}"


def _start(pid: int) -> int | None:
    """Return when the process started, in hundredths of a second; ``None`` when it is gone.

    On Linux that is counted from the start of the machine: a time of day would change with each
    correction of the clock, and a living process be taken for a dead one.
    """
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return _start_elsewhere(pid) if sys.platform != "linux" else None
    return None if state in _GONE else int(fields[_STARTTIME])


def _start_elsewhere(pid: int) -> int | None:
    import psutil

    try:
        return round(float(psutil.Process(pid).create_time()) * 100)
    except psutil.Error:
        return None


def is_alive(who: str) -> bool:
    """Whether the owner still runs; one on another host is taken to be alive."""
    host, pid, start = who.rsplit(":", 2)
    if host != socket.gethostname():
        return True
    began = _start(int(pid))
    return began is not None and abs(began - int(start)) <= TOLERANCE

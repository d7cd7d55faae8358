"""Files parsed in processes of their own, whatever is in them."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import BoundedSemaphore
from typing import IO, Any

from workbench.errors import BadInput, WorkbenchError
from workbench.knowledge.parsing import warden
from workbench.knowledge.parsing.base import Limits, Parsed
from workbench.knowledge.parsing.handover import read_result
from workbench.knowledge.parsing.kinds import open_regular
from workbench.knowledge.parsing.task import OUT_OF_MEMORY, over_memory

__all__ = ["parse_file"]

_TICK = 0.1
# The server keeps the time; this long after, it must have stopped itself.
_GRACE = 30.0
_ANSWER = 1 << 16
_MOST_NAME = 1_000
_NEARLY = 0.7
_DEFAULT = Limits()
_slots = BoundedSemaphore(max(2, os.cpu_count() or 1))


def parse_file(
    path: str | os.PathLike[str],
    filename: str = "",
    *,
    limits: Limits = _DEFAULT,
    tick: Callable[[], None] | None = None,
) -> Parsed:
    """Read a file into text, in a process with limits.

    Parameters
    ----------
    path : path
        Its bytes.
    filename : str
        What its owner calls it; by default the path's last part.
    limits : Limits
        What it may use.
    tick : callable, optional
        Called ten times a second; what it raises stops the parse at once, as an interrupt does.

    Returns
    -------
    Parsed
        The text and who read it.

    Raises
    ------
    BadInput
        One sentence on what is wrong with the file: empty, another format than its name says, of
        a format that nobody reads, encrypted, damaged, without text, or beyond one of the limits.
    MissingExtra
        If its parser's library is not installed.
    NotFound, Refused
        If the file is not there, or may not be read.
    """
    name = (filename or Path(path).name).encode("utf-8", "replace").decode("utf-8")[-_MOST_NAME:]
    with open_regular(path) as source, tempfile.TemporaryFile() as sink, _slot(tick):
        report = _run(source, sink, {"filename": name, "limits": asdict(limits)}, limits, tick)
        if report["exit"] or report["late"]:
            raise _failure(report, limits)
        try:
            sink.seek(0)
            return read_result(sink)
        except WorkbenchError:
            raise
        except (ValueError, KeyError, TypeError):
            raise BadInput(
                "The file made its parser answer nonsense.", "Save it again, or convert it."
            ) from None


@contextmanager
def _slot(tick: Callable[[], None] | None) -> Iterator[None]:
    """Wait until one of the processes that may run at a time is free."""
    while not _slots.acquire(timeout=_TICK):
        if tick:
            tick()
    try:
        yield
    finally:
        _slots.release()


def _run(
    source: IO[bytes],
    sink: IO[bytes],
    request: dict[str, Any],
    limits: Limits,
    tick: Callable[[], None] | None,
) -> dict[str, Any]:
    for _ in range(2):
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                server = warden.send(
                    json.dumps(request).encode(), [source.fileno(), sink.fileno(), theirs.fileno()]
                )
            # closing our end, whatever the reason, has the server kill the parse
            if report := _wait(ours, time.monotonic() + limits.seconds + _GRACE, tick):
                return report
        # killed by somebody; what it had begun is begun again
        warden.give_up(server)
        sink.seek(0)
        sink.truncate()
    raise BadInput("The file could not be read: the server of parses was killed.", "Try again.")


def _wait(answer: socket.socket, deadline: float, tick: Callable[[], None] | None) -> dict[str, Any] | None:
    """Return the server's report, None if it died or hangs."""
    while time.monotonic() < deadline:
        if select.select([answer], [], [], _TICK)[0]:
            message = answer.recv(_ANSWER)
            return json.loads(message) if message else None
        if tick:
            tick()
    return None


def _failure(report: dict[str, Any], limits: Limits) -> BadInput:
    code, log = report["exit"], report["log"].lower()
    if report["late"] or code == -signal.SIGXCPU:
        return BadInput(
            f"The file took longer than {limits.seconds:g} s to read.",
            "Split it, or save it in a simpler format.",
        )
    wanted = "memory" in log or "bad_alloc" in log or report["memory_mb"] > _NEARLY * limits.memory_mb
    if code == OUT_OF_MEMORY or (code < 0 and wanted):
        return over_memory(limits)
    if code == -signal.SIGXFSZ:
        return BadInput("The file unpacks to more than may be written.", "Split it.")
    how = f"crash ({signal.Signals(-code).name})" if code < 0 else f"stop with status {code}"
    return BadInput(
        f"The file made its parser {how}.", "It is damaged or hostile; save it again, or convert it."
    )

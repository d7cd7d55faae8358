"""The server of parses: ``python -m workbench.knowledge.parsing.child``, a process that forks.

It is single-threaded and has the libraries loaded, so that a parse costs a fork instead of a start
of Python. Each request brings three open files: the one to read, the one to write to, and a socket
on which it answers how the parse ended. When the other end of that socket is closed, the parse is
killed; when its parent is gone, so is everything.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from workbench.knowledge.parsing import registry
from workbench.knowledge.parsing.base import Limits
from workbench.knowledge.parsing.bounds import die_with_parent
from workbench.knowledge.parsing.kinds import extension_of
from workbench.knowledge.parsing.task import perform

__all__ = ["MOST_MESSAGE", "main"]

MOST_MESSAGE = 1 << 16
_LOG_TAIL = 2_000
_FDS = 3


@dataclass(slots=True)
class _Parse:
    """One that runs."""

    pid: int
    watch: int
    answer: socket.socket
    log: int
    folder: str
    deadline: float
    late: bool = False


class _Server:
    def __init__(self, control: socket.socket, parent: int, folder: str) -> None:
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ, None)
        self._parent = os.pidfd_open(parent)
        self._selector.register(self._parent, selectors.EVENT_READ, None)
        self._running: dict[int, _Parse] = {}
        self._folder = folder

    def serve(self) -> None:
        """Answer until the parent is gone."""
        try:
            while True:
                for key, _ in self._selector.select(self._patience()):
                    if key.fileobj == self._parent:
                        return
                    if key.fileobj is self._control:
                        if not self._accept():
                            return
                    elif key.data.pid in self._running:
                        self._react(key.fileobj, key.data)
                self._stop_late()
        finally:
            for parse in list(self._running.values()):
                self._kill(parse)
                self._end(parse)
            shutil.rmtree(self._folder, ignore_errors=True)

    def _patience(self) -> float | None:
        if not self._running:
            return None
        return max(0.0, min(parse.deadline for parse in self._running.values()) - time.monotonic())

    def _accept(self) -> bool:
        message, fds, _, _ = socket.recv_fds(self._control, MOST_MESSAGE, _FDS)
        if not message:
            return False
        if len(fds) == _FDS:
            self._start(json.loads(message), *fds)
        return True

    def _start(self, request: dict[str, Any], source: int, sink: int, answer: int) -> None:
        _warm(request["filename"])
        limits = Limits(**request["limits"])
        log = os.memfd_create("log")
        folder = tempfile.mkdtemp(dir=self._folder)
        server = os.getpid()
        pid = os.fork()
        if not pid:
            _child(server, {source, sink, log}, log, folder)
            perform(source, sink, request["filename"], limits)
        os.close(source)
        os.close(sink)
        parse = _Parse(
            pid,
            os.pidfd_open(pid),
            socket.socket(fileno=answer),
            log,
            folder,
            time.monotonic() + limits.seconds,
        )
        self._running[pid] = parse
        self._selector.register(parse.watch, selectors.EVENT_READ, parse)
        self._selector.register(parse.answer, selectors.EVENT_READ, parse)

    def _react(self, source: Any, parse: _Parse) -> None:
        if source is parse.answer:
            # nothing is ever sent on it: the other end was closed
            self._kill(parse)
        self._end(parse)

    def _stop_late(self) -> None:
        now = time.monotonic()
        for parse in [parse for parse in self._running.values() if parse.deadline <= now]:
            parse.late = True
            self._kill(parse)
            self._end(parse)

    @staticmethod
    def _kill(parse: _Parse) -> None:
        for kill in (os.killpg, os.kill):
            # its group exists only once it came to make one
            with suppress(ProcessLookupError):
                kill(parse.pid, signal.SIGKILL)

    def _end(self, parse: _Parse) -> None:
        """Reap a parse that ended or was killed, with whatever it started, and say how it ended."""
        _, status, usage = os.wait4(parse.pid, 0)
        with suppress(ProcessLookupError):
            os.killpg(parse.pid, signal.SIGKILL)
        size = os.fstat(parse.log).st_size
        tail = os.pread(parse.log, _LOG_TAIL, max(0, size - _LOG_TAIL))
        report = {
            "exit": os.waitstatus_to_exitcode(status),
            "late": parse.late,
            "memory_mb": usage.ru_maxrss / 1024,
            "log": tail.decode("utf-8", "replace"),
        }
        shutil.rmtree(parse.folder, ignore_errors=True)
        with suppress(OSError):
            parse.answer.send(json.dumps(report).encode())
        del self._running[parse.pid]
        for source in (parse.watch, parse.answer):
            self._selector.unregister(source)
        os.close(parse.watch)
        os.close(parse.log)
        parse.answer.close()


def _warm(filename: str) -> None:
    """Load once what all later parses of this type need."""
    for name in registry.imports_of(extension_of(filename)):
        # the parse itself says what is missing
        with suppress(Exception):
            importlib.import_module(name)


def _child(server: int, kept: set[int], log: int, folder: str) -> None:
    """Make the forked process nobody's but its own."""
    os.setpgid(0, 0)
    die_with_parent(server)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.dup2(log, 1)
    os.dup2(log, 2)
    at = 3
    for handle in sorted(kept):
        os.closerange(at, handle)
        at = handle + 1
    os.closerange(at, os.sysconf("SC_OPEN_MAX"))
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    os.chdir(folder)


def main() -> NoReturn:
    """Serve the parent: its socket's number, its process and the folder to use are the arguments."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    handle, parent = int(sys.argv[1]), int(sys.argv[2])
    control = socket.socket(fileno=handle)
    os.set_inheritable(handle, False)
    if os.getppid() == parent:
        registry.file_types()
        importlib.import_module("numpy")
        # shared pages stay shared as long as nobody counts references in them
        gc.collect()
        gc.freeze()
        _Server(control, parent, sys.argv[3]).serve()
    sys.exit(0)


if __name__ == "__main__":
    main()

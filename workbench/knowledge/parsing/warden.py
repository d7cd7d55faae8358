"""The server of parses as its parent sees it: started on first use, again when it died."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock

from workbench.knowledge.parsing.bounds import safe_environment

__all__ = ["Server", "give_up", "send", "stop"]

_MODULE = "workbench.knowledge.parsing.child"
_PATIENCE = 5.0


class Server:
    """A process that parses, and the socket that feeds it."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._folder = tempfile.mkdtemp(prefix="workbench-parsing-")
        root = str(Path(__file__).parents[3])
        environment = safe_environment()
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [environment.get("PYTHONPATH"), root]))
        # a session of its own, so that no Ctrl-C of the terminal reaches it
        arguments = [str(theirs.fileno()), str(os.getpid()), self._folder]
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", _MODULE, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def send(self, message: bytes, files: Sequence[int]) -> None:
        """Hand over a request; OSError if the server is gone."""
        socket.send_fds(self._socket, [message], list(files), socket.MSG_NOSIGNAL)

    def alive(self) -> bool:
        """Whether it runs; reaps it if it does not."""
        return self.process.poll() is None

    def close(self) -> None:
        """End it with all its parses."""
        self._socket.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_PATIENCE)
        if self.alive():
            self.process.kill()
            self.process.wait()
        # one that was killed could not do it
        shutil.rmtree(self._folder, ignore_errors=True)

    def forget(self) -> None:
        """Leave it to the process that it belongs to."""
        self._socket.close()
        # it is no child of this process, which must not wait for it
        self.process.returncode = 0


_server: Server | None = None
_lock = Lock()


def send(message: bytes, files: Sequence[int]) -> Server:
    """Hand a request to this process's server, a new one if there is none alive."""
    global _server
    with _lock:
        for _ in range(2):
            if _server is None or not _server.alive():
                _drop()
                _server = Server()
            with suppress(OSError):
                _server.send(message, files)
                return _server
            _drop()
        _server = Server()
        _server.send(message, files)
        return _server


def give_up(server: Server) -> None:
    """End a server that did not answer, unless somebody else replaced it already."""
    with _lock:
        if _server is server:
            server.process.kill()
            _drop()


def stop() -> None:
    """End this process's server; the next parse starts another one."""
    with _lock:
        _drop()


def _drop() -> None:
    global _server
    if _server is not None:
        _server.close()
        _server = None


def _after_fork() -> None:
    global _server, _lock
    _lock = Lock()
    if _server is not None:
        _server.forget()
        _server = None


atexit.register(stop)
os.register_at_fork(after_in_child=_after_fork)

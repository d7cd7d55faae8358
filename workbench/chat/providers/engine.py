"""llama.cpp in this process: one engine a model file, shared by threads and interruptible."""

from __future__ import annotations

import atexit
import ctypes
import os
import threading
from collections.abc import Generator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from workbench.chat.providers.cores import Glance, free_cores
from workbench.chat.providers.llama import open_server

__all__ = ["Engine", "shared_engine"]

# Seconds of idleness that tell of the machine's load, and that make a slower opening worth while.
_GAP, _LONG_GAP = 1.0, 10.0
_WAIT_AT_EXIT = 10.0


class Engine:
    """One model file, opened on first use.

    Parameters
    ----------
    path : Path
        The GGUF file.
    context : int
        Most tokens of a conversation, prompt and answer together; llama.cpp lowers it to what
        the model was trained for.
    """

    def __init__(self, path: Path, context: int) -> None:
        self.path = path
        self.context = context
        self.turn = threading.Lock()
        self._server: Any = None
        self._threads = 0
        self._glance: Glance | None = None

    def chat(self, body: dict[str, Any], threads: int | None = None) -> Generator[dict[str, Any], None, None]:
        """Yield the chunks of an OpenAI-style streamed answer.

        Closing the generator stops llama.cpp at the token it is at. Calls from several threads
        take turns.

        Parameters
        ----------
        body : dict
            The request, as llama.cpp's server takes it.
        threads : int, optional
            Threads to compute with; by default the free cores.

        Raises
        ------
        Corrupted
            llama.cpp cannot open the file.
        MissingExtra
            llama.cpp is not installed.
        RuntimeError, ValueError, TypeError
            llama.cpp's own words about a request that it does not take.
        """
        generation = _Generation(self, body, threads)
        try:
            generation.start()
            while True:
                item = generation.chunks.get()
                if item is None:
                    return
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            generation.stop()

    def server(self, threads: int | None) -> Any:
        """Return llama.cpp's server, opened or reopened where its threads do not fit; hold `turn`."""
        wanted = threads or self._fitting_threads()
        if self._server is None or wanted != self._threads:
            self._server = None  # the old one goes first: two would need twice the memory
            self._server = open_server(self.path, self.context, wanted)
            self._threads = wanted
        return self._server

    def look(self) -> None:
        """Note the machine's idle time, so that the next call knows the load in between; hold `turn`."""
        self._glance = Glance.take()

    def close(self) -> None:
        """Free the model's memory; a later call opens it again; hold `turn`."""
        self._server = None

    def abandon(self) -> None:
        """Forget the server without closing it: after a fork its threads are not in this process."""
        if self._server is not None:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._server))

    def _fitting_threads(self) -> int:
        if self._server is None or self._glance is None:
            return free_cores()
        # On a busy machine threads wait for each other, and two are many times slower than one.
        now = Glance.take()
        gap, idled = now.at - self._glance.at, now.idled(self._glance)
        if gap >= _GAP and idled < self._threads - 0.5:
            return max(1, round(idled))
        if gap >= _LONG_GAP and idled > self._threads + 0.9:
            return free_cores()
        return self._threads


class _Generation:
    """One request at work in its own thread; its chunks, then ``None`` or an exception, queue up."""

    def __init__(self, engine: Engine, body: dict[str, Any], threads: int | None) -> None:
        self.chunks: SimpleQueue[dict[str, Any] | BaseException | None] = SimpleQueue()
        self._engine = engine
        self._body = {**body, "stream": True, "return_progress": True}
        self._threads = threads
        self._stopped = threading.Event()
        # A daemon, or an answer that nobody waits for would hold up the interpreter's exit.
        self.thread = threading.Thread(target=self._run, name=f"local-{engine.path.stem}", daemon=True)

    def start(self) -> None:
        _running.add(self)
        self.thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        try:
            if self._wait_for_turn():
                try:
                    self._answer()
                finally:
                    self._engine.look()
                    self._engine.turn.release()
            self.chunks.put(None)
        except BaseException as error:  # noqa: BLE001 - it is raised again in the caller's thread
            self.chunks.put(error)
        finally:
            _running.discard(self)

    def _wait_for_turn(self) -> bool:
        while not self._engine.turn.acquire(timeout=0.1):
            if self._stopped.is_set():
                return False
        return True

    def _answer(self) -> None:
        if self._stopped.is_set():
            return
        server = self._engine.server(self._threads)
        server.handle_chat_completions(self._body, self._take)

    def _take(self, chunk: dict[str, Any]) -> bool:
        """Queue a chunk; ``True`` makes llama.cpp drop the request."""
        self.chunks.put(chunk)
        return self._stopped.is_set()


_engines: dict[tuple[Path, int], Engine] = {}
_engines_lock = threading.Lock()
_running: set[_Generation] = set()


def shared_engine(path: Path, context: int) -> Engine:
    """Return this process's one engine for the file and context size."""
    key = (path.resolve(), context)
    with _engines_lock:
        return _engines.setdefault(key, Engine(*key))


def _forget_after_fork() -> None:
    global _engines, _engines_lock, _running
    for engine in _engines.values():
        engine.abandon()
    _engines, _engines_lock, _running = {}, threading.Lock(), set()


def _close_at_exit() -> None:
    """Let no thread call into an interpreter that is going away."""
    for generation in list(_running):
        generation.stop()
    for generation in list(_running):
        generation.thread.join(_WAIT_AT_EXIT)
    for engine in _engines.values():
        if engine.turn.acquire(timeout=_WAIT_AT_EXIT):
            engine.close()


atexit.register(_close_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)

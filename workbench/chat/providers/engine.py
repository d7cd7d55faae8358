"""llama.cpp in this process: one engine a model file, shared, interruptible, reproducible.

Two choices make an answer depend on nothing but the request. The prompt is computed a token at
a time, exactly as answers are, so that what a token's state is does not depend on how much of
the prompt the cache already held; and flash attention is off, whose sums depend on the number
of threads. A prompt that is new is read at the speed of generation for it, and one whose
beginning was read before, such as the next turn of a conversation, costs its new tokens alone.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import secrets
import shutil
import tempfile
import threading
from collections.abc import Generator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from workbench.chat.providers.cores import Glance, free_cores
from workbench.errors import Corrupted, MissingExtra

__all__ = ["Engine", "shared_engine"]

# Prompt tokens between two chances to stop.
_PROMPT_STEP = 8
# Seconds of idleness that tell of the machine's load, and that make a slower opening worth while.
_GAP, _LONG_GAP = 1.0, 10.0
# A Unix socket's address holds 107 bytes, and 92 on some systems.
_LONGEST_SOCKET_FOLDER = 60
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
        generation.start()
        try:
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
            self._server = _open(self.path, self.context, wanted)
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


def _open(path: Path, context: int, threads: int) -> Any:
    try:
        import xllamacpp
    except ModuleNotFoundError:
        raise MissingExtra(
            "Local models need xllamacpp, which is not installed.",
            "Run `pip install 'autogent-studio[local]'`.",
        ) from None
    folder = _socket_folder()
    try:
        return xllamacpp.Server(_parameters(xllamacpp, path, context, threads, folder))
    except RuntimeError:
        raise Corrupted(
            f"{path.name} cannot be opened: it is no whole GGUF file, of a model llama.cpp does not know, "
            "or larger than the free memory.",
            "Compare the file with its published checksum, and fetch it again.",
            details={"path": str(path)},
        ) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _socket_folder() -> str:
    folder = tempfile.mkdtemp(prefix="workbench-")
    if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER:
        return folder
    shutil.rmtree(folder)
    return tempfile.mkdtemp(prefix="workbench-", dir="/tmp")


def _parameters(xllamacpp: Any, path: Path, context: int, threads: int, folder: str) -> Any:
    given = xllamacpp.CommonParams()
    given.model.path = str(path)
    given.n_ctx = context
    given.n_parallel = 1
    given.cpuparams.n_threads = given.cpuparams_batch.n_threads = threads
    given.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    given.n_ubatch = 1
    given.n_batch = _PROMPT_STEP
    given.n_ctx_checkpoints = 0
    given.cache_ram_mib = 0
    given.warmup = False
    given.offline = True
    given.verbosity = -1
    # llama.cpp insists on listening: on a socket in a folder of ours that is removed at once, behind a key.
    given.hostnames = [f"{folder}/s.sock"]
    given.api_keys = [secrets.token_urlsafe(32)]
    given.n_threads_http = 1
    given.ui = False
    return given


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

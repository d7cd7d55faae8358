"""The messages that a kernel sends, cleaned at the one place where all of them pass."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_client.session import Session

    from workbench.security import RedactedStream, Redactor

__all__ = ["guard_session"]

# These take their place among a cell's outputs, so text before them must be out.
_PLACED = frozenset({"display_data", "execute_result", "error", "clear_output", "input_request"})
# Seconds after which the end of a text from a finished cell's thread is let go.
_QUIET = 0.5


class _Tail(NamedTuple):
    """The running end of one stream of one cell, and how its messages are sent."""

    stream: RedactedStream
    socket: Any
    ident: Any
    msg: dict[str, Any]


class _Text(NamedTuple):
    """A stream message that is ready to be sent."""

    socket: Any
    msg: dict[str, Any]
    ident: Any


def guard_session(shell: Any, redactor: Redactor) -> Callable[[], None]:
    """Clean every message of a kernel's session.

    Parameters
    ----------
    shell : ZMQInteractiveShell
        Its kernel's session is guarded.
    redactor : Redactor
        Knows the secrets.

    Returns
    -------
    callable
        Undoes it, and sends what was held back.
    """
    kernel = shell.kernel
    guard = _Guard(kernel.session, redactor)
    guard.begin(shell.get_parent())
    kernel.session.__dict__.update(send=guard.send, serialize=guard.serialize)
    children = _guard_children(kernel, guard)

    def undo() -> None:
        for name in ("send", "serialize"):
            kernel.session.__dict__.pop(name, None)
        children()
        guard.release_all()

    return undo


class _Guard:
    """Stands before a session's own ``send`` and ``serialize``."""

    def __init__(self, session: Session, redactor: Redactor) -> None:
        self.session = session
        self._redactor = redactor
        self._send: Callable[..., dict[str, Any] | None] = session.send
        self._serialize: Callable[..., list[bytes]] = session.serialize
        # Streams are sent by the output thread, displays by the cell's. Re-entrant, because
        # the collector may close a widget in the middle of anything.
        self._lock = threading.RLock()
        self._tails: dict[tuple[str, str], _Tail] = {}
        self._running: set[str] = set()
        self._pid = os.getpid()

    def begin(self, parent: dict[str, Any]) -> None:
        """Take the cell that is running now for running."""
        header = parent.get("header", parent)
        self._running.add(header.get("msg_id", ""))

    def serialize(self, msg: dict[str, Any], ident: Any = None) -> list[bytes]:
        """Pack a message; clean it first if a secret shows in what was packed.

        Looking through packed bytes costs a fraction of a walk through the message.
        """
        parts = self._serialize(msg, ident)
        if not self._redactor.matcher.finds_packed(b"\n".join(parts[-2:])):
            return parts
        cleaned = {name: self._redactor.value(msg.get(name) or {}) for name in ("metadata", "content")}
        return self._serialize({**msg, **cleaned}, ident)

    def send(
        self,
        stream: Any,
        msg_or_type: Any,
        content: dict[str, Any] | None = None,
        parent: dict[str, Any] | None = None,
        ident: Any = None,
        buffers: list[Any] | None = None,
        track: bool = False,
        header: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> dict[str, Any] | None:
        """Send a message as `Session.send` does, cleaned and in its order among the streams."""
        msg = msg_or_type
        if msg is None or isinstance(msg, str):
            msg = self.session.msg(msg, content, parent, header, metadata)
        if os.getpid() != self._pid:
            # a forked child has no cell's end to wait for; the parent joins its pieces
            return self._send(stream, msg, ident=ident, buffers=buffers, track=track)
        if msg["header"]["msg_type"] == "stream":
            return self._send_text(stream, msg, ident)
        self._send_all(self._before(msg))
        clean = [self._redactor.data(buffer) for buffer in buffers or msg.get("buffers") or ()]
        return self._send(stream, msg, ident=ident, buffers=clean, track=track)

    def release_all(self) -> None:
        """Send what is held of every cell."""
        with self._lock:
            ready = [text for key in self._tails for text in self._release(key)]
        self._send_all(ready)

    def _send_all(self, ready: list[_Text]) -> None:
        # Never under the lock: sending waits for the output thread once that is far behind,
        # and the output thread may be waiting for the lock.
        for text in ready:
            self._send(text.socket, text.msg, ident=text.ident)

    def _send_text(self, socket: Any, msg: dict[str, Any], ident: Any) -> dict[str, Any]:
        name, cell = msg["content"]["name"], _cell(msg)
        key = (cell, name)
        with self._lock:
            ready = self._release_cell(cell, besides=name)
            tail = self._tails.pop(key, None) or _Tail(self._redactor.stream(), socket, ident, msg)
            text = tail.stream.feed(msg["content"]["text"])
            if text:
                ready.append(_Text(socket, {**msg, "content": {"name": name, "text": text}}, ident))
            if not tail.stream.resting:
                self._tails[key] = tail
            late = key in self._tails and cell not in self._running
        self._send_all(ready)
        if late:
            self._expire_later(key, socket)
        return msg

    def _before(self, msg: dict[str, Any]) -> list[_Text]:
        """Return the held text that belongs before a message."""
        kind, content, cell = msg["header"]["msg_type"], msg["content"], _cell(msg)
        with self._lock:
            if kind in _PLACED or (kind == "comm_msg" and _moves_output(content)):
                return self._release_cell(cell)
            if kind == "status" and content["execution_state"] == "busy":
                self._running.add(cell)
            elif kind == "status" and content["execution_state"] == "idle":
                return self._finish(cell)
            return []

    def _finish(self, cell: str) -> list[_Text]:
        ready = self._release_cell(cell)
        self._running.discard(cell)
        self._tails = {key: tail for key, tail in self._tails.items() if key[0] != cell}
        return ready

    def _release_cell(self, cell: str, besides: str | None = None) -> list[_Text]:
        keys = [key for key in self._tails if key[0] == cell and key[1] != besides]
        return [text for key in keys for text in self._release(key)]

    def _release(self, key: tuple[str, str]) -> list[_Text]:
        tail = self._tails[key]
        text = tail.stream.release()
        if not text:
            return []
        content = {"name": key[1], "text": text}
        msg = self.session.msg("stream", content, parent=tail.msg["parent_header"])
        return [_Text(tail.socket, msg, tail.ident)]

    def _expire_later(self, key: tuple[str, str], thread: Any) -> None:
        """Let go of the end of a text that no message of its cell will follow."""
        if hasattr(thread, "schedule"):
            thread.schedule(lambda: thread.io_loop.call_later(_QUIET, self._expire, key))
        else:
            self._expire(key)

    def _expire(self, key: tuple[str, str]) -> None:
        with self._lock:
            ready = self._release(key) if key in self._tails else []
            self._tails.pop(key, None)
        self._send_all(ready)


def _cell(msg: dict[str, Any]) -> str:
    """Return the id of the request that a message belongs to."""
    return str(msg["parent_header"].get("msg_id", ""))


def _moves_output(content: Any) -> bool:
    """Tell the message by which an Output widget begins or ends to take a cell's output."""
    if not isinstance(content, dict):
        return False
    state = content.get("data", {}).get("state", {})
    return isinstance(state, dict) and "msg_id" in state


def _guard_children(kernel: Any, guard: _Guard) -> Callable[[], None]:
    """Send what forked children print through the guard; they hand it over ready packed."""
    thread = getattr(kernel.iopub_socket, "io_thread", None)
    pipe = getattr(thread, "_pipe_in", None)
    if thread is None or pipe is None:
        return lambda: None

    def forward(frames: list[bytes]) -> None:
        if frames[0] != thread._pipe_uuid:  # noqa: SLF001 - ipykernel has no public way in
            return
        ident, parts = guard.session.feed_identities(frames[1:])
        guard.send(thread, guard.session.deserialize(parts), ident=ident)

    thread.schedule(lambda: pipe.on_recv(forward))
    return lambda: thread.schedule(lambda: pipe.on_recv(thread._handle_pipe_msg))  # noqa: SLF001

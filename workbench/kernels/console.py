"""What reaches a console: of a terminal, or of the server that started a kernel.

ipykernel reads what subprocesses write to the kernel's own descriptors 1 and 2, shows it in the
notebook, and copies it to the console by the number of a descriptor that it keeps. That
descriptor is led through a pipe here.
"""

from __future__ import annotations

import atexit
import codecs
import contextlib
import os
import select
import threading
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from workbench.security import Redactor

__all__ = ["CleanFile", "guard_console"]

# Seconds of silence after which text that might begin a secret is written.
_QUIET = 0.5
_PIECE = 65536


class CleanFile:
    """A text file whose writes are cleaned on their way to another one.

    Parameters
    ----------
    file : text file
        Where clean text goes; everything but writing is its own.
    redactor : Redactor
        Knows the secrets.
    """

    def __init__(self, file: TextIO, redactor: Redactor) -> None:
        self.file = file
        self._stream = redactor.stream()

    def write(self, text: str) -> int:
        """Write what is settled; the end of a piece that may begin a secret waits."""
        self.file.write(self._stream.feed(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each line."""
        for line in lines:
            self.write(line)

    def settle(self) -> None:
        """Write what waits."""
        self.file.write(self._stream.release())
        self.file.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


def guard_console(stream: Any, redactor: Redactor) -> Callable[[], None]:
    """Clean the console copy of a kernel's output stream.

    Parameters
    ----------
    stream : ipykernel OutStream
        Another kind of file is left as it is.
    redactor : Redactor
        Knows the secrets.

    Returns
    -------
    callable
        Undoes it.
    """
    undo = contextlib.ExitStack()
    descriptor = getattr(stream, "_original_stdstream_copy", None)
    if descriptor is not None:
        pipe = _CleanPipe(descriptor, redactor)
        atexit.register(pipe.close)
        undo.callback(atexit.unregister, pipe.close)
        undo.callback(pipe.close)
    if getattr(stream, "echo", None) is not None:
        stream.echo = CleanFile(stream.echo, redactor)
        undo.callback(_restore_echo, stream)
    return undo.close


def _restore_echo(stream: Any) -> None:
    stream.echo.settle()
    stream.echo = stream.echo.file


class _CleanPipe:
    """Puts a pipe in a descriptor's place, and writes what comes out of it to where it led."""

    def __init__(self, descriptor: int, redactor: Redactor) -> None:
        self._descriptor = descriptor
        self._redactor = redactor
        self._console = os.dup(descriptor)
        self._reader, writer = os.pipe()
        os.dup2(writer, descriptor, inheritable=False)
        self._pipe = os.fstat(writer)
        os.close(writer)
        self._thread = threading.Thread(target=self._copy, name="workbench console", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Lead the descriptor back and let the pipe run dry."""
        with contextlib.suppress(OSError):
            # the stream may have closed the descriptor, and another file may have got its number
            if os.path.samestat(self._pipe, os.fstat(self._descriptor)):
                os.dup2(self._console, self._descriptor, inheritable=False)
        # a child that still holds the pipe's other end may keep the thread waiting
        self._thread.join(_QUIET)

    def _copy(self) -> None:
        decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        stream = self._redactor.stream()
        while True:
            waiting = _QUIET if stream.holding else None
            if not select.select([self._reader], [], [], waiting)[0]:
                self._write(stream.release())
                continue
            data = os.read(self._reader, _PIECE)
            if not data:
                break
            self._write(stream.feed(decode(data)))
        self._write(stream.release())
        os.close(self._reader)
        os.close(self._console)

    def _write(self, text: str) -> None:
        data = text.encode("utf-8", "surrogateescape")
        # a console that is gone must not stop the reading: the writers would wait for ever
        with contextlib.suppress(OSError):
            while data:
                data = data[os.write(self._console, data) :]

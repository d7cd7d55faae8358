"""Files on their way from the browser: they come in pieces and lie nameless until they are whole."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from workbench.errors import BadInput, TooLarge
from workbench.files import format_file_size

__all__ = ["Handed", "Incoming", "Uploads"]

SILENCE = 180.0
"""Seconds without a sign of life after which a sender counts as gone."""
LOOKS = 15.0


@dataclass(frozen=True)
class Handed:
    """A whole file in the shape that `workbench.files.open_upload` takes."""

    filename: str
    stream: IO[bytes]
    mimetype: str | None = None


@dataclass(eq=False)
class Incoming:
    """A file of which not all bytes are here.

    Attributes
    ----------
    id, name : str
        Chosen by the browser.
    size : int
        Bytes that it will have.
    sender : str
        The view that sends it.
    received : int
        Bytes that are here.
    """

    id: str
    name: str
    size: int
    sender: str
    received: int = 0
    _file: IO[bytes] | None = field(default=None, repr=False)

    def take(self, folder: Path, offset: int, pieces: Sequence[Any]) -> bool:
        """Add what follows; return whether the file is whole.

        Raises
        ------
        BadInput
            The bytes are not those that follow, or are more than the file has.
        """
        if self._file is None:
            folder.mkdir(parents=True, exist_ok=True)
            # It has no name, so that whatever ends this process leaves nothing of it on the disk.
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by `close`
        count = sum(len(piece) for piece in pieces)
        if offset != self.received or self.received + count > self.size:
            raise BadInput(f"{self.name!r} did not arrive in order.", "Send it again.")
        try:
            for piece in pieces:
                self._file.write(piece)
        except OSError as error:
            raise BadInput(f"{self.name!r} could not be kept: {error.strerror}.", "Make room.") from None
        self.received += count
        return self.received == self.size

    def handed(self) -> Handed:
        """Return the whole file, open at its beginning."""
        if self._file is None:
            raise BadInput(f"{self.name!r} is not here.", "Send it again.")
        self._file.seek(0)
        return Handed(self.name, self._file)

    def close(self) -> None:
        """Give the bytes up."""
        if self._file is not None:
            self._file.close()


class Uploads:
    """The files that are on their way.

    Parameters
    ----------
    folder : Path
        Where the bytes lie meanwhile; made on first use.
    most : int
        Bytes that a file may have.
    lost : callable
        Called with each file whose sender is gone, from a thread.
    """

    def __init__(self, folder: Path, most: int, lost: Callable[[Incoming], None]) -> None:
        self.folder = folder
        self.most = most
        self.silence = SILENCE
        self._lost = lost
        self._open: dict[str, Incoming] = {}
        self._heard: dict[str, float] = {}
        self._lock = threading.Lock()
        self._watch: threading.Timer | None = None

    def begin(self, upload: str, name: str, size: int, sender: str) -> Incoming:
        """Expect a file.

        Raises
        ------
        TooLarge
            It has more bytes than an upload may; none is sent.
        BadInput
            It has no name, no size, or is on its way already.
        """
        if not (isinstance(upload, str) and upload and isinstance(name, str) and name.strip()):
            raise BadInput("A file needs a name.", "Choose it again.")
        if type(size) is not int or size < 0 or upload in self._open:
            raise BadInput(f"{name!r} cannot be taken in.", "Choose it again.")
        if size > self.most:
            raise TooLarge(
                f"{name!r} has {format_file_size(size)}; an upload may have {format_file_size(self.most)}.",
                "Split it, or raise MAX_CONTENT_LENGTH.",
            )
        made = Incoming(upload, name, size, str(sender))
        with self._lock:
            self._open[upload] = made
        self.alive(made.sender)
        self._watch_over()
        return made

    def take(self, upload: str, offset: int, pieces: Sequence[Any]) -> tuple[Incoming, bool]:
        """Add bytes to a file; return it, and whether it is whole.

        Raises
        ------
        BadInput
            Nobody expects the file, or the bytes are not those that follow; it is given up.
        """
        found = self._open.get(upload)
        if found is None:
            raise BadInput("This file is not expected any more.", "Send it again.")
        self.alive(found.sender)
        try:
            whole = found.take(self.folder, offset, pieces)
        except BaseException:
            self.drop(upload)
            raise
        if whole:
            with self._lock:
                self._open.pop(upload, None)
        return found, whole

    def drop(self, upload: str) -> None:
        """Give a file up."""
        with self._lock:
            found = self._open.pop(upload, None)
        if found is not None:
            found.close()

    def alive(self, sender: str) -> None:
        """Note that a view is there."""
        self._heard[sender] = time.monotonic()

    def gone(self, sender: str) -> None:
        """Give up what a view was sending."""
        for each in [each for each in list(self._open.values()) if each.sender == sender]:
            self.drop(each.id)
            self._lost(each)

    def sweep(self) -> None:
        """Give up what silent views were sending."""
        before = time.monotonic() - self.silence
        for sender in {each.sender for each in list(self._open.values())}:
            if self._heard.get(sender, 0) < before:
                self.gone(sender)

    def _watch_over(self) -> None:
        with self._lock:
            if self._watch is None:
                self._watch = threading.Timer(LOOKS, self._look)
                self._watch.daemon = True
                self._watch.start()

    def _look(self) -> None:
        self._watch = None
        self.sweep()
        if self._open:
            self._watch_over()

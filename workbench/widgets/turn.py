"""One answer on its way: a reading thread, a painting thread, and a stop that needs neither."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any

from workbench.markdown import LiveMarkdown

__all__ = ["Turn"]

PAINTS_PER_SECOND = 20
# Rendering may take this share of the time at most, however long the answer gets.
PAINT_SHARE = 0.25


@dataclass(eq=False)
class Turn:
    """An answer that is being streamed.

    Attributes
    ----------
    session_id : str
        The chat session that it belongs to.
    question : str, optional
        The user's text that is not stored yet.
    clean : callable
        Takes secrets out of text before it is shown.
    error : BaseException, optional
        Why it failed; set before ``on_end`` is called.
    """

    session_id: str
    question: str | None
    clean: Callable[[str], str]
    on_paint: Callable[[Turn, list[tuple[int, str]]], None]
    on_end: Callable[[Turn], None]
    error: BaseException | None = None
    started: float = field(default_factory=time.monotonic)
    stopped: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    live: LiveMarkdown = field(default_factory=LiveMarkdown)
    _parts: list[str] = field(default_factory=list)
    _painted: int = 0
    _brush: threading.Lock = field(default_factory=threading.Lock)

    @property
    def text(self) -> str:
        """What came so far."""
        return "".join(self._parts)

    def start(self, stream: Callable[[], Iterator[dict[str, Any]]]) -> None:
        """Begin to read ``stream()`` and to paint what comes."""
        for job in (lambda: self._read(stream), self._paint):
            # each thread its own copy: the Studio's replay mode and execution live in the context
            threading.Thread(target=copy_context().run, args=(job,), daemon=True).start()

    def stop(self) -> None:
        """End at the next piece, or now where the provider is silent; never waits."""
        self.stopped.set()

    def paint(self) -> None:
        """Show what came since the last time."""
        with self._brush:
            if self._painted != len(self._parts) and not self.stopped.is_set():
                self._painted = len(self._parts)
                self.on_paint(self, self.live.update(self.clean(self.text)))

    def _read(self, stream: Callable[[], Iterator[dict[str, Any]]]) -> None:
        try:
            with closing(stream()) as pieces:  # type: ignore[type-var]
                for piece in pieces:
                    if self.stopped.is_set():
                        break
                    if piece.get("content"):
                        self._parts.append(piece["content"])
        except Exception as error:  # noqa: BLE001 - a thread has nobody above it: the panel shows it
            self.error = error
        finally:
            self.ended.set()
            self.on_end(self)

    def _paint(self) -> None:
        pause = 1 / PAINTS_PER_SECOND
        while not self.ended.wait(pause) and not self.stopped.is_set():
            began = time.monotonic()
            self.paint()
            pause = max(1 / PAINTS_PER_SECOND, (time.monotonic() - began) / PAINT_SHARE)

"""Long work in a notebook: one output that fills while it goes on and then is its result."""

from __future__ import annotations

import sys
import time
from html import escape
from typing import Any
from uuid import uuid4

from workbench.magics.table import FAINT

__all__ = ["LiveProgress"]

_UPDATES_PER_SECOND = 8
_TRACK = "background:var(--jp-border-color2,#ddd);border-radius:3px;height:8px;width:20em;overflow:hidden"
_FILL = "background:var(--jp-brand-color1,#1976d2);height:8px"


class LiveProgress:
    """Shows how far work is; called with the progress protocol of `workbench.runs`.

    Parameters
    ----------
    title : str
        What is done.
    live : bool
        Whether the front end can change an output; a terminal has a line on stderr instead, where it is
        one, and the result at the end.
    """

    def __init__(self, title: str, *, live: bool) -> None:
        self.title = title
        self._live = live
        self._bar = None if live else _Bar(title)
        # Only a front end that is open sees it: it is no part of a saved notebook.
        self._display_id = uuid4().hex
        self._shown = False
        self._next = 0.0

    def __call__(self, done: int, total: int | None, message: str, _: dict[str, float]) -> None:
        """Show a step, unless the last one was a moment ago."""
        if self._bar is not None:
            self._bar.move(done, total, message)
        elif time.monotonic() >= self._next:
            self._show(self._bundle(done, total, message))
            self._next = time.monotonic() + 1 / _UPDATES_PER_SECOND

    def finish(self, bundle: dict[str, str] | None) -> None:
        """Put the result in its place; ``None`` where there is none."""
        if self._bar is not None:
            self._bar.stop()
        if bundle is not None:
            self._show(bundle)
        elif self._shown:
            self._show({"text/plain": f"{self.title}: ended before its end"})

    def _bundle(self, done: int, total: int | None, message: str) -> dict[str, str]:
        share = min(100, 100 * done // total) if total else 0
        told = f"{self.title}: {share}% {message}".rstrip()
        bar = f'<div style="{_TRACK}"><div style="{_FILL};width:{share}%"></div></div>'
        line = f'<div style="{FAINT};font-size:85%">{escape(message)}</div>'
        html = f"<div><div>{escape(self.title)} · {share}%</div>{bar}{line}</div>"
        return {"text/html": html, "text/plain": told}

    def _show(self, bundle: dict[str, str]) -> None:
        from IPython.display import display

        display(bundle, raw=True, display_id=self._display_id, update=self._shown)
        self._shown = True


class _Bar:
    """A line on stderr, where that is a terminal."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._progress: Any = None

    def move(self, done: int, total: int | None, message: str) -> None:
        if not sys.stderr.isatty():
            return
        if self._progress is None:
            self._start()
        self._progress.update(0, completed=done, total=total, description=f"{self._title}: {message[:40]}")

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._progress.add_task(self._title)
        self._progress.start()

    def stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()

"""Long work of the knowledge panel: one thing after the other in a thread, each with a Stop."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import Cancelled
from workbench.widgets.failures import described

__all__ = ["ACTIVE", "Task", "Tasks"]

ACTIVE = {"waiting", "sending", "reading", "embedding", "reindexing"}
TELLS_PER_SECOND = 8


@dataclass(eq=False)
class Task:
    """One file on its way in, or one work on a whole knowledge base.

    Attributes
    ----------
    id : str
        Unique within the panel.
    kind : str
        ``file``, ``resume`` or ``reindex``.
    base_id : str
        The knowledge base that it is for.
    name : str
        What a reader calls it.
    size : int
        Of a file, in bytes.
    state : str
        ``waiting``, ``sending``, ``reading``, ``embedding``, ``reindexing``, ``ready``, ``failed``,
        ``stopped``.
    done, total : int
        How far the present state is; a total of 0 is not known.
    note : str
        What is being done, or why it failed.
    """

    id: str
    kind: str
    base_id: str
    name: str
    size: int = 0
    state: str = "waiting"
    done: int = 0
    total: int = 0
    note: str = ""
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def active(self) -> bool:
        """Whether it has not ended."""
        return self.state in ACTIVE

    def view(self) -> dict[str, Any]:
        """Return what the panel shows of it, as JSON values."""
        names = ("id", "kind", "name", "size", "state", "done", "total", "note")
        return {name: getattr(self, name) for name in names} | {
            "active": self.active,
            "stopping": self.active and self.stopping.is_set(),
        }

    def to(self, state: str, note: str = "", *, total: int = 0) -> None:
        """Go on to another state."""
        self.state, self.note, self.done, self.total = state, note, 0, total


class Tasks:
    """Works through tasks in their order.

    Parameters
    ----------
    publish : callable
        Called without arguments, from any thread, when a task changed.
    """

    def __init__(self, publish: Callable[[], None]) -> None:
        self.all: dict[str, Task] = {}
        self._publish = publish
        self._queue: deque[tuple[Task, Callable[[Task], None], Context]] = deque()
        self._lock = threading.Lock()
        self._running = False
        self._told = 0.0

    @property
    def busy(self) -> bool:
        """Whether any task has not ended."""
        return any(task.active for task in list(self.all.values()))

    def enter(self, task: Task) -> Task:
        """Show a task that is not to be worked on yet."""
        self.all[task.id] = task
        return task

    def work(self, task: Task, job: Callable[[Task], None]) -> None:
        """Do ``job(task)`` when those before it are done.

        The job changes the task's state up to its end; what it raises becomes the task's failure.
        """
        self.enter(task)
        with self._lock:
            # the Studio's replay mode and execution live in the context
            self._queue.append((task, job, copy_context()))
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="workbench-knowledge", daemon=True).start()

    def stop(self, task_id: str) -> None:
        """Ask a task to end; one that nobody works on ends at once."""
        task = self.all.get(task_id)
        if task is None or not task.active:
            return
        task.stopping.set()
        with self._lock:
            waiting = [entry for entry in self._queue if entry[0] is task]
            for entry in waiting:
                self._queue.remove(entry)
        if waiting or task.state in {"waiting", "sending"}:
            task.to("stopped")

    def clear(self) -> None:
        """Forget those that have ended."""
        self.all = {task.id: task for task in self.all.values() if task.active}

    def teller(self, task: Task) -> Callable[[int, int | None, str, dict[str, float]], None]:
        """Return a progress callback that shows how far the work is, and ends it when it was stopped."""

        def tell(done: int, total: int | None, message: str, _: dict[str, float]) -> None:
            if task.stopping.is_set():
                raise Cancelled("The work was stopped before its end.", "Start it again to have the rest.")
            task.done, task.total, task.note = done, total or 0, message
            if time.monotonic() - self._told > 1 / TELLS_PER_SECOND:
                self._told = time.monotonic()
                self._publish()

        return tell

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._queue:
                    self._running = False
                    return
                task, job, context = self._queue.popleft()
            context.run(self._do, task, job)
            self._publish()

    @staticmethod
    def _do(task: Task, job: Callable[[Task], None]) -> None:
        try:
            job(task)
        except Cancelled:
            task.to("stopped")
        except Exception as error:  # noqa: BLE001 - a thread has nobody above it: the panel shows it
            told = described(error)
            task.to("failed", f"{told['message']} {told['hint']}".strip())

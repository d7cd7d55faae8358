"""Knowledge bases and their files, as the panel lists and changes them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any
from uuid import uuid4

from workbench.errors import NotFound, WorkbenchError
from workbench.widgets.knowledge_desk import Desk
from workbench.widgets.knowledge_tasks import Task, Tasks

__all__ = ["Library"]

FILES_SHOWN = 500
FIRST_NAME = "My documents"
URGENCY = {"failed": 0, "processing": 1, "pending": 2}


class Library:
    """Chooses, makes and changes knowledge bases.

    Parameters
    ----------
    desk : Desk
        The panel's shared state.
    tasks : Tasks
        Where long work goes.
    turned : callable
        Called when another base is open, or a file is out of it.
    grown : callable
        Called when long work changed what is in the base.
    """

    def __init__(
        self, desk: Desk, tasks: Tasks, turned: Callable[[], None], grown: Callable[[], None]
    ) -> None:
        self.desk = desk
        self.tasks = tasks
        self._turned = turned
        self._grown = grown
        self._index: dict[str, str] = {}
        self._measuring = threading.Lock()

    # ---- what a reader may do ----

    def choose(self, id: str) -> None:  # noqa: A002 - the browser's word
        """Open another knowledge base."""
        found = self.desk.studio.vectors.get_knowledge_base(id, self.desk.user)
        with self.desk.lock:
            self.desk.base_id = found["id"]
            self.desk.error = None
        self._turned()
        self.refresh()

    def create(self, name: str, embedder: str | None = None) -> None:
        """Make an empty knowledge base and open it."""
        made = self.desk.studio.files.create_knowledge_base(
            self.desk.user, name.strip(), embedder=embedder or None
        )
        self.choose(made)

    def rename(self, name: str) -> None:
        """Give the open base another name."""
        self.desk.studio.vectors.edit_knowledge_base(self.desk.opened(), self.desk.user, name.strip())
        self.desk.changed("bases", "base", settled=True)

    def drop(self) -> None:
        """Delete the open base; the uploaded files stay."""
        base = self.desk.opened()
        for task in list(self.tasks.all.values()):
            if task.base_id == base:
                self.tasks.stop(task.id)
        self.desk.studio.vectors.delete_knowledge_base(base, self.desk.user)
        self.desk.base_id = None
        self.open_latest()
        self._turned()
        self.refresh()

    def remove(self, file_id: str) -> None:
        """Take a file out of the open base."""
        self.desk.studio.vectors.remove_file(self.desk.opened(), file_id, self.desk.user)
        self._turned()
        self.refresh()

    def resume(self) -> None:
        """Add the files that were not added to their end."""
        base = self._owned()
        self._start("resume", "Unfinished files", "embedding", lambda tell: self._resumed(base, tell))

    def reindex(self, embedder: str | None = None) -> None:
        """Make all passages anew, with another embedder if one is named."""
        base = self._owned()
        vectors = self.desk.studio.vectors
        self._start(
            "reindex", "Reindexing", "reindexing",
            lambda tell: vectors.reindex(base, embedder=embedder or None, progress=tell),
        )  # fmt: skip

    def refresh(self) -> None:
        """Read the bases and the files again."""
        self.desk.changed("bases", "base", "status", settled=True)
        self._measure()

    # ---- opening ----

    def open_latest(self) -> None:
        """Open the base that was changed last, if there is one."""
        known = self.desk.studio.vectors.list_knowledge_bases(self.desk.user)
        self.desk.base_id = known[0]["id"] if known else None
        self._measure()

    def open_or_create(self, name: str) -> None:
        """Open a base by its identifier or its name; a new name makes one."""
        vectors, user = self.desk.studio.vectors, self.desk.user
        try:
            self.desk.base_id = vectors.get_knowledge_base(name, user)["id"]
        except NotFound:
            found = vectors.find_knowledge_base(user, name)
            self.desk.base_id = found or self.desk.studio.files.create_knowledge_base(user, name)
        self._measure()

    def ensure(self) -> str:
        """Return the open base, made now where there is none."""
        if self.desk.base_id is None:
            self.create(FIRST_NAME)
        return self.desk.opened()

    # ---- what to show ----

    def bases(self) -> list[dict[str, Any]]:
        """Return the bases to choose from."""
        known = self.desk.studio.vectors.list_knowledge_bases(self.desk.user)
        return [
            {"id": each["id"], "name": each["name"], "files": each["file_count"]}
            for each in sorted(known, key=lambda each: each["name"].casefold())
        ]

    def base(self) -> dict[str, Any]:
        """Return the open base with its files: those that need attention first, then by name."""
        if self.desk.base_id is None:
            return {}
        vectors = self.desk.studio.vectors
        found = vectors.get_knowledge_base(self.desk.base_id, self.desk.user)
        files = vectors.files(self.desk.base_id, self.desk.user)
        files.sort(key=lambda file: (URGENCY.get(file["status"], 9), file["filename"].casefold()))
        return {
            **found,
            "files": files[:FILES_SHOWN],
            "all_files": len(files),
            "types": sorted({file["file_type"] for file in files if file["status"] == "ready"}),
            "unfinished": sum(file["status"] in {"pending", "failed"} for file in files),
            "index": self._index.get(found["id"], ""),
        }

    # ---- inside ----

    def _owned(self) -> str:
        base: str = self.desk.studio.vectors.get_knowledge_base(self.desk.opened(), self.desk.user)["id"]
        return base

    def _resumed(self, base: str, tell: Any) -> None:
        result = self.desk.studio.vectors.resume(base, progress=tell)
        if result.failed:
            raise WorkbenchError(str(result).partition("\n")[2] or str(result))

    def _start(self, kind: str, name: str, state: str, work: Callable[[Any], Any]) -> None:
        task = Task(uuid4().hex, kind, self.desk.opened(), name)

        def job(task: Task) -> None:
            task.to(state)
            self.desk.changed("tasks", "base")
            try:
                work(self.tasks.teller(task))
                task.to("ready")
            finally:
                self._grown()

        self.tasks.work(task, job)
        self.desk.changed("tasks")

    def _measure(self) -> None:
        """Find out how the open base answers; opening its index may take seconds, so in a thread."""
        base = self.desk.base_id
        if base is None or not self._measuring.acquire(blocking=False):
            return

        def measured() -> None:
            try:
                # the panel shows the base all the same; a search will say what is wrong with it
                with contextlib.suppress(Exception):
                    index = self.desk.studio.vectors.stats(base)["index"] or ""
                    if self._index.get(base) != index:
                        self._index[base] = index
                        self.desk.changed("base")
            finally:
                self._measuring.release()

        threading.Thread(target=copy_context().run, args=(measured,), daemon=True).start()

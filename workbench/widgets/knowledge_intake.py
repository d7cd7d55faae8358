"""Files that a reader dropped: received, read, embedded, each with its own progress and its own fate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from workbench.errors import BadInput, WorkbenchError
from workbench.widgets.knowledge_desk import Desk
from workbench.widgets.knowledge_tasks import Task, Tasks
from workbench.widgets.knowledge_uploads import Incoming, Uploads

__all__ = ["Intake"]

AT_ONCE = 2_000


class Intake:
    """Takes files in.

    Parameters
    ----------
    desk : Desk
        The panel's shared state.
    tasks : Tasks
        Where files are worked on.
    ensure : callable
        Gives the open base, made if need be.
    added : callable
        Called when the content of the open base changed.
    """

    def __init__(
        self, desk: Desk, tasks: Tasks, ensure: Callable[[], str], added: Callable[[], None]
    ) -> None:
        settings = desk.studio.settings
        self.desk = desk
        self.tasks = tasks
        self.uploads = Uploads(settings.uploads_folder / "incoming", settings.max_content_length, self._lost)
        self._ensure = ensure
        self._added = added

    # ---- what a reader may do ----

    def begin(self, files: list[dict[str, Any]], sender: str) -> None:
        """Show the files that were dropped; their bytes follow."""
        if not isinstance(files, list) or not files or len(files) > AT_ONCE:
            raise BadInput(f"1 to {AT_ONCE:,} files can be dropped at once.", "Drop fewer.")
        base = self._ensure()
        self.tasks.clear()
        for file in files:
            name, size = str(file.get("name")), file.get("size")
            task = self.tasks.enter(Task(str(file.get("upload")), "file", base, name))
            try:
                task.size = self.uploads.begin(task.id, name, size, sender).size  # type: ignore[arg-type]
            except WorkbenchError as error:
                task.to("failed", str(error))
                self._cut(task.id)
        self.desk.changed("tasks")

    def piece(self, upload: str, offset: int, buffers: Sequence[Any] = ()) -> None:
        """Take bytes of a file; a whole one is worked on."""
        task = self.tasks.all.get(upload)
        if task is None or not task.active:
            self.uploads.drop(upload)
            self._cut(upload)
            return
        try:
            found, whole = self.uploads.take(upload, offset, buffers)
        except WorkbenchError as error:
            task.to("failed", str(error))
            self._cut(upload)
            self.desk.changed("tasks")
            return
        self.desk.publish({"type": "ack", "upload": upload, "received": found.received})
        before, task.state = task.state, "waiting" if whole else "sending"
        task.done, task.total = found.received, found.size
        if whole:
            self.tasks.work(task, lambda task: self._take(task, found))
        if task.state != before:
            self.desk.changed("tasks")

    def beat(self, sender: str) -> None:
        """Note that the view which sends is there."""
        self.uploads.alive(sender)

    def leave(self, sender: str) -> None:
        """Give up what a closed view was sending."""
        self.uploads.gone(sender)

    def unreadable(self, upload: str) -> None:
        """Note that the browser could not read a file."""
        self._end(upload, "failed", "The browser could not read the file. Choose it again.")

    def stop(self, id: str | None = None) -> None:  # noqa: A002 - the browser's word
        """Stop one task, or all of them."""
        for task_id in [id] if id is not None else list(self.tasks.all):
            self.tasks.stop(task_id)
            self.uploads.drop(task_id)
        self.desk.changed("tasks")

    def clear(self) -> None:
        """Take away what has ended."""
        self.tasks.clear()
        self.desk.changed("tasks", settled=True)

    # ---- inside ----

    def _take(self, task: Task, upload: Incoming) -> None:
        studio = self.desk.studio
        try:
            task.to("reading")
            self.desk.changed("tasks")
            tell = self.tasks.teller(task)
            found = studio.files.upload_file(self.desk.user, upload.handed(), progress=tell)
            if found["processing_status"] != "ready":
                task.to("failed", found["error"] or "Its text could not be read.")
                return
            task.to("embedding")
            self.desk.changed("tasks")
            tell(0, None, "", {})
            studio.vectors.add_file(task.base_id, found["id"], progress=tell)
            task.to("ready", "The very same file was here already." if found["duplicate"] else "")
        finally:
            upload.close()
            self._added()

    def _lost(self, upload: Incoming) -> None:
        self._end(upload.id, "failed", "The upload was cut off; nothing of it was kept. Send it again.")

    def _end(self, upload: str, state: str, note: str) -> None:
        self.uploads.drop(upload)
        task = self.tasks.all.get(upload)
        if task is not None and task.active:
            task.to(state, note)
            self._cut(upload)
            self.desk.changed("tasks")

    def _cut(self, upload: str) -> None:
        """Tell the browser to send no more of a file."""
        self.desk.publish({"type": "cut", "upload": upload})

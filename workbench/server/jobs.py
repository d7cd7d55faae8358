"""Work that goes on when its request is answered."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from workbench.errors import TooMany, WorkbenchError
from workbench.runs import Run, followed

if TYPE_CHECKING:
    from workbench.server.sockets import Rooms
    from workbench.studio import Studio

__all__ = ["Jobs"]

_LOG = logging.getLogger(__name__)
_MOST = 16
_BETWEEN_SECONDS = 0.2
_RETRY_SECONDS = 10


class Jobs:
    """Does long work in threads, and tells its user by ``run_progress`` how it goes.

    Parameters
    ----------
    studio : Studio
        Whose Runs they are.
    rooms : Rooms
        Where progress is told.
    """

    def __init__(self, studio: Studio, rooms: Rooms) -> None:
        self._studio = studio
        self._rooms = rooms
        self._threads = ThreadPoolExecutor(_MOST, "workbench-job")
        self._lock = threading.Lock()
        self._under_way: set[_Job] = set()

    async def begin(self, work: Callable[[], Any]) -> Run:
        """Start work that makes a Run, and return it as soon as it has begun.

        Raises
        ------
        TooMany
            As much is being done already as this process takes.
        WorkbenchError
            It failed before its Run began.
        """
        job = _Job(self._studio, self._rooms)
        with self._lock:
            if len(self._under_way) >= _MOST:
                raise TooMany(
                    f"{_MOST} pieces of long work are under way here, which is as many as this server takes.",
                    "Come again when one has ended.",
                    details={"retry_after": _RETRY_SECONDS},
                )
            self._under_way.add(job)
        self._threads.submit(copy_context().run, self._do, job, work)
        return await asyncio.wrap_future(job.run)

    def close(self) -> None:
        """Ask all that is under way to stop, and take no more."""
        with self._lock:
            begun = [job.run.result() for job in self._under_way if job.has_begun]
        for run in begun:
            try:
                self._studio.runs.store.ask_stop(run.id)
            except WorkbenchError:
                _LOG.warning("Run %s could not be asked to stop.", run.id)
        self._threads.shutdown(wait=False)

    def _do(self, job: _Job, work: Callable[[], Any]) -> None:
        try:
            with followed(job):
                work()
        except BaseException as error:  # noqa: BLE001 - the Run has it, or who asked
            job.fail(error)
        finally:
            with self._lock:
                self._under_way.discard(job)
        job.tell_end()


class _Job:
    """One piece of work: its Run once it has begun, and what is told of it."""

    def __init__(self, studio: Studio, rooms: Rooms) -> None:
        self.run: Future[Run] = Future()
        self._studio = studio
        self._rooms = rooms
        self._user_id = studio.user_id
        self._told = 0.0

    @property
    def has_begun(self) -> bool:
        return self.run.done() and self.run.exception() is None

    def begun(self, run: Run) -> None:
        self.run.set_result(run)

    def progress(self, done: int, total: int | None, message: str, _: dict[str, float]) -> None:
        now = time.monotonic()
        if now - self._told >= _BETWEEN_SECONDS:
            self._told = now
            self._say(status="running", done=done, total=total, message=message)

    def fail(self, error: BaseException) -> None:
        if not self.run.done():
            self.run.set_exception(error)
        elif not isinstance(error, WorkbenchError):
            _LOG.error("Work failed that nobody waits for.", exc_info=error)

    def tell_end(self) -> None:
        if not self.run.done():
            self.run.set_exception(WorkbenchError("Nothing was done."))
        if not self.has_begun:
            return
        try:
            run = self._studio.runs.store.get(self.run.result().id)
        except Exception:  # noqa: BLE001 - the work is done, whatever keeps it from being told
            _LOG.exception("What became of a Run could not be read.")
            return
        self._say(
            status=run.status,
            message=str((run.error or {}).get("message", "")),
            tokens_used=run.tokens,
            cost=run.cost,
        )

    def _say(self, **told: Any) -> None:
        run = self.run.result()
        self._rooms.progress(self._user_id, {"run_id": run.id, "kind": run.kind} | told)

"""Computing and recording, or taking from the record what the mode allows."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, TypeVar

from workbench.errors import Unavailable, error_from_dict
from workbench.runs.accounts import Reservation, Spent
from workbench.runs.canonical import canonical, decode
from workbench.runs.ending import Chunks, ended, failed
from workbench.runs.environment import EnvironmentProbe
from workbench.runs.execution import Execution
from workbench.runs.following import first_follower
from workbench.runs.identity import new_id, owner
from workbench.runs.record import Run, check_seed, run_key
from workbench.runs.recorder import Progress, Recorder
from workbench.runs.redaction import Scrubber, TextRedactor
from workbench.runs.replay import Mode, check_mode, find, miss
from workbench.runs.store import RunStore
from workbench.runs.stream import RunStream
from workbench.runs.unended import Unended

if TYPE_CHECKING:
    from workbench.settings import Settings
    from workbench.storage.database import Database
    from workbench.storage.objects import ObjectStore

__all__ = ["Recording"]

_Recorder = TypeVar("_Recorder", bound=Recorder)

_modes: ContextVar[dict[int, Mode]] = ContextVar("workbench_modes")
"""The modes of the `Recording` that a ``with`` block changed."""


class Recording:
    """Makes Runs; `Runs` also reads and carries them.

    Parameters
    ----------
    settings : Settings
        ``workbench_replay``, ``workbench_parent_run`` and ``jpy_session_name`` matter here.
    database : Database
        Where the Runs lie.
    objects : ObjectStore
        Where their artifacts lie.
    user : callable
        Gives the identifier of the current user.
    redactor : object
        Takes secrets out of text; see `workbench.security.Redactor`.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        objects: ObjectStore,
        user: Callable[[], str],
        redactor: TextRedactor,
    ) -> None:
        self.store = RunStore(database)
        self.objects = objects
        self._parent = settings.workbench_parent_run
        self._default_mode: Mode = settings.workbench_replay
        self._user = user
        self._scrubber = Scrubber(redactor)
        notebook = settings.jpy_session_name
        self._execution = Execution(self._scrubber.label(notebook) if notebook else None)
        self._environment = EnvironmentProbe()
        self._unended = Unended(self.store)
        self._unended.end()

    def prepare(self) -> None:
        """Describe the environment now, which the first Run else waits for."""
        self._environment.current()

    # recording

    def execute(
        self,
        kind: str,
        inputs: Mapping[str, Any],
        compute: Callable[[Recorder], Any],
        *,
        version: str = "1",
        seed: int | None = None,
        name: str | None = None,
        tags: Iterable[str] = (),
        parent: Run | str | None = None,
        parameters: Mapping[str, Any] | None = None,
        reserve: Reservation | None = None,
        progress: Progress | None = None,
        effect: bool = False,
    ) -> Run:
        """Compute and record, or take from the record what the mode allows.

        Parameters
        ----------
        kind : str
            What is computed, such as ``"chat"``.
        inputs : mapping
            Everything that decides the result, as JSON values.
        compute : callable
            Called with a `Recorder`; returns the output as JSON values.
        version : str
            Version of the computation; a new one makes old Runs unusable for replay.
        seed : int, optional
            Seed of the computation, part of the key.
        name : str, optional
            A label for people.
        tags : iterable of str
            Words to put on the Run.
        parent : Run or str, optional
            The Run that this one is part of; by default the one being computed around it.
        parameters : mapping, optional
            Flat facts that do not decide the result.
        reserve : Reservation, optional
            What to hold against budgets while it runs.
        progress : callable, optional
            Told how far the work is.
        effect : bool
            Whether the computation changes what is stored elsewhere, such as a knowledge base, so
            that ``cache`` must do it again; ``strict`` does nothing all the same.

        Returns
        -------
        Run
            Finished; ``replayed`` says whether it came from the record.

        Raises
        ------
        ReplayMiss
            In ``strict`` mode, when nothing recorded answers the call.
        BadInput
            The inputs have no JSON form.
        """
        wanted = self._plan(kind, inputs, version, seed, name, tags, parent, parameters, reserve)
        found = None if effect and self.mode == "cache" else self._replayed(wanted)
        if found is not None:
            return found
        recorder = self._start(wanted, reserve, progress, Recorder)
        try:
            with self._execution.computing(wanted.id):
                output = compute(recorder)
            return self._end(ended(wanted, recorder, output))
        except BaseException as error:
            self._fail(wanted, recorder, error)
            raise

    def stream(
        self,
        kind: str,
        inputs: Mapping[str, Any],
        compute: Callable[[Recorder], Generator[Any, None, Any]],
        *,
        version: str = "1",
        seed: int | None = None,
        name: str | None = None,
        tags: Iterable[str] = (),
        parent: Run | str | None = None,
        parameters: Mapping[str, Any] | None = None,
        reserve: Reservation | None = None,
        progress: Progress | None = None,
        rechunk: Callable[[Any], list[Any]] | None = None,
    ) -> RunStream:
        """Like `execute`, for a computation that gives its result piece by piece.

        ``compute(recorder)`` is a generator that yields JSON values and returns the output.
        Iterating the `RunStream` runs it; closing the stream, or an interrupt, records the Run as
        cancelled with the pieces that it had. A replay yields the recorded pieces; those of a Run
        that was not streamed are ``rechunk(output)``.
        """
        return RunStream(
            self._pieces(
                lambda: self._plan(kind, inputs, version, seed, name, tags, parent, parameters, reserve),
                compute,
                reserve,
                progress,
                rechunk or (lambda output: [output]),
            )
        )

    def _pieces(
        self,
        plan: Callable[[], Run],
        compute: Callable[[Recorder], Generator[Any, None, Any]],
        reserve: Reservation | None,
        progress: Progress | None,
        rechunk: Callable[[Any], list[Any]],
    ) -> Generator[Any, None, Run]:
        wanted = plan()
        found = self._replayed(wanted, streamed=True)
        if found is not None:
            plainly = [] if found.error else rechunk(found.output)
            yield from [chunk for _, chunk in found.chunks] or plainly
            return self._given(found)
        recorder = self._start(wanted, reserve, progress, Recorder)
        chunks: list[tuple[float, Any]] = []
        began = time.perf_counter()
        inside, source = self._execution.computing, None
        try:
            with inside(wanted.id):
                source = compute(recorder)
            while True:
                try:
                    # Entered for each piece: between two of them other work may run in this context.
                    with inside(wanted.id):
                        chunk = next(source)
                except StopIteration as end:
                    output = end.value
                    break
                chunks.append((round((time.perf_counter() - began) * 1000, 3), chunk))
                yield chunk
                recorder.check()
            return self._end(ended(wanted, recorder, output, chunks))
        except BaseException as error:
            # Closing first lets the provider hang up and say what it used before the record is written.
            with contextlib.suppress(Exception), inside(wanted.id):
                if source is not None:
                    source.close()
            self._fail(wanted, recorder, error, chunks)
            raise

    # modes and executions

    @property
    def mode(self) -> Mode:
        """The replay mode in force: ``live``, ``cache`` or ``strict``."""
        return _modes.get({}).get(id(self)) or self._default_mode

    def set_mode(self, mode: str) -> None:
        """Set the mode of this process."""
        self._default_mode = check_mode(mode)

    @contextlib.contextmanager
    def replay(self, mode: str = "strict") -> Iterator[Self]:
        """Use another mode within a ``with`` block.

        A thread that is started in the block begins with the mode of the process; give it the block's
        by ``contextvars.copy_context().run``, as `asyncio.to_thread` does.
        """
        token = _modes.set({**_modes.get({}), id(self): check_mode(mode)})
        try:
            yield self
        finally:
            _modes.reset(token)

    @property
    def execution(self) -> str:
        """Identifier of the present execution: this kernel since its start, this report, this process."""
        return self._execution.id

    def begin_cell(self, cell: str | None) -> None:
        """Say which notebook cell runs now; running one again repeats its occurrence numbers."""
        self._execution.begin_cell(cell)

    def begin_execution(self) -> str:
        """Start counting occurrences anew, as a restarted notebook does; return its identifier."""
        return self._execution.begin()

    def spent(self) -> Spent:
        """Return what this execution used so far."""
        return self._execution.spent

    # inside

    def _plan(
        self,
        kind: str,
        inputs: Mapping[str, Any],
        version: str,
        seed: int | None,
        name: str | None,
        tags: Iterable[str],
        parent: Run | str | None,
        parameters: Mapping[str, Any] | None,
        reserve: Reservation | None,
    ) -> Run:
        text = canonical(self._scrubber.value(decode(canonical(dict(inputs), what="inputs"))))
        seed = check_seed(seed)
        key = run_key(kind, text, seed, version)
        settled = decode(canonical(dict(parameters or {}), what="parameters"))
        above = parent.id if isinstance(parent, Run) else parent or self._execution.run
        environment, _, body = self._environment.current()
        return Run(
            id=new_id(),
            kind=kind,
            name=self._scrubber.label(name) if name else name,
            status="running",
            key=key,
            occurrence=self._execution.occurrence(key),
            execution=self.execution,
            notebook=self._execution.notebook,
            cell=self._execution.cell,
            parent_id=above or self._parent,
            user_id=self._user(),
            account=reserve.account if reserve else None,
            seed=seed,
            version=version,
            inputs=decode(text),
            started_us=time.time_ns() // 1000,
            environment=body,
            environment_digest=environment,
            parameters=self._scrubber.value(settled),
            tags=tuple(dict.fromkeys(map(self._scrubber.label, tags))),
        )

    def _replayed(self, wanted: Run, *, streamed: bool = False) -> Run | None:
        mode = self.mode
        if mode == "live":
            return None
        found = find(self.store, wanted, mode)
        if found is None:
            if mode == "strict":
                raise miss(self.store, wanted)
            return None
        return found if streamed else self._given(found)

    def _given(self, found: Run) -> Run:
        """Count a replayed Run and raise again what a failed one raised."""
        run = replace(found, replayed=True)
        self._execution.replay(run)
        if follower := first_follower():
            follower.begun(run)
        if run.error:
            raise error_from_dict(run.error)
        self._execution.count(run)
        return run

    def _start(
        self,
        wanted: Run,
        reserve: Reservation | None,
        progress: Progress | None,
        make: type[_Recorder],
    ) -> _Recorder:
        _, text, _ = self._environment.current()
        held = (reserve.cost, reserve.tokens) if reserve else (None, None)
        follower = first_follower()
        told = [tell for tell in (progress, follower and follower.progress) if tell]
        recorder = make(
            wanted.id, self.objects, self._scrubber, told, lambda: self.store.stop_asked(wanted.id)
        )
        recorder.parameters |= wanted.parameters
        self._unended.end_now_and_then()
        try:
            self.store.start(wanted, text, owner(), held, reserve.guard if reserve else None)
        except (KeyboardInterrupt, SystemExit) as error:
            # It may have come when the row was stored already.
            self._fail(wanted, recorder, error)
            raise
        except Unavailable as error:
            # So may this: a connection that breaks at the commit does not tell which side of it.
            self._unended.keep(self._scrubber.run(failed(wanted, recorder, error)).sealed())
            raise
        if follower:
            follower.begun(wanted)
        return recorder

    def _fail(self, wanted: Run, recorder: Recorder, error: BaseException, chunks: Chunks = ()) -> None:
        """Record what ended the Run; should that fail too, the first error is the one to show."""
        try:
            run = self._scrubber.run(failed(wanted, recorder, error, chunks)).sealed()
            self._write(run)
        except Exception as trouble:  # noqa: BLE001 - whatever it is, it must not hide the error
            error.add_note(f"Run {wanted.id} could not be recorded: {trouble}")
            if isinstance(trouble, Unavailable):
                self._unended.keep(run)

    def _end(self, run: Run) -> Run:
        return self._write(self._scrubber.run(run).sealed())

    def _write(self, run: Run) -> Run:
        if self.store.finish(run):
            self._execution.count(run)
        return run

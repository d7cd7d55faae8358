"""`studio.runs`: everything that the bench does passes through here and leaves a Run."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import desc, select, tuple_

from workbench.errors import NotFound, Unavailable, error_from_dict
from workbench.runs import bundle, prune, verify
from workbench.runs.accounts import Reservation, Spent
from workbench.runs.canonical import canonical, decode
from workbench.runs.diff import RunDiff, diff
from workbench.runs.ending import Chunks, ended, failed
from workbench.runs.environment import EnvironmentProbe
from workbench.runs.execution import Execution
from workbench.runs.following import first_follower
from workbench.runs.frame import Filters, frame
from workbench.runs.identity import new_id, owner
from workbench.runs.record import Artifact, Run, check_seed, run_key
from workbench.runs.recorder import Progress, Recorder
from workbench.runs.redaction import Scrubber, TextRedactor
from workbench.runs.replay import Mode, check_mode, find, miss
from workbench.runs.store import RUNS, RunStore
from workbench.runs.stream import RunStream
from workbench.runs.unended import Unended

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    import pandas as pd

    from workbench.settings import Settings
    from workbench.storage.database import Database
    from workbench.storage.objects import ObjectStore

__all__ = ["Runs"]

_modes: ContextVar[dict[int, Mode]] = ContextVar("workbench_modes")
"""The modes of the `Runs` that a ``with`` block changed."""


class Runs:
    """Records, replays, compares and carries Runs.

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
        recorder = self._start(wanted, reserve, progress)
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
        recorder = self._start(wanted, reserve, progress)
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
    def replay(self, mode: str = "strict") -> Iterator[Runs]:
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

    # reading

    def get(self, run_id: str) -> Run:
        """Return one Run of the current user by its identifier or an unambiguous beginning of it.

        Raises
        ------
        NotFound
            There is none, or it is somebody else's.
        """
        start = run_id.strip().upper()
        owned = select(RUNS).where(RUNS.c.user_id == self._user())
        # A range, for LIKE finds no index; every character of an identifier sorts before the tilde.
        beginning = owned.where(RUNS.c.id >= start, RUNS.c.id < f"{start}~").limit(2)
        found = self.store.select(beginning) if start.isalnum() else []
        if len(found) == 1:
            return found[0]
        what = f"{run_id!r} begins several Runs" if found else f"There is no Run {run_id!r}"
        raise NotFound(f"{what}.", "`%runs --all` lists the ones there are.")

    def frame(
        self,
        *,
        kind: str | None = None,
        status: str | None = None,
        execution: str | None = None,
        parent: str | None = None,
        user: str | None = None,
        tag: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> pd.DataFrame:
        """Return a row a Run, newest first.

        Parameters
        ----------
        kind, status, execution, parent, tag : str, optional
            Only the Runs that equal these; the present execution's include those that it replayed.
        user : str, optional
            Whose Runs; by default the current user's.
        since, until : datetime, optional
            Only Runs that started in ``[since, until)``.
        limit : int, optional
            At most so many.

        Returns
        -------
        pandas.DataFrame
            Indexed by Run identifier. ``started_at`` is aware UTC, ``duration_s`` seconds,
            ``cost_usd`` US dollars (missing where the price is unknown); parameters are columns of
            their own name, metrics are ``metric.NAME``.
        """
        filters = self._filters(
            kind=kind, status=status, execution=execution, parent=parent, tag=tag, since=since, until=until,
            user=user or self._user(),
        )  # fmt: skip
        return frame(self.store.database, filters, limit)

    def diff(self, left: Run | str, right: Run | str) -> RunDiff:
        """Say what differs between two Runs."""
        return diff(self._run(left), self._run(right))

    def artifact_bytes(self, artifact: Artifact | str) -> bytes:
        """Return the content of an artifact, or of an object by its digest, checked."""
        return self.objects.get(artifact if isinstance(artifact, str) else artifact.digest)

    def tag(self, run: Run | str, *tags: str) -> Run:
        """Put words on a Run; a tagged Run is never pruned."""
        found = self._run(run)
        self.store.tag(found.id, map(self._scrubber.label, tags))
        return self.store.get(found.id)

    def untag(self, run: Run | str, *tags: str) -> Run:
        """Take words off a Run."""
        found = self._run(run)
        self.store.tag(found.id, map(self._scrubber.label, tags), remove=True)
        return self.store.get(found.id)

    def stop(self, run: Run | str) -> Run:
        """Ask a Run that is being computed, in whatever process, to stop at its next sign of progress.

        Returns
        -------
        Run
            As it stands now: running still, or ended.
        """
        found = self._run(run)
        if found.status == "running":
            self.store.ask_stop(found.id)
        return self.store.get(found.id)

    # carrying and keeping

    def export(self, path: str | Path, runs: Iterable[Run | str] | None = None) -> Path:
        """Write Runs, the Runs below them and their objects into one zip file.

        Parameters
        ----------
        path : str or Path
            Written whole or not at all.
        runs : iterable of Run or str, optional
            Which; by default every Run of the current user that has ended.
        """
        everything = runs is None
        chosen = self.list() if runs is None else [self._run(run) for run in runs]
        return bundle.export(self.store, self.objects, Path(path), chosen, everything=everything)

    def import_(self, path: str | Path) -> list[Run]:
        """Check a bundle and take its Runs in as the current user's; return the new ones.

        Raises
        ------
        BadInput
            The file is no bundle.
        Corrupted
            Something in it does not match its digest; nothing is taken in.
        """
        return bundle.import_(self.store, self.objects, Path(path), self._user())

    def verify(self, runs: Iterable[Run | str] | None = None) -> list[str]:
        """Hash every Run and object again; return what is wrong, nothing when all is sound."""
        chosen = None if runs is None else [self._run(run) for run in runs]
        return verify.verify(self.store, self.objects, chosen)

    def prune(
        self, *, older_than: timedelta | None = None, status: str | None = None, dry_run: bool = False
    ) -> list[str]:
        """Delete old Runs and the objects that nothing refers to any more.

        A tagged Run stays, with all Runs above and below it.

        Parameters
        ----------
        older_than : timedelta, optional
            Only Runs that started longer ago.
        status : str, optional
            Only Runs of this status.
        dry_run : bool
            Only say which.

        Returns
        -------
        list of str
            Identifiers of the deleted Runs.
        """
        return prune.prune(self.store, self.objects, self._user(), older_than, status, dry_run=dry_run)

    def list(self, *, limit: int | None = None, after: Run | None = None, **filters: Any) -> list[Run]:
        """Return whole Runs, newest first, those that follow ``after``; the filters are those of `frame`."""
        where = self._filters(**({"user": self._user()} | filters)).clauses()
        if after is not None:
            where.append(tuple_(RUNS.c.started_us, RUNS.c.id) < (after.started_us, after.id))
        order = (desc(RUNS.c.started_us), desc(RUNS.c.id))
        return self.store.select(select(RUNS).where(*where).order_by(*order).limit(limit))

    # inside

    def _filters(self, **chosen: Any) -> Filters:
        here = chosen.get("execution") == self.execution
        return Filters(**chosen, replayed=frozenset(self._execution.replayed) if here else frozenset())

    def _run(self, run: Run | str) -> Run:
        return run if isinstance(run, Run) else self.get(run)

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

    def _start(self, wanted: Run, reserve: Reservation | None, progress: Progress | None) -> Recorder:
        _, text, _ = self._environment.current()
        held = (reserve.cost, reserve.tokens) if reserve else (None, None)
        follower = first_follower()
        told = [tell for tell in (progress, follower and follower.progress) if tell]
        recorder = Recorder(
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

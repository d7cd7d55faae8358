"""Work that is done elsewhere, such as on a quantum computer, and outlives the process that sent it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, Final

from workbench.errors import (
    BadInput,
    FeatureOff,
    MissingExtra,
    MissingKey,
    MissingModel,
    ReplayMiss,
    TooMany,
    Unauthorized,
    Unavailable,
    WorkbenchError,
)
from workbench.runs.canonical import canonical, decode
from workbench.runs.ending import STOPS, TICKET, ended, failed, handed_over
from workbench.runs.reading import Reading
from workbench.runs.record import Artifact, Run
from workbench.runs.recorder import Recorder
from workbench.runs.replay import find

__all__ = ["NOT_YET", "Submission", "Submitting"]


class _NotYet(Enum):
    TOKEN = "not yet"  # noqa: S105 - no secret

    def __repr__(self) -> str:
        return "NOT_YET"


NOT_YET: Final = _NotYet.TOKEN
"""What `fetch` returns while the work goes on; see `Submitting.settle`."""

# They say something of this machine or of the moment, and nothing of the work.
_PASSING = (FeatureOff, MissingExtra, MissingKey, MissingModel, TooMany, Unauthorized, Unavailable)


class Submission(Recorder):
    """A `Recorder` for work that is about to be sent elsewhere."""

    write: Callable[[str, list[Artifact]], None]

    def announce(self, ticket: Any) -> None:
        """Store how the work will be found, before it is sent.

        Should this process die, or the line break, before the answer is there, the Run stays
        ``submitted`` with this ticket: whoever settles it asks for work that carries an identifier
        which was chosen here, such as ``run_id``.

        Parameters
        ----------
        ticket : object
            JSON values, without secrets.
        """
        text = canonical(ticket, what="ticket")
        self.artifacts = [item for item in self.artifacts if item.name != TICKET]
        self.artifact(TICKET, text.encode(), "application/json")
        self.write(self.run_id, self.artifacts)

    @property
    def announced(self) -> bool:
        """Whether a ticket is stored."""
        return any(item.name == TICKET for item in self.artifacts)


class Submitting(Reading):
    """Makes Runs whose end comes later, perhaps in another process; `Runs` has it all."""

    def submit(
        self,
        kind: str,
        inputs: Mapping[str, Any],
        send: Callable[[Submission], Any],
        *,
        version: str = "1",
        seed: int | None = None,
        name: str | None = None,
        tags: Iterable[str] = (),
        parent: Run | str | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> Run:
        """Send work elsewhere and record that it is there.

        The Run is recorded before anything is sent. ``cache`` and ``strict`` take from the record
        what they can, also a Run that is still submitted: the work is not sent a second time.

        Parameters
        ----------
        kind, inputs, version, seed, name, tags, parent, parameters
            As in `execute`.
        send : callable
            Called with a `Submission`; sends the work and returns its ticket: JSON values that
            suffice to find it again on another day. It should call `Submission.announce` first.

        Returns
        -------
        Run
            Submitted; or finished, where it was replayed.

        Raises
        ------
        ReplayMiss
            In ``strict`` mode, when nothing recorded answers the call.
        Exception
            What ``send`` raises. The Run has failed then; but after `Submission.announce` an
            interrupt, an `Unavailable` or somebody else's error leaves it submitted, for the work
            may have arrived.
        """
        wanted = self._plan(kind, inputs, version, seed, name, tags, parent, parameters, None)
        found = self._sent(wanted) or self._replayed(wanted)
        if found is not None:
            return found
        recorder = self._start(wanted, None, None, Submission)
        recorder.write = self.store.announce
        sent = False
        try:
            with self._execution.computing(wanted.id):
                ticket = send(recorder)
            sent = True
            recorder.announce(ticket)
            run = self._scrubber.run(handed_over(wanted, recorder)).sealed()
            self.store.hand_over(run)
        except BaseException as error:
            self._unsent(wanted, recorder, error, sent=sent)
            raise
        return run

    def settle(self, run: Run | str, fetch: Callable[[Any, Recorder], Any]) -> Run:
        """Ask for the end of a submitted Run, and record it.

        Whoever comes first ends it, once; what others fetched meanwhile is dropped.

        Parameters
        ----------
        run : Run or str
            Which; one that has ended is returned as it is.
        fetch : callable
            Called with the ticket and a `Recorder`; returns the output, or `NOT_YET`. A
            `Cancelled` that it raises cancels the Run, another `WorkbenchError` fails it. What says
            nothing of the work is raised again and leaves the Run submitted: an interrupt, an
            error that is none of ours, `Unavailable`, `MissingKey` and their like. Where
            ``recorder.stopping``, somebody asked for its stop: call the work back first. What it
            cost, ``recorder.usage``, replaces what was told when it was sent.

        Returns
        -------
        Run
            Finished, failed, cancelled, or submitted still.

        Raises
        ------
        BadInput
            The Run is being computed, or its output has no JSON form.
        ReplayMiss
            It has not ended, and ``strict`` asks nobody.
        """
        found = self.store.get(self._run(run).id)
        if found.ended:
            return found
        ticket = self.ticket(found)
        if self.mode == "strict":
            raise ReplayMiss(
                f"Run {found.id} is still submitted, and strict replay asks nobody for its end.",
                "Use `%replay live` to fetch it.",
            )
        recorder = Recorder(found.id, self.objects, self._scrubber)
        recorder.go_on(found)
        recorder.stopping = self.store.stop_asked(found.id)
        try:
            with self._execution.computing(found.id):
                output = fetch(ticket, recorder)
        except _PASSING:
            raise
        except WorkbenchError as error:
            last = failed(found, recorder, error)
        else:
            if output is NOT_YET:
                return found
            last = ended(found, recorder, output)
        last = self._scrubber.run(last).sealed()
        if self.store.settle(last):
            self._execution.count(last)
            return last
        return self.store.get(found.id)

    def ticket(self, run: Run | str) -> Any:
        """Return what finds the work of a Run that was submitted, whether it has ended or not.

        Raises
        ------
        BadInput
            Its work was not sent anywhere.
        """
        found = self._run(run)
        kept = next((item for item in found.artifacts if item.name == TICKET), None)
        if kept is None or found.status == "running":
            raise BadInput(
                f"Run {found.id} is {found.status}, and its work was not sent elsewhere.",
                "Only Runs that were submitted have a ticket.",
            )
        return decode(self.objects.get(kept.digest).decode())

    # inside

    def _sent(self, wanted: Run) -> Run | None:
        """Return the Run of the same work that has not come back yet, where the mode may use it."""
        if self.mode == "live":
            return None
        found = find(self.store, wanted, self.mode, "submitted")
        return self._given(found) if found is not None and found.status == "submitted" else None

    def _unsent(self, wanted: Run, recorder: Submission, error: BaseException, *, sent: bool) -> None:
        """Record what kept the ticket from being stored; work that may have arrived is not given up."""
        refused = isinstance(error, WorkbenchError) and not isinstance(error, (*STOPS, Unavailable))
        if not recorder.announced or (refused and not sent):
            self._fail(wanted, recorder, error)
            return
        run = self._scrubber.run(handed_over(wanted, recorder)).sealed()
        error.add_note(f"The work may be under way all the same: Run {wanted.id} is kept as submitted.")
        try:
            self.store.hand_over(run)
        except Unavailable:
            self._unended.keep(run)

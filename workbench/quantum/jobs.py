"""Circuits sent to devices: each job is a Run that is submitted, and fetched on any day."""

from __future__ import annotations

import html
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, Cancelled, ProviderFailed, Unavailable, WorkbenchError, error_from_dict
from workbench.quantum.devices import Devices, Fetched, find_device
from workbench.quantum.header import header_of
from workbench.runs import NOT_YET, Recorder, Run, Submission
from workbench.wording import money

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from qiskit import QuantumCircuit

    from workbench.quantum.result import CircuitResult
    from workbench.studio import Studio

__all__ = ["KIND", "CircuitJob", "Jobs"]

KIND = "circuit.job"
"""The kind of a job's Run."""
VERSION = "1"
_COLUMNS = ("device", "job", "state", "shots", "seed", "submitted_at", "duration_s", "cost_usd", "message")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 5.0


@dataclass(frozen=True, slots=True)
class CircuitJob:
    """A circuit that was sent to a device.

    Attributes
    ----------
    run_id : str
        Its Run; all that is needed to find it again.
    device : str
        Such as ``ibm:ibm_fez``.
    state : str
        ``submitted`` before anybody asked; then what the provider says: ``queued``, ``running``;
        ``finished``, ``failed`` or ``cancelled`` once that is recorded.
    submitted_at : str
        ISO 8601, UTC.
    job : str or None
        The provider's identifier.
    shots : int
        Samples asked for.
    cost : float or None
        US dollars, once it has ended; ``None`` where the price is not known.
    message : str
        Why it failed.
    """

    run_id: str
    device: str
    state: str
    submitted_at: str
    job: str | None
    shots: int
    cost: float | None
    message: str
    _jobs: Jobs

    @property
    def ended(self) -> bool:
        """Whether its end is recorded."""
        return self.state in ("finished", "failed", "cancelled")

    @property
    def run(self) -> Run:
        """Its Run, as it is recorded now."""
        return self._jobs.studio.runs.get(self.run_id)

    def refresh(self) -> CircuitJob:
        """Ask the provider, record an end, and return the job as it stands."""
        return self._jobs.refresh(self.run_id)

    def result(self, timeout: float | None = None) -> CircuitResult:
        """Wait for the end, and return what was measured; see `Jobs.result`."""
        from workbench.quantum.result import CircuitResult

        return CircuitResult(self._jobs.result(self.run_id, timeout), self._jobs.studio.runs.artifact_bytes)

    def cancel(self) -> CircuitJob:
        """Call it back; see `Jobs.cancel`."""
        return self._jobs.cancel(self.run_id)

    def facts(self) -> dict[str, str]:
        """Return the lines of the short display, label to text."""
        lines = {"device": self.device, "state": self.state, "shots": f"{self.shots:,}"}
        lines |= {"job": self.job or "not known yet", "submitted": self.submitted_at}
        if self.ended:
            lines["cost"] = money(self.cost)
        if self.message:
            lines["message"] = self.message
        return lines | {"run": self.run_id}

    def __repr__(self) -> str:
        return f"CircuitJob({self.device} {self.state}, {self.shots} shots, run {self.run_id})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th style="text-align:left">{name}</th>'
            f'<td style="text-align:left">{html.escape(text)}</td></tr>'
            for name, text in self.facts().items()
        )
        return f"<table>{rows}</table>"


class Jobs:
    """Sends circuits to devices, and fetches what they measured.

    Parameters
    ----------
    studio : Studio
        Of which the settings and the Runs are used.
    """

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        # Kept, for logging in takes some providers seconds.
        self._providers: dict[str, Devices] = {}

    def submit(
        self,
        circuit: QuantumCircuit,
        on: str,
        *,
        shots: int = 1000,
        seed: int = 0,
        name: str | None = None,
        tags: Iterable[str] = (),
        parent: Run | str | None = None,
        **options: Any,
    ) -> CircuitJob:
        """Send a circuit to a device and come back at once.

        Parameters
        ----------
        circuit : qiskit.QuantumCircuit
            Every parameter bound, something measured.
        on : str
            Such as ``"fake:manila"``; see `find_device`.
        shots : int
            Samples, at least 1.
        seed : int
            Decides layout and routing, and what a virtual device answers.
        name, tags, parent
            Of the Run; see `workbench.runs.Runs.execute`.
        **options
            JSON; ``optimization_level`` (0 to 3), and what the provider knows of.

        Raises
        ------
        BadInput
            The device or the circuit will not do; the sentence says why.
        MissingKey
            A key that the provider needs is not set.
        Unavailable
            The provider does not answer. The job may be there: its Run is kept as submitted.
        """
        from workbench.quantum.canonical import to_json

        if isinstance(shots, bool) or not isinstance(shots, int) or shots < 1:
            raise BadInput(f"shots is {shots!r}; expected a whole number from 1.", details={"field": "shots"})
        devices, device = self._device(on)
        inputs = {"circuit": to_json(circuit), "on": on, "shots": shots, "options": options}

        def send(recorder: Submission) -> Any:
            def announce(ticket: dict[str, Any]) -> None:
                recorder.parameter("job", ticket["id"])
                recorder.announce(ticket)

            ticket = devices.submit(
                device, circuit, shots=shots, seed=seed, options=options, token=recorder.run_id,
                announce=announce,
            )  # fmt: skip
            recorder.parameter("job", ticket["id"])
            return ticket

        run = self.studio.runs.submit(
            KIND, inputs, send, version=VERSION, seed=seed, name=name, tags=tags, parent=parent,
            parameters={"device": on, "shots": shots},
        )  # fmt: skip
        return self._job(run)

    def get(self, run_id: str) -> CircuitJob:
        """Return a job as it is recorded; nobody is asked.

        Raises
        ------
        NotFound
            There is no such Run.
        BadInput
            The Run is no job.
        """
        return self._job(self._run(run_id))

    def settle(self, run_id: str) -> Run:
        """Ask the provider once, and record an end.

        Returns
        -------
        Run
            Finished with the output ``{"counts": {...}, "meta": {...}}``, failed, cancelled, or
            submitted still.

        Raises
        ------
        MissingKey, Unavailable
            The provider cannot be asked now; the Run stays submitted.
        """
        return self._settle(run_id)[0]

    def refresh(self, run_id: str) -> CircuitJob:
        """Ask the provider once, and return the job as it stands."""
        run, fetched = self._settle(run_id)
        job = self._job(run)
        return job if run.ended or fetched is None else replace(job, state=fetched.state)

    def result(self, run_id: str, timeout: float | None = None) -> Run:
        """Return the finished Run of a job, waiting for its end.

        Parameters
        ----------
        run_id : str
            Or enough of its beginning.
        timeout : float, optional
            Seconds to wait at most; 0 asks once. By default as long as it takes.

        Raises
        ------
        BadInput
            It has not ended in that time.
        WorkbenchError
            What the job failed of, or `Cancelled`.
        """
        end = None if timeout is None else time.monotonic() + timeout
        pause = _FIRST_PAUSE
        while not (run := self.settle(run_id)).ended:
            left = pause if end is None else end - time.monotonic()
            if left <= 0:
                raise BadInput(
                    f"Job {run.id} on {run.parameters['device']} has not ended yet.",
                    "Ask again later; the job goes on, also when this process ends.",
                )
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, _LONGEST_PAUSE)
        if run.error:
            raise error_from_dict(run.error)
        return run

    def cancel(self, run_id: str) -> CircuitJob:
        """Call a job back; it has ended when the provider says so."""
        run = self._run(run_id)
        if not run.ended:
            self.studio.runs.stop(run)
        return self.refresh(run.id)

    def list(self, limit: int | None = None, *, refresh: bool = False) -> pd.DataFrame:
        """Return a row a job, newest first.

        Parameters
        ----------
        limit : int, optional
            At most so many.
        refresh : bool
            Whether to ask the providers of those that have not ended; who does not answer is told
            in ``message``.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``run_id``: ``device``, ``job`` (the provider's identifier), ``state``,
            ``shots``, ``seed``, ``submitted_at`` (aware UTC), ``duration_s`` (seconds from sending to
            the recorded end), ``cost_usd`` (missing where it is not known) and ``message``.
        """
        import pandas as pd

        runs = self.studio.runs.list(kind=KIND, limit=limit)
        jobs = [(run, self._asked(run) if refresh and not run.ended else self._job(run)) for run in runs]
        jobs = [(job.run if refresh and not run.ended else run, job) for run, job in jobs]
        rows = [
            (job.device, job.job, job.state, job.shots, run.seed, run.started_at, run.duration, job.cost,
             job.message)
            for run, job in jobs
        ]  # fmt: skip
        table = pd.DataFrame(
            rows, columns=list(_COLUMNS), index=pd.Index([run.id for run in runs], name="run_id")
        )
        return table.astype({"duration_s": "float64", "cost_usd": "float64"})

    # inside

    def _device(self, on: str) -> tuple[Devices, str]:
        devices, device = find_device(on, self.studio.settings)
        return self._providers.setdefault(devices.name, devices), device

    def _asked(self, run: Run) -> CircuitJob:
        try:
            return self.refresh(run.id)
        except WorkbenchError as error:
            return replace(self._job(run), message=error.message)

    def _settle(self, run_id: str) -> tuple[Run, Fetched | None]:
        run = self._run(run_id)
        if run.ended:
            return run, None
        devices, _ = self._device(run.inputs["on"])
        seen: list[Fetched] = []

        def fetch(ticket: Any, recorder: Recorder) -> Any:
            seen.append(_fetched(devices, ticket, recorder))
            return _output(seen[-1], ticket, recorder)

        return self.studio.runs.settle(run, fetch), seen[-1] if seen else None

    def _run(self, run_id: str) -> Run:
        run = self.studio.runs.get(run_id)
        if run.kind != KIND:
            raise BadInput(
                f"Run {run.id} is of kind {run.kind!r} and no job on a device.",
                "`jobs()` lists the jobs there are.",
            )
        return run

    def _job(self, run: Run) -> CircuitJob:
        return CircuitJob(
            run_id=run.id,
            device=run.inputs["on"],
            state=run.status,
            submitted_at=run.started_at.isoformat(timespec="seconds"),
            job=run.parameters.get("job"),
            shots=run.inputs["shots"],
            cost=run.cost if run.ended else None,
            message=(run.error or {}).get("message", ""),
            _jobs=self,
        )


def _fetched(devices: Devices, ticket: dict[str, Any], recorder: Recorder) -> Fetched:
    if recorder.stopping:
        # Refused where it is too late; what became of the job is told below.
        with suppress(ProviderFailed):
            devices.cancel(ticket)
    try:
        return devices.fetch(ticket)
    except (BadInput, ProviderFailed) as error:
        # The question was refused, or a file here is broken: neither says anything of the job.
        raise Unavailable(error.message, error.hint) from error


def _output(fetched: Fetched, ticket: dict[str, Any], recorder: Recorder) -> Any:
    """Return what a Run gets of what was fetched, in the form of `CircuitResult`, and tell its cost."""
    from workbench.quantum.canonical import from_json

    if fetched.state in ("queued", "running"):
        return NOT_YET
    recorder.usage(cost=fetched.cost)
    if fetched.state == "cancelled":
        raise Cancelled(fetched.message or "The job was cancelled.", "Submit it again to have its counts.")
    if fetched.state == "failed" or fetched.counts is None:
        raise ProviderFailed(
            fetched.message or "The job failed, and the provider does not say why.",
            "Correct what it names, or choose another device.",
            details={"provider": ticket["provider"]},
        )
    facts = {name: ticket[name] for name in ("provider", "device", "id", "layout", "shots", "submitted_at")}
    circuit = from_json(ticket["circuit"])
    facts |= {
        "on": f"{ticket['provider']}:{ticket['device']}",
        "seed": ticket["seed"],
        "qubits": circuit.num_qubits,
        "clbits": circuit.num_clbits,
        "depth": circuit.depth(),
        "gates": circuit.size(),
        "cost": fetched.cost,
    }
    header = header_of(circuit, measured=True)
    return {"header": header, "counts": fetched.counts, "probabilities": None, "meta": facts | fetched.meta}

"""`QuantumService`: circuits of any dialect on any engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, FeatureOff
from workbench.quantum.backends import Engines
from workbench.quantum.jobs import KIND as JOB
from workbench.quantum.request import DEFAULT_SHOTS, Request, Shots, request
from workbench.quantum.result import CircuitResult
from workbench.quantum.sending import Sending
from workbench.quantum.studies import Studies
from workbench.runs import Progress, Recorder
from workbench.studio import Studio
from workbench.studio import studio as default_studio

if TYPE_CHECKING:
    from workbench.quantum.previewing import Preview

__all__ = ["CIRCUIT", "QuantumService"]

CIRCUIT = "circuit"
_VERSION = "1"


class QuantumService(Sending, Studies):
    """Runs circuits, compares engines and keeps jobs on machines.

    Parameters
    ----------
    studio : Studio, optional
        By default the process's default one.

    Raises
    ------
    FeatureOff
        ``ENABLE_QUANTUM`` is off.
    """

    def __init__(self, studio: Studio | None = None) -> None:
        self.studio = studio or default_studio()
        if not self.studio.settings.enable_quantum:
            raise FeatureOff("Here quantum circuits are off.", "ENABLE_QUANTUM turns them on.")
        self.engines = Engines(self.studio.settings)

    def run(
        self,
        circuit: Any,
        on: str = "auto",
        shots: Shots = "auto",
        seed: int | None = None,
        observables: Any = None,
        bind: Mapping[str, float] | None = None,
        sweep: Any = None,
        noise: Any = None,
        compare: Any = None,
        precision: str | None = None,
        *,
        mitigate: str | None = None,
        dialect: str | None = None,
        name: str | None = None,
        tags: Iterable[str] = (),
        progress: Progress | None = None,
    ) -> CircuitResult:
        """Run a circuit, as a Run.

        Parameters
        ----------
        circuit : str, path or object
            OpenQASM 2 or 3 text, or a circuit of Qiskit, Cirq, PennyLane or Braket.
        on : str
            An engine's name, or ``auto`` for the fastest; see `workbench.quantum.choosing`. A machine,
            such as ``fake:manila``, is sent the circuit and waited for; `submit` does not wait.
        shots : int, None or "auto"
            Samples, 1 to 100,000,000. ``None``: exact probabilities and none of them sampled. By
            default 1,024, while expectation values and sweeps are exact.
        seed : int, optional
            0 to 2**31 - 1; by default one is drawn, which ``.meta`` names.
        observables : str, object, sequence or mapping, optional
            Sums of Pauli strings; see `workbench.quantum.observables`.
        bind : mapping of str to float, optional
            Values of parameters, radians.
        sweep : mapping of str to sequence, or DataFrame, optional
            Parameter to its value at each point; see `workbench.quantum.grid` for all combinations.
        noise : str, dict or noise model, optional
            See `workbench.quantum.noise`.
        compare : bool, str or sequence of str, optional
            Engines that run it too, for ``.agreement``; ``True`` for all.
        precision : {"single", "double"}, optional
            Of the amplitudes; by default what the engine does best.
        mitigate : str, optional
            See `workbench.quantum.mitigation`.
        dialect : str, optional
            Of a text, where it should not be found out.
        name : str, optional
            A label for people.
        tags : iterable of str
            Words to put on the Run.
        progress : callable, optional
            Told how far a sweep is.

        Returns
        -------
        CircuitResult

        Raises
        ------
        BadInput
            The circuit cannot be read, is not complete or not within reach of the engine.
        MissingExtra
            An engine's library is not installed.
        """
        if isinstance(on, str) and ":" in on:
            _only(on, observables=observables, sweep=sweep, noise=noise, compare=compare, mitigate=mitigate)
            count = DEFAULT_SHOTS if shots == "auto" or shots is None else shots
            job = self.submit(circuit, on, count, seed, bind, dialect=dialect, name=name, tags=tags)
            return self.result(job.run_id)
        asked = self._request(
            circuit, dialect, on=on, shots=shots, seed=seed, given=observables, bind=bind, sweep=sweep,
            noise=noise, mitigate=mitigate, compare=compare, precision=precision,
        )  # fmt: skip

        def compute(recorder: Recorder) -> dict[str, Any]:
            if (text := asked.kept_circuit[1]) is not None:
                recorder.artifact("circuit.json", text, "application/json")
            if asked.sweep is not None:
                from workbench.quantum.sweeps import compute_sweep

                return compute_sweep(asked, self.engines, recorder, self.studio.settings)
            from workbench.quantum.computing import compute as compute_one

            return compute_one(asked, self.engines, recorder)

        run = self.studio.runs.execute(
            CIRCUIT, asked.inputs(), compute, version=_VERSION, seed=asked.seed, name=name, tags=tags,
            progress=progress,
        )  # fmt: skip
        return CircuitResult(run, self.studio.runs.artifact_bytes)

    def result(self, run_id: str, timeout: float | None = None) -> CircuitResult:
        """Return what a Run of a circuit gave; a job on a machine is waited for.

        Parameters
        ----------
        run_id : str
            Or an unambiguous beginning of it.
        timeout : float, optional
            Seconds to wait for a job at most; 0 asks once. By default as long as it takes.

        Raises
        ------
        NotFound
            There is no such Run, or it is somebody else's.
        BadInput
            The Run is no circuit's, or has not finished.
        WorkbenchError
            What a job failed of.
        """
        run = self.studio.runs.get(run_id)
        if run.kind == JOB:
            done = self.machines.result(run.id, timeout)
            return CircuitResult(done, self.studio.runs.artifact_bytes)
        if run.kind != CIRCUIT or run.status != "finished":
            raise BadInput(
                f"The Run {run.id} is of kind {run.kind} and {run.status}; expected a finished circuit.",
                "`%runs --kind circuit` lists them.",
                details={"field": "run_id"},
            )
        return CircuitResult(run, self.studio.runs.artifact_bytes)

    def preview(
        self, circuit: Any, observables: Any = None, bind: Mapping[str, float] | None = None
    ) -> Preview:
        """Compute as `run` does, exactly and without a Run: what follows a slider while it moves.

        Parameters
        ----------
        circuit, observables, bind
            As for `run`.

        Raises
        ------
        BadInput
            As `run`; or there are no exact probabilities, or too many.
        """
        from workbench.quantum.previewing import preview

        given: dict[str, Any] = {"on": "auto", "shots": None, "given": observables, "bind": bind}
        rest = dict.fromkeys(("seed", "sweep", "noise", "mitigate", "compare", "precision"))
        return preview(self._request(circuit, None, **given, **rest), self.engines)

    def _request(self, circuit: Any, dialect: str | None, **given: Any) -> Request:
        from workbench.quantum.loading import load

        return request(load(circuit, dialect), self.engines, **given)


def _only(on: str, **given: Any) -> None:
    """Refuse what a machine that takes jobs does not do."""
    named = next((name for name, value in given.items() if value is not None and value is not False), None)
    if named is not None:
        raise BadInput(
            f"{on} samples what a circuit measures, and takes no {named}.",
            f"Leave it out, or simulate the machine with noise={on!r} on 'auto'.",
            details={"field": named},
        )

"""What is asked about a circuit beside its result: its optimum, its cost, its shape on a device."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from workbench.quantum.loading import load

if TYPE_CHECKING:
    from workbench.quantum.backends import Engines
    from workbench.quantum.estimation.result import CircuitEstimate
    from workbench.quantum.optimisation.result import OptimisedCircuit
    from workbench.quantum.transpilation.result import TranspileComparison
    from workbench.runs import Progress, Recorder
    from workbench.studio import Studio

__all__ = ["ESTIMATE", "OPTIMISE", "TRANSPILE", "Studies"]

OPTIMISE = "circuit.optimise"
ESTIMATE = "circuit.estimate"
TRANSPILE = "circuit.transpile"
_VERSION = "1"


class Studies:
    """`workbench.quantum.QuantumService` has these methods."""

    studio: Studio
    engines: Engines

    def optimise(
        self,
        circuit: Any,
        observable: Any,
        *,
        start: Any = None,
        steps: int = 100,
        rate: float = 0.1,
        optimiser: str = "adam",
        gradient: str | None = None,
        shots: int | None = None,
        seed: int | None = None,
        maximise: bool = False,
        tolerance: float = 1e-6,
        on: str = "auto",
        dialect: str | None = None,
        name: str | None = None,
        tags: Iterable[str] = (),
        progress: Progress | None = None,
    ) -> OptimisedCircuit:
        """Find parameters that make an expectation value least, or greatest, as a Run.

        An interrupt cancels the Run, which keeps what it had: `optimised` gives it.

        Parameters
        ----------
        circuit : str, path or object
            As for `run`, with parameters.
        observable : str, object or mapping of its name to it
            A sum of Pauli strings; see `workbench.quantum.observables`.
        start : mapping of str to float, or sequence of float, optional
            Radians. Parameters that it leaves out begin at random in [-pi, pi).
        steps : int
            At most, 1 to 100,000: of COBYLA, evaluations.
        rate : float
            Of learning; of COBYLA the length of the first step, of L-BFGS-B nothing.
        optimiser : {"adam", "gradient-descent", "l-bfgs-b", "cobyla"}
            The way down; the last one needs no gradient.
        gradient : {"adjoint", "parameter-shift"}, optional
            ``adjoint`` is exact and costs about three runs whatever the number of parameters;
            ``parameter-shift`` is what samples and other engines have. By default the first that can.
        shots : int, optional
            Samples of each value; by default values are exact.
        seed : int, optional
            Of the start and the samples.
        maximise : bool
            Up instead of down.
        tolerance : float
            Norm of the gradient that ends it.
        on : str
            An engine's name; ``auto`` takes numpy's or lightning's adjoint sweep by size.
        dialect, name, tags : optional
            As for `run`.
        progress : callable, optional
            Told ``value`` and ``gradient`` (its norm) at every step.

        Returns
        -------
        OptimisedCircuit

        Raises
        ------
        BadInput
            The circuit cannot be read, has no parameters or acts on measurements, or an argument is wrong.
        Cancelled
            Somebody stopped it.
        """
        from workbench.quantum.optimisation.asking import wanted
        from workbench.quantum.optimisation.compute import compute
        from workbench.quantum.optimisation.result import OptimisedCircuit

        asked = wanted(
            load(circuit, dialect), observable, start=start, steps=steps, rate=rate, optimiser=optimiser,
            gradient=gradient, shots=shots, seed=seed, maximise=maximise, tolerance=tolerance, on=on,
        )  # fmt: skip

        def work(recorder: Recorder) -> dict[str, Any]:
            return compute(asked, self.engines, recorder)

        run = self.studio.runs.execute(
            OPTIMISE, asked.inputs(), work, version=_VERSION, seed=asked.seed, name=name, tags=tags,
            progress=progress,
        )  # fmt: skip
        return OptimisedCircuit(run, self.studio.runs.artifact_bytes)

    def optimised(self, run_id: str) -> OptimisedCircuit:
        """Return what an optimisation found, or had found when it was stopped.

        Parameters
        ----------
        run_id : str
            Or an unambiguous beginning of it.

        Raises
        ------
        NotFound
            There is no such Run.
        BadInput
            It is none of an optimisation.
        """
        from workbench.quantum.optimisation.result import OptimisedCircuit

        return OptimisedCircuit(self.studio.runs.get(run_id), self.studio.runs.artifact_bytes)

    def estimate(
        self,
        circuit: Any,
        *,
        on: str | None = None,
        shots: int | None = None,
        dialect: str | None = None,
        name: str | None = None,
        tags: Iterable[str] = (),
    ) -> CircuitEstimate:
        """Say what a circuit takes, as a Run; nothing is run.

        Parameters
        ----------
        circuit : str, path or object
            As for `run`; parameters may be without values.
        on : str, optional
            A machine whose size and price are told too, such as ``fake:manila``; one that is not virtual
            is asked over the network, where there is a key for it.
        shots : int, optional
            Samples; by default exact probabilities are what engines are asked about.
        dialect, name, tags : optional
            As for `run`.

        Returns
        -------
        CircuitEstimate

        Raises
        ------
        BadInput
            The circuit cannot be read, or there is no such engine or machine.
        """
        from workbench.quantum.canonical import to_json
        from workbench.quantum.estimation.compute import compute
        from workbench.quantum.estimation.result import CircuitEstimate
        from workbench.quantum.request import checked_engine, checked_shots

        program = load(circuit, dialect)
        where = None if on is None else checked_engine(on)
        drawn = None if shots is None else checked_shots(shots)
        inputs = {"circuit": to_json(program.circuit), "on": where, "shots": drawn}

        def work(recorder: Recorder) -> dict[str, Any]:
            output = compute(program, where, drawn, self.engines, self.studio.settings)
            for kept in ("qubits", "depth", "two_qubit_gates", "t_count", "rotations"):
                recorder.parameter(kept, output[kept])
            return output

        run = self.studio.runs.execute(ESTIMATE, inputs, work, version=_VERSION, name=name, tags=tags)
        return CircuitEstimate(run)

    def transpile_compare(
        self,
        circuit: Any,
        targets: Any = ("fake:manila", "fake:guadalupe", "fake:torino"),
        levels: Any = (0, 1, 2, 3),
        *,
        seed: int | None = None,
        dialect: str | None = None,
        name: str | None = None,
        tags: Iterable[str] = (),
        progress: Progress | None = None,
    ) -> TranspileComparison:
        """Fit a circuit to targets at levels of optimisation by Qiskit's passes, as a Run.

        Parameters
        ----------
        circuit : str, path or object
            As for `run`; parameters may be without values.
        targets : str, mapping or sequence
            Fake devices such as ``fake:manila``, gates such as ``cx,rz,sx``, or a mapping with
            ``basis`` and ``coupling``; see `workbench.quantum.transpilation.aims`.
        levels : sequence of int
            Of 0, 1, 2 and 3.
        seed : int, optional
            Of layout and routing; by default one is drawn, which ``.seed`` names.
        dialect, name, tags : optional
            As for `run`.
        progress : callable, optional
            Told how far it is.

        Returns
        -------
        TranspileComparison

        Raises
        ------
        BadInput
            The circuit cannot be read, or there is no such target or level.
        """
        from workbench.quantum.canonical import to_json
        from workbench.quantum.computing import drawn_seed
        from workbench.quantum.request import checked_seed
        from workbench.quantum.transpilation.aims import aims
        from workbench.quantum.transpilation.compute import checked_levels, compute
        from workbench.quantum.transpilation.result import TranspileComparison

        program = load(circuit, dialect)
        found, chosen, given = aims(targets), checked_levels(levels), checked_seed(seed)
        inputs = {
            "circuit": to_json(program.circuit),
            "targets": [aim.to_json() for aim in found],
            "levels": list(chosen),
        }

        def work(recorder: Recorder) -> dict[str, Any]:
            return compute(program.circuit, found, chosen, drawn_seed(given), recorder)

        run = self.studio.runs.execute(
            TRANSPILE, inputs, work, version=_VERSION, seed=given, name=name, tags=tags, progress=progress
        )
        return TranspileComparison(run)

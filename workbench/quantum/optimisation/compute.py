"""From what is wanted to what its Run holds: the loop, told step by step."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from workbench.errors import BadInput
from workbench.quantum.choosing import choose, choose_sweep
from workbench.quantum.computing import drawn_seed
from workbench.quantum.execution import prepared
from workbench.quantum.limits import free_bytes, size_text
from workbench.quantum.optimisation.atoms import Atoms, Reading, atomised
from workbench.quantum.optimisation.history import HISTORY, History
from workbench.quantum.optimisation.optimisers import Evaluation, Problem, minimise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.quantum.backends import Engines
    from workbench.quantum.lowered import Lowered
    from workbench.quantum.optimisation.asking import Wanted
    from workbench.runs import Recorder

__all__ = ["compute"]


class _Source(Protocol):
    """What gives expectation values: `Sweep` or `Shifts`."""

    def value(self, angles: NDArray[np.float64]) -> Reading: ...

    def gradient(self, angles: NDArray[np.float64]) -> Reading: ...


def compute(wanted: Wanted, engines: Engines, recorder: Recorder) -> dict[str, Any]:
    """Optimise; return the output of the Run.

    What was found until an interrupt stays with the Run as its artifact ``history.json``.
    """
    from workbench.quantum.lowering import lower

    began = time.perf_counter()
    lowered = prepared(lower(wanted.circuit, wanted.lines))
    _check_static(lowered, wanted)
    atoms = atomised(lowered)
    seed = drawn_seed(wanted.seed)
    source, on, why = _source(wanted, atoms, engines, seed)
    history = History(atoms.parameters, maximise=wanted.maximise, sampled=wanted.shots is not None)
    objective = _Objective(atoms, source, -1.0 if wanted.maximise else 1.0)
    problem = Problem(
        objective, _teller(wanted, history, recorder), _start(wanted, atoms.parameters, seed), wanted.steps,
        wanted.rate, wanted.tolerance,
    )  # fmt: skip
    try:
        ended = minimise(wanted.optimiser, problem)
    except BaseException as error:
        if history.rows:
            error.add_note(f"What it had found: studio.quantum.optimised({recorder.run_id!r})")
        raise
    finally:
        _keep(history, recorder)
    meta = {
        "on": on, "why": why, "optimiser": wanted.optimiser, "gradient": wanted.gradient,
        "shots": wanted.shots, "seed": seed, "qubits": wanted.circuit.num_qubits,
        "angles": len(atoms.angles), "evaluations": objective.count,
        "seconds": time.perf_counter() - began,
    }  # fmt: skip
    return history.best() | {"ended": ended, "meta": meta}


def _check_static(lowered: Lowered, wanted: Wanted) -> None:
    if lowered.dynamic and (wanted.gradient is not None or wanted.shots is None):
        raise BadInput(
            "The circuit acts on measurements in a way that cannot be deferred, so it has no gradient here.",
            "Take optimiser='cobyla' with shots.",
            details={"field": "circuit"},
        )


class _Objective:
    """Angles from parameters, and gradients by parameters from those by angles."""

    def __init__(self, atoms: Atoms, source: _Source, sign: float) -> None:
        self._atoms = atoms
        self._source = source
        self._sign = sign
        self.count = 0

    def __call__(self, point: NDArray[np.float64], gradient: bool) -> Evaluation:
        self.count += 1
        if not gradient:
            value, error, _ = self._source.value(self._atoms.at(point))
            return Evaluation(self._sign * value, error, None)
        angles, jacobian = self._atoms.values(point)
        value, error, slopes = self._source.gradient(angles)
        assert slopes is not None  # noqa: S101 - they were asked for
        return Evaluation(self._sign * value, error, self._sign * (slopes @ jacobian))


def _start(wanted: Wanted, names: tuple[str, ...], seed: int) -> NDArray[np.float64]:
    drawn = np.random.default_rng(seed).uniform(-math.pi, math.pi, len(names))
    return np.array([wanted.start.get(name, value) for name, value in zip(names, drawn, strict=True)])


def _source(wanted: Wanted, atoms: Atoms, engines: Engines, seed: int) -> tuple[_Source, str, str]:
    """Return what computes values and gradients, the engine's name and the reason."""
    if wanted.shots is None and wanted.on == "auto" and wanted.gradient != "parameter-shift":
        return _adjoint(wanted, atoms)
    if wanted.gradient == "adjoint":
        from workbench.quantum.optimisation.lightning import LightningSweep

        engines.get("lightning")
        return LightningSweep(atoms.lowered, wanted.observable), "lightning", "it was asked for"
    from workbench.quantum.optimisation.shifts import Shifts

    if wanted.on != "auto":
        on, why = wanted.on, "it was asked for"
    else:
        exact = wanted.shots is None
        one = _numbered(atoms)
        choice = choose_sweep(one.qubits, engines) if exact else choose(one, engines, "double")
        on, why = choice.engine, choice.why
    return Shifts(atoms, wanted.observable, engines.get(on), wanted.shots, seed), on, why


def _numbered(atoms: Atoms) -> Lowered:
    """Return the circuit at some point, for questions that want numbers."""
    from workbench.quantum.binding import bind

    return bind(atoms.lowered, dict.fromkeys(atoms.lowered.parameters, 0.1))


def _adjoint(wanted: Wanted, atoms: Atoms) -> tuple[_Source, str, str]:
    from workbench.quantum.optimisation.adjoint import Sweep, sweep_bytes
    from workbench.quantum.optimisation.lightning import LIGHTNING_FROM, LightningSweep, lightning_usable

    qubits = atoms.lowered.qubits
    if qubits >= LIGHTNING_FROM and lightning_usable():
        return (
            LightningSweep(atoms.lowered, wanted.observable), "lightning",
            f"{qubits} qubits: lightning's adjoint sweep in C++",
        )  # fmt: skip
    needed, free = sweep_bytes(qubits, wanted.observable), free_bytes()
    if needed > free:
        raise BadInput(
            f"The adjoint sweep of {qubits} qubits needs {size_text(needed)}, {size_text(free)} are free.",
            "Use fewer qubits.",
            details={"field": "circuit", "needed_bytes": needed, "free_bytes": free},
        )
    return Sweep(atoms.lowered, wanted.observable), "numpy", f"{qubits} qubits: an adjoint sweep in numpy"


def _teller(
    wanted: Wanted, history: History, recorder: Recorder
) -> Callable[[NDArray[np.float64], Evaluation], None]:
    sign = -1.0 if wanted.maximise else 1.0

    def tell(point: NDArray[np.float64], found: Evaluation) -> None:
        history.add(point, sign * found.value, found.error, found.norm)
        metrics = {"value": sign * found.value}
        if found.norm is not None:
            metrics["gradient"] = found.norm
        recorder.progress(history.steps, wanted.steps, wanted.optimiser, metrics)

    return tell


def _keep(history: History, recorder: Recorder) -> None:
    recorder.metric("steps", history.steps)
    if history.rows:
        recorder.metric("value", history.best()["value"])
    recorder.artifact(HISTORY, json.dumps(history.to_json()).encode(), "application/json")

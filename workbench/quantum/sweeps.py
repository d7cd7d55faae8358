"""Many parameter values of one circuit: all in one go where an engine can, over the cores where it pays."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.compute import parallel
from workbench.errors import BadInput
from workbench.quantum.backends import Engines, Sweeping
from workbench.quantum.choosing import Choice, choose_sweep
from workbench.quantum.computing import (
    chosen,
    drawn_seed,
    measured_values,
    measures,
    meta_of,
    ready,
)
from workbench.quantum.execution import Asked, execute
from workbench.quantum.expectation import exact
from workbench.quantum.header import header_of
from workbench.quantum.noise import DENSITY_QUBITS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from workbench.quantum.lowered import Lowered
    from workbench.quantum.observables import Observable
    from workbench.quantum.request import Request
    from workbench.runs import Recorder
    from workbench.settings import Settings

__all__ = ["compute_sweep"]

BATCH = 1 << 22
"""Amplitudes that one batch holds: 64 MB in double precision, and the engine's copies of them."""
SHARDED = 1 << 27
"""Amplitudes times gates from which other processes are worth their start."""
INLINE_VALUES = 4096
KEYS = 64
"""Most keys that a sweep without observables has columns for."""


@dataclass(frozen=True)
class _Batch:
    """What one process is to do."""

    engine: str
    settings: Settings
    lowered: Lowered
    values: NDArray[np.float64]
    observables: tuple[Observable, ...]


def compute_sweep(
    request: Request, engines: Engines, recorder: Recorder, settings: Settings
) -> dict[str, Any]:
    """Run a circuit at many points; return the output of its Run."""
    from workbench.quantum.lowering import lower

    assert request.sweep is not None  # noqa: S101 - the caller's
    began = time.perf_counter()
    circuit = request.circuit.assign_parameters(request.bind) if request.bind else request.circuit
    lowered = lower(circuit, request.lines)
    values = request.sweep[list(lowered.parameters)].to_numpy(float)
    wrong = request.wrong
    shots = request.expectation_shots
    if wrong is not None and request.shots == "auto" and lowered.qubits > DENSITY_QUBITS:
        shots = request.samples
    asked = Asked(shots, drawn_seed(request.seed), request.precision, wrong)
    if request.observables and request.expectation_shots is None and not (lowered.dynamic or wrong):
        choice = _sweep_choice(request, lowered, engines)
        columns = _exactly(request, lowered, values, choice, engines, recorder, settings)
    else:
        choice = chosen(request, ready(request, _at(lowered, values[0])), engines)
        columns = _one_by_one(request, lowered, values, asked, engines.get(choice.engine), recorder)
    meta = meta_of(request, choice, asked, began) | {"points": len(values)}
    for name in ("on", "shots", "qubits", "points"):
        recorder.parameter(name, meta[name])
    return {
        "header": header_of(request.circuit, measured=measures(lowered)),
        "sweep": _kept(recorder, request.sweep, columns),
        "meta": meta,
    }


def _sweep_choice(request: Request, lowered: Lowered, engines: Engines) -> Choice:
    if request.on == "auto":
        return choose_sweep(lowered.qubits, engines)
    engines.get(request.on)
    return Choice(request.on, request.precision or "double", "it was asked for")


def _exactly(
    request: Request,
    lowered: Lowered,
    values: NDArray[np.float64],
    choice: Choice,
    engines: Engines,
    recorder: Recorder,
    settings: Settings,
) -> dict[str, list[float]]:
    engine = engines.get(choice.engine)
    if not isinstance(engine, Sweeping):
        asked = Asked(None, 0, request.precision)
        return _one_by_one(request, lowered, values, asked, engine, recorder)
    batches = [
        _Batch(choice.engine, settings, lowered, part, request.observables)
        for part in _parts(values, lowered, settings)
    ]
    found = np.concatenate(list(_done(batches, settings, recorder, len(values), engine)))
    return {one.name: found[:, at].tolist() for at, one in enumerate(request.observables)}


def _parts(values: NDArray[np.float64], lowered: Lowered, settings: Settings) -> list[NDArray[np.float64]]:
    """Cut the points into batches that fit into memory, and keep every core busy where it pays."""
    from workbench.quantum.backends.local import cores

    batch = max(1, BATCH >> lowered.qubits)
    if _spread(len(values), lowered, settings):
        batch = min(batch, max(1, -(-len(values) // (4 * cores()))))
    return [values[start : start + batch] for start in range(0, len(values), batch)]


def _spread(points: int, lowered: Lowered, settings: Settings) -> bool:
    work = points * 2**lowered.qubits * max(len(lowered.ops), 1)
    return bool(settings.ray_address) or work >= SHARDED * 2**6


def _done(
    batches: list[_Batch], settings: Settings, recorder: Recorder, points: int, engine: Sweeping
) -> Iterator[NDArray[np.float64]]:
    done = 0
    if len(batches) > 1 and _spread(points, batches[0].lowered, settings):
        told = {"done": 0}

        def tell(finished: int, _total: int) -> None:
            told["done"] = sum(len(batch.values) for batch in batches[:finished])
            recorder.progress(told["done"], points, "points")

        yield from parallel(_expectations, batches, settings, progress=tell)
        return
    for batch in batches:
        yield engine.expectations(batch.lowered, batch.values, batch.observables)
        done += len(batch.values)
        recorder.progress(done, points, "points")


def _expectations(batch: _Batch) -> NDArray[np.float64]:
    engine = Engines(batch.settings).get(batch.engine)
    assert isinstance(engine, Sweeping)  # noqa: S101 - checked before
    return engine.expectations(batch.lowered, batch.values, batch.observables)


def _at(lowered: Lowered, row: NDArray[np.float64]) -> Lowered:
    from workbench.quantum.binding import bind

    return bind(lowered, dict(zip(lowered.parameters, row.tolist(), strict=True)))


def _one_by_one(
    request: Request,
    lowered: Lowered,
    values: NDArray[np.float64],
    asked: Asked,
    engine: Any,
    recorder: Recorder,
) -> dict[str, list[float]]:
    rows: list[dict[str, float]] = []
    seeds = np.random.SeedSequence(asked.seed).generate_state(len(values)) % 2**31
    for at, row in enumerate(values):
        mine = replace(asked, seed=int(seeds[at]))
        rows.append(_point(request.observables, _at(lowered, row), mine, engine))
        recorder.progress(at + 1, len(values), "points")
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not request.observables:
        names.sort()
        if len(names) > KEYS:
            raise BadInput(
                f"The sweep shows {len(names):,} different keys; at most {KEYS} become columns.",
                "Give observables, such as observables='Z0'.",
                details={"field": "observables"},
            )
    return {name: [row.get(name, 0.0) for row in rows] for name in names}


def _point(
    observables: Sequence[Observable], lowered: Lowered, asked: Asked, engine: Any
) -> dict[str, float]:
    if observables and (asked.shots is not None or asked.noise is not None):
        pairs = measured_values(observables, lowered, asked, engine)
        values = {one.name: value for one, (value, _) in zip(observables, pairs, strict=True)}
        if asked.shots is None:
            return values
        errors = {f"{one.name} error": error for one, (_, error) in zip(observables, pairs, strict=True)}
        return values | errors
    answer = execute(engine, lowered, asked)
    if observables:
        if answer.outcome.amplitudes is None:
            raise BadInput(
                f"{engine.name} has no exact expectation values of this circuit.",
                "Give shots, such as shots=1000.",
                details={"field": "shots"},
            )
        found = exact(answer.outcome, answer.lowered.qubits, observables)
        return dict(zip((one.name for one in observables), found, strict=True))
    if asked.shots is None and answer.distribution is not None:
        keys, weights = answer.distribution.exact()
    else:
        samples = answer.samples(replace(asked, shots=asked.shots or 1024))
        keys, weights = samples.keys, samples.counts / samples.counts.sum()
    from workbench.quantum.readout import texts

    return {f"P({key})": weight for key, weight in zip(texts(keys), weights.tolist(), strict=True)}


def _kept(recorder: Recorder, points: pd.DataFrame, columns: dict[str, list[float]]) -> dict[str, Any]:
    # pairs, for the names of an object would come back sorted
    table = [[str(name), points[name].tolist()] for name in points.columns] + list(map(list, columns.items()))
    if len(table) * len(points) <= INLINE_VALUES:
        return {"columns": table}
    made = recorder.artifact("sweep.json", json.dumps(table).encode(), "application/json")
    return {"artifact": made.digest, "points": len(points)}

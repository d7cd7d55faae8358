"""From a checked request to what its Run holds."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import BadInput
from workbench.quantum.agreement import compare
from workbench.quantum.backends import Engines
from workbench.quantum.choosing import Choice, choose, choose_noisy
from workbench.quantum.execution import Answer, Asked, execute, prepared, turned
from workbench.quantum.expectation import exact, sampled
from workbench.quantum.header import header_of
from workbench.quantum.keeping import keep_samples, keep_weights
from workbench.quantum.observables import Observable, groups

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.quantum.lowered import Lowered
    from workbench.quantum.request import Request
    from workbench.runs import Recorder

__all__ = ["chosen", "compute", "drawn_seed", "measured_values", "measures", "meta_of", "ready"]

KEPT_KEYS = 1 << 16
"""Most keys whose exact probabilities are kept beside samples."""
EXACT_KEYS = 1 << 20
"""The same where exact probabilities are all that was asked for."""
SHOWN_QUBITS = 6
"""Up to here a circuit without measurements keeps its state for display."""


def compute(request: Request, engines: Engines, recorder: Recorder) -> dict[str, Any]:
    """Run one circuit, without a sweep; return the output of its Run."""
    from workbench.quantum.binding import bind
    from workbench.quantum.lowering import lower

    began = time.perf_counter()
    lowered = bind(lower(request.circuit, request.lines), request.bind)
    asked = Asked(request.samples, drawn_seed(request.seed), request.precision, request.wrong)
    given = ready(request, lowered)
    choice = chosen(request, given, engines)
    engine = engines.get(choice.engine)
    asked = replace(asked, precision=request.precision or choice.precision)
    answer = execute(engine, given, asked)
    output = _shown(request, lowered, answer, asked, recorder)
    recorder.check()
    if request.observables:
        output["expval"] = _expected(request, lowered, answer, asked, engine)
    if request.mitigate is not None:
        output |= _mitigated(request, lowered, answer, asked, engine, output.get("expval", []))
    if request.compare:
        names = tuple(dict.fromkeys((choice.engine, *request.compare)))
        free = replace(asked, precision=request.precision)
        output["agreement"] = compare(lowered, free, names, engines, answer, recorder.check).to_dict()
        recorder.metric("agree", float(output["agreement"]["agree"]))
    output["meta"] = meta_of(request, choice, asked, began) | answer.outcome.meta
    output["meta"]["engine_seconds"] = answer.seconds
    _tell(recorder, output["meta"])
    return output


def drawn_seed(seed: int | None) -> int:
    """Return the seed, or a fresh one."""
    return secrets.randbelow(2**31) if seed is None else seed


def ready(request: Request, lowered: Lowered) -> Lowered:
    """Return what `chosen` chooses for: measurements deferred, unless an engine was named or gates err."""
    return prepared(lowered) if request.on == "auto" and request.wrong is None else lowered


def chosen(request: Request, lowered: Lowered, engines: Engines) -> Choice:
    """Return the engine that was named, or the fastest for what is `ready`."""
    if request.on != "auto":
        engine = engines.get(request.on)
        precision = request.precision or ("double" if "double" in engine.precisions else "single")
        return Choice(request.on, precision, "it was asked for")
    samples_do = request.shots is not None and not request.observables and not request.compare
    if request.wrong is not None:
        return choose_noisy(lowered, request.wrong, engines, sampled=request.shots is not None)
    return choose(lowered, engines, request.precision, sampled=samples_do)


def meta_of(request: Request, choice: Choice, asked: Asked, began: float) -> dict[str, Any]:
    """Return how it was done, as JSON values."""
    circuit = request.circuit
    facts: dict[str, Any] = {
        "on": choice.engine,
        "why": choice.why,
        "shots": asked.shots,
        "seed": asked.seed,
        "precision": choice.precision,
        "qubits": circuit.num_qubits,
        "clbits": circuit.num_clbits,
        "depth": circuit.depth(),
        "gates": circuit.size(),
        "dialect": request.dialect,
        "seconds": time.perf_counter() - began,
    }
    if request.wrong is not None:
        facts["noise"] = str(request.wrong)
    if choice.warning:
        facts["warning"] = choice.warning
    return facts


def _tell(recorder: Recorder, meta: dict[str, Any]) -> None:
    for name in ("on", "shots", "precision", "qubits", "depth", "gates"):
        recorder.parameter(name, meta[name])
    recorder.metric("engine_seconds", meta["engine_seconds"])


def measures(lowered: Lowered) -> bool:
    """Return whether classical bits, and not qubits, make the key."""
    from workbench.quantum.lowered import Measure, walk

    return any(isinstance(op, Measure) for op in walk(lowered.ops))


def _shown(
    request: Request, lowered: Lowered, answer: Answer, asked: Asked, recorder: Recorder
) -> dict[str, Any]:
    measured = measures(lowered)
    output: dict[str, Any] = {
        "header": header_of(request.circuit, measured=measured),
        "counts": None,
        "probabilities": None,
    }
    distribution = answer.distribution
    if asked.shots is None and (distribution is None or distribution.size > EXACT_KEYS):
        raise BadInput(
            f"The exact probabilities of {answer.bits} bits are too many to keep, or not to be had.",
            "Give shots, such as shots=1000.",
            details={"field": "shots"},
        )
    if asked.shots is not None:
        output["counts"] = keep_samples(recorder, answer.samples(asked))
    if distribution is not None and distribution.size <= (KEPT_KEYS if asked.shots else EXACT_KEYS):
        output["probabilities"] = keep_weights(recorder, *distribution.exact())
    if not measured and answer.outcome.amplitudes is not None and lowered.qubits <= SHOWN_QUBITS:
        output["state"] = [[float(one.real), float(one.imag)] for one in answer.outcome.state()]
    return output


def _expected(
    request: Request, lowered: Lowered, answer: Answer, asked: Asked, engine: Any
) -> list[list[Any]]:
    shots = request.expectation_shots
    if shots is None and answer.outcome.amplitudes is not None:
        values = exact(answer.outcome, answer.lowered.qubits, request.observables)
        pairs = [(value, 0.0) for value in values]
    else:
        # what the engine knew of the circuit exactly, it knows of its rotated copies
        inexact = answer.distribution is None or asked.noise is None
        mine = replace(asked, shots=(shots or asked.shots) if inexact else shots)
        pairs = measured_values(request.observables, lowered, mine, engine)
    return [[one.name, value, error] for one, (value, error) in zip(request.observables, pairs, strict=True)]


def _mitigated(
    request: Request, lowered: Lowered, answer: Answer, asked: Asked, engine: Any, raw: list[list[Any]]
) -> dict[str, Any]:
    from workbench.quantum.mitigation import plan
    from workbench.quantum.mitigation.applying import made_good, mitigated

    wanted = plan(request.mitigate)
    assert wanted is not None  # noqa: S101 - the caller's
    if lowered.dynamic:
        raise BadInput(
            "Mitigation is for circuits that are measured once, at the end.",
            "Leave mitigate= out.",
            details={"field": "mitigate"},
        )
    shots = request.expectation_shots
    if answer.distribution is None and not wanted.readout:
        shots = shots or asked.shots
    found = mitigated(wanted, request.observables, raw, lowered, replace(asked, shots=shots), engine)
    if wanted.readout:
        quasi = made_good(lowered, asked, answer, needed=not found.values)
        if quasi is not None:
            found = replace(found, quasi=quasi.weights, quasi_error=quasi.error)
    values = [[one.observable, one.mitigated, one.error] for one in found.values]
    return {"mitigation": found.to_json()} | ({"expval": values} if values else {})


def measured_values(
    observables: Sequence[Observable], lowered: Lowered, asked: Asked, engine: Any
) -> list[tuple[float, float]]:
    """Estimate expectation values: every group of Pauli strings is measured with its own shots.

    Without shots they are exact, from the distribution of what each of these measurements shows: with
    noise on the gates that turn the basis, and with bits misread, as a device would show it.
    """
    found = []
    for at, (basis, strings) in enumerate(groups(observables)):
        mine = replace(asked, seed=(asked.seed + at) % 2**31)
        answer = execute(engine, turned(lowered, basis), mine)
        keys, weights = _weighed(answer, mine)
        found.append((strings, keys[:, -lowered.qubits :], weights))
    if asked.shots is None:
        return [(value, 0.0) for value, _ in sampled(observables, found)]
    return sampled(observables, found)


def _weighed(answer: Answer, asked: Asked) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    if asked.shots is not None:
        samples = answer.samples(asked)
        return samples.keys, samples.counts.astype(np.float64)
    if answer.distribution is None:
        raise BadInput(
            f"{answer.engine} has no exact expectation values of this circuit.",
            "Give shots, such as shots=1000.",
            details={"field": "shots"},
        )
    return answer.distribution.exact()

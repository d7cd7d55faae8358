"""Mitigation of one circuit's expectation values on one engine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import BadInput
from workbench.quantum.execution import Answer, Asked, execute, turned
from workbench.quantum.mitigation.mitigated import Mitigated, Value
from workbench.quantum.mitigation.plan import Plan
from workbench.quantum.mitigation.quasi import MOST_KEYS, Quasi, calibrated, corrected
from workbench.quantum.mitigation.twirled import MOST_SHOTS, Twirled
from workbench.quantum.mitigation.zero_noise import extrapolated
from workbench.quantum.observables import Observable, Term, groups

if TYPE_CHECKING:
    from workbench.quantum.lowered import Lowered
    from workbench.quantum.noise import Noise
    from workbench.quantum.observables import Factors

__all__ = ["TWIRLED_SHOTS", "made_good", "mitigated"]

TWIRLED_SHOTS = 1 << 14
"""Samples of twirled measurements where no number was asked for."""


@dataclass
class _String:
    """A Pauli string, at each factor."""

    factors: Factors
    values: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    scale: float = 1.0


def mitigated(
    plan: Plan,
    observables: Sequence[Observable],
    raw: Sequence[Sequence[Any]],
    lowered: Lowered,
    asked: Asked,
    engine: Any,
) -> Mitigated:
    """Measure as the plan says.

    Parameters
    ----------
    plan : Plan
        What to do.
    observables : sequence of Observable
        What is asked for.
    raw : sequence of (str, float, float)
        Their names, values and errors as measured.
    lowered : Lowered
        The circuit.
    asked : Asked
        With noise; ``shots`` are those of each measurement, ``None`` for exact ones.
    engine : Backend
        That takes noise.

    Raises
    ------
    BadInput
        Bits are misread too often or not at all.
    """
    noise = asked.noise
    assert noise is not None  # noqa: S101 - the request's
    shots = (asked.shots or TWIRLED_SHOTS) if plan.readout else asked.shots
    asked = replace(asked, shots=shots)
    strings = {
        term.factors: _String(term.factors) for one in observables for term in one.terms if term.factors
    }
    for at, factor in enumerate(plan.factors):
        mine = replace(asked, noise=noise.folded(factor), seed=(asked.seed + 7919 * at) % 2**31)
        (_twirled if plan.readout else _plain)(strings, lowered, mine, engine)
    found = {factors: _finished(string, plan) for factors, string in strings.items()}
    values = tuple(
        Value(name, value, error, *_summed(one, found))
        for one, (name, value, error) in zip(observables, raw, strict=True)
    )
    terms = tuple(told for _, _, told in found.values())
    return Mitigated(str(plan), plan.factors, shots, values, terms)


def made_good(lowered: Lowered, asked: Asked, answer: Answer, *, needed: bool) -> Quasi | None:
    """Return the distribution of the keys with misread bits made good; ``None`` where there are too many.

    Parameters
    ----------
    lowered : Lowered
        The circuit.
    asked : Asked
        With noise; bits are calibrated with ``shots``, or `TWIRLED_SHOTS`.
    answer : Answer
        What an engine said.
    needed : bool
        Whether too many keys are refused.

    Raises
    ------
    BadInput
        Bits are not misread or too often, or too many different keys were seen.
    """
    from workbench.quantum.readout import sources_of

    assert asked.noise is not None  # noqa: S101 - the request's
    by_qubit = _rates(lowered, asked.noise)
    sources = sources_of(lowered)
    # a bit that nothing was measured into is 0, and is told so
    rates = np.array([(0.0, 0.0) if source is None else by_qubit[source] for source in sources])
    if asked.shots is None and answer.distribution is not None:
        keys, weights = answer.distribution.exact()
    else:
        samples = answer.samples(asked)
        keys, weights = samples.keys, samples.counts.astype(float)
    if len(keys) > MOST_KEYS and not needed:
        return None
    found = calibrated(rates, min(asked.shots or TWIRLED_SHOTS, MOST_SHOTS), asked.seed)
    return corrected(keys, weights, found, asked.shots)


def _unit(factors: Factors) -> Observable:
    return Observable(_text(factors), (Term(1.0, factors),))


def _text(factors: Factors) -> str:
    return " ".join(f"{letter}{qubit}" for qubit, letter in factors)


def _plain(strings: dict[Factors, _String], lowered: Lowered, asked: Asked, engine: Any) -> None:
    from workbench.quantum.computing import measured_values

    units = [_unit(factors) for factors in strings]
    pairs = measured_values(units, lowered, asked, engine)
    for string, (value, error) in zip(strings.values(), pairs, strict=True):
        string.values.append(value)
        string.errors.append(error)


def _twirled(strings: dict[Factors, _String], lowered: Lowered, asked: Asked, engine: Any) -> None:
    """Measure every group of strings with bits turned over at random, after gates with their noise."""
    assert asked.noise is not None  # noqa: S101 - the caller's
    for at, (basis, members) in enumerate(groups([_unit(factors) for factors in strings])):
        mine = replace(asked, noise=asked.noise.well_read(), seed=(asked.seed + at) % 2**31)
        circuit = turned(lowered, basis)
        answer = execute(engine, circuit, mine)
        twirled = Twirled(_rates(circuit, asked.noise), asked.shots or TWIRLED_SHOTS, mine.seed)
        if answer.distribution is not None:
            bits = twirled.sampled(*answer.distribution.exact())
        else:
            samples = answer.samples(mine)
            bits = twirled.sampled(samples.keys, samples.counts.astype(float))
        for factors in members:
            value, error, strings[factors].scale = twirled.mean(bits, factors)
            strings[factors].values.append(value)
            strings[factors].errors.append(error)


def _rates(circuit: Lowered, noise: Noise) -> Any:
    from workbench.quantum.noise.program import program

    if not noise.misreads:
        raise BadInput(
            "No bits are misread by this noise, or none that it tells apart from the gates.",
            "Give rates, such as noise='readout=0.02', or take mitigate='zne'.",
            details={"field": "mitigate"},
        )
    return program(circuit.unmeasured(), noise).read


def _finished(string: _String, plan: Plan) -> tuple[float, float, dict[str, Any]]:
    fit = None
    value, error = string.values[0], string.errors[0]
    if plan.zne:
        found = extrapolated(string.values, string.errors, plan)
        value, error, fit = found.value, found.error, found.fit
    told = {
        "term": _text(string.factors),
        "values": string.values,
        "errors": string.errors,
        "mitigated": value,
        "error": error,
        "fit": fit,
        "scale": string.scale,
    }
    return value, error, told


def _summed(one: Observable, found: dict[Factors, tuple[float, float, Any]]) -> tuple[float, float]:
    """Return an observable's value and error; its strings are taken to err each on its own."""
    values, errors = [], []
    for term in one.terms:
        value, error = found[term.factors][:2] if term.factors else (1.0, 0.0)
        values.append(term.weight * value)
        errors.append(term.weight * error)
    return math.fsum(values), math.hypot(*errors)

"""One circuit on one engine: checked, run and timed."""

from __future__ import annotations

import importlib
import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, Refused
from workbench.quantum.backends.base import Outcome, Precision, Task
from workbench.quantum.limits import check_memory
from workbench.quantum.lowered import Lowered
from workbench.quantum.readout import Distribution, Samples, sources_of

if TYPE_CHECKING:
    from workbench.quantum.backends.base import Backend
    from workbench.quantum.noise import Noise

__all__ = ["DEFERRED_QUBITS", "Answer", "Asked", "execute", "prepared", "resolve", "turned"]

DEFERRED_QUBITS = 18
"""Up to here measurements in mid-circuit are deferred, which makes everything exact."""


@dataclass(frozen=True)
class Asked:
    """What is wanted of a circuit, whatever engine does it.

    Attributes
    ----------
    shots : int or None
        Samples, or ``None`` for what is exact.
    seed : int
        Of the samples.
    precision : {"single", "double"} or None
        Of the amplitudes; ``None`` leaves it to the engine.
    noise : Noise or None
        What goes wrong on the way.
    """

    shots: int | None
    seed: int
    precision: Precision | None = None
    noise: Noise | None = None


@dataclass(frozen=True)
class Answer:
    """What an engine said.

    Attributes
    ----------
    engine : str
        Its name.
    precision : {"single", "double"}
        In which it computed.
    lowered : Lowered
        What it was given.
    outcome : Outcome
        Its answer.
    bits : int
        Width of the key.
    seconds : float
        Of its work.
    """

    engine: str
    precision: Precision
    lowered: Lowered
    outcome: Outcome
    bits: int
    seconds: float

    @cached_property
    def distribution(self) -> Distribution | None:
        """The exact distribution of the keys; ``None`` where the engine itself sampled."""
        if self.outcome.counts is not None:
            return None
        return Distribution(self.outcome, self.lowered.qubits, sources_of(self.lowered))

    def samples(self, asked: Asked) -> Samples:
        """Return the samples that were asked for."""
        if self.outcome.counts is not None:
            return Samples.of(self.outcome.counts, self.bits)
        assert self.distribution is not None  # noqa: S101 - there are no counts
        return self.distribution.sample(asked.shots or 1, asked.seed)


def prepared(lowered: Lowered) -> Lowered:
    """Return the circuit with measurements deferred, where that is possible and small enough."""
    if not lowered.dynamic:
        return lowered
    from workbench.quantum.deferral import defer

    try:
        deferred: Lowered = defer(lowered, most=DEFERRED_QUBITS)
    except (BadInput, Refused):
        return lowered
    return deferred


def resolve(engine: Backend, lowered: Lowered, asked: Asked) -> Task:
    """Return the task for an engine.

    Raises
    ------
    BadInput
        The engine cannot do this, or it does not fit into memory.
    """
    exact_or_static = asked.shots is None or not getattr(engine, "dynamic", False)
    # the gates that defer a measurement are not there, and would err too
    if asked.noise is None and lowered.dynamic and exact_or_static:
        lowered = prepared(lowered)
    precision = asked.precision or ("double" if "double" in engine.precisions else "single")
    task = Task(lowered, asked.shots, asked.seed, precision, asked.noise)
    reason = engine.refuses(task)
    if reason is not None:
        raise BadInput(
            reason,
            "Take another engine, or on='auto'.",
            details={"field": "on", "engine": engine.name},
        )
    check_memory(engine, task)
    return task


def _load(engine: Backend) -> None:
    """Load an engine's libraries, so that no figure counts their start."""
    for module in getattr(engine, "modules", ()):
        importlib.import_module(module)


def execute(engine: Backend, lowered: Lowered, asked: Asked) -> Answer:
    """Run a circuit whose angles are numbers.

    Raises
    ------
    BadInput
        The engine cannot do this, or it does not fit into memory.
    """
    task = resolve(engine, lowered, asked)
    _load(engine)
    began = time.perf_counter()
    outcome: Outcome = engine.run(task)
    seconds = time.perf_counter() - began
    bits = task.lowered.clbits or lowered.qubits
    return Answer(engine.name, task.precision, task.lowered, outcome, bits, seconds)


def turned(lowered: Lowered, basis: dict[int, str]) -> Lowered:
    """Return the circuit followed by a measurement of every qubit, in a basis.

    Parameters
    ----------
    lowered : Lowered
        Its own final measurements are left out; the bits of others come first in the key.
    basis : dict of int to {"X", "Y", "Z"}
        Qubits that are not in it are measured in Z.
    """
    from workbench.quantum.lowered import Gate, Measure

    if not lowered.dynamic:
        lowered = lowered.unmeasured()
    ops: list[Any] = []
    for qubit, letter in sorted(basis.items()):
        if letter == "Y":
            ops.append(Gate("sdg", (qubit,)))
        if letter in "XY":
            ops.append(Gate("h", (qubit,)))
    return replace(
        lowered,
        ops=(
            *lowered.ops,
            *ops,
            *(Measure(qubit, lowered.clbits + qubit) for qubit in range(lowered.qubits)),
        ),
        clbits=lowered.clbits + lowered.qubits,
    )

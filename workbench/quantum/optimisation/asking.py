"""What a caller wants optimised, checked and in the form that a Run keeps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from workbench.errors import BadInput
from workbench.quantum.observables import Observable, observables
from workbench.quantum.optimisation.optimisers import OPTIMISERS, Optimiser
from workbench.quantum.request import checked_engine, checked_seed, checked_shots

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from workbench.quantum.loading import Program

__all__ = ["Gradient", "Wanted", "wanted"]

Gradient: TypeAlias = Literal["adjoint", "parameter-shift"]
MOST_STEPS = 100_000


@dataclass(frozen=True)
class Wanted:
    """What is to be optimised, and how.

    Attributes
    ----------
    circuit : QuantumCircuit
        The hub, with parameters.
    lines : tuple of int or None
        Where each operation stands.
    observable : Observable
        Whose expectation value is made least, or greatest.
    start : dict of str to float
        Of some or all parameters; the others are drawn.
    steps : int
        At most.
    rate, tolerance : float
        See `workbench.quantum.optimisation.optimisers.Problem`.
    optimiser : {"adam", "gradient-descent", "l-bfgs-b", "cobyla"}
        The way down.
    gradient : {"adjoint", "parameter-shift"} or None
        How it is computed; ``None`` where none is.
    shots : int or None
        Samples of each value; ``None`` for exact ones.
    seed : int or None
        Of the start and the samples.
    maximise : bool
        Up instead of down.
    on : str
        An engine's name, or ``auto``.
    """

    circuit: QuantumCircuit
    lines: tuple[int | None, ...]
    observable: Observable
    start: dict[str, float]
    steps: int
    rate: float
    tolerance: float
    optimiser: Optimiser
    gradient: Gradient | None
    shots: int | None
    seed: int | None
    maximise: bool
    on: str

    def inputs(self) -> dict[str, Any]:
        """Return what decides the result, as JSON values."""
        from workbench.quantum.canonical import to_json

        return {
            "circuit": to_json(self.circuit),
            "observable": self.observable.to_json(),
            "start": self.start,
            "steps": self.steps,
            "rate": self.rate,
            "tolerance": self.tolerance,
            "optimiser": self.optimiser,
            "gradient": self.gradient,
            "shots": self.shots,
            "maximise": self.maximise,
            "on": self.on,
        }


def wanted(
    program: Program,
    given: Any,
    *,
    start: Any,
    steps: int,
    rate: float,
    optimiser: str,
    gradient: str | None,
    shots: int | None,
    seed: int | None,
    maximise: bool,
    tolerance: float,
    on: str,
) -> Wanted:
    """Check everything that can be checked before anything is computed.

    Raises
    ------
    BadInput
        Naming what is wrong, what was expected and what to do.
    """
    names = [parameter.name for parameter in program.circuit.parameters]
    if not names:
        raise _bad(
            "The circuit has no parameters, so there is nothing to optimise.",
            "Write angles as parameters, such as ry(theta).",
            "circuit",
        )
    if optimiser not in OPTIMISERS:
        raise _bad(
            f"There is no optimiser {optimiser!r}.", f"There are {', '.join(OPTIMISERS)}.", "optimiser"
        )
    drawn = None if shots is None else checked_shots(shots)
    return Wanted(
        program.circuit,
        program.lines,
        _one(given, program.circuit.num_qubits),
        _start(start, names),
        _steps(steps),
        _positive(rate, "rate"),
        _positive(tolerance, "tolerance", least=0.0),
        optimiser,
        _gradient(gradient, optimiser, drawn, on),
        drawn,
        checked_seed(seed),
        bool(maximise),
        checked_engine(on),
    )


def _one(given: Any, qubits: int) -> Observable:
    found = observables(given, qubits)
    if len(found) != 1:
        raise _bad(
            f"{len(found)} observables are given; an optimisation takes one.",
            "Add them up, such as 'Z0 + Z1'.",
            "observable",
        )
    return found[0]


def _gradient(gradient: str | None, optimiser: str, shots: int | None, on: str) -> Gradient | None:
    if optimiser == "cobyla":
        return None
    if optimiser == "l-bfgs-b" and shots is not None:
        raise _bad(
            "l-bfgs-b searches along lines, which the noise of samples misleads; it takes exact values.",
            "Leave shots out, or take optimiser='adam'.",
            "optimiser",
        )
    if gradient is None:
        return "adjoint" if shots is None and on in _ADJOINT else "parameter-shift"
    if gradient not in get_args(Gradient):
        raise _bad(
            f"There is no gradient {gradient!r}.", f"There are {', '.join(get_args(Gradient))}.", "gradient"
        )
    if gradient == "adjoint" and (shots is not None or on not in _ADJOINT):
        why = "takes the state itself, not samples" if shots is not None else f"is not to be had on {on}"
        raise _bad(f"The adjoint gradient {why}.", "Take gradient='parameter-shift'.", "gradient")
    return gradient  # type: ignore[return-value]


_ADJOINT = ("auto", "lightning")


def _start(start: Any, names: list[str]) -> dict[str, float]:
    if start is None:
        return {}
    if isinstance(start, Mapping):
        given = {str(getattr(name, "name", name)): value for name, value in start.items()}
    elif isinstance(start, Iterable) and not isinstance(start, str):
        values = list(start)
        if len(values) != len(names):
            raise _bad(
                f"The start has {len(values)} values and the circuit {len(names)} parameters.",
                f"In this order: {', '.join(names)}.",
                "start",
            )
        given = dict(zip(names, values, strict=True))
    else:
        raise _bad(
            f"The start is a {type(start).__name__}; expected parameters with their values.",
            f"Such as start={{{names[0]!r}: 0.5}}.",
            "start",
        )
    unknown = [name for name in given if name not in names]
    if unknown:
        raise _bad(
            f"The circuit has no parameter {unknown[0]!r}.", f"Its parameters: {', '.join(names)}.", "start"
        )
    return {name: _finite(given[name], f"start of {name}", "start") for name in names if name in given}


def _steps(steps: Any) -> int:
    if isinstance(steps, bool) or not hasattr(steps, "__index__") or not 1 <= steps <= MOST_STEPS:
        raise _bad(f"steps is {steps!r}; expected a whole number from 1 to {MOST_STEPS:,}.", "", "steps")
    return int(steps)


def _positive(value: Any, name: str, least: float | None = None) -> float:
    number = _finite(value, name, name)
    if number < 0 or (number == 0 and least is None):
        raise _bad(f"{name} is {value!r}; expected a positive number.", "", name)
    return number


def _finite(value: Any, name: str, field: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise _bad(f"The {name} is {value!r:.60}; expected a finite number.", "", field)
    return number


def _bad(message: str, hint: str, field: str) -> BadInput:
    return BadInput(message, hint, details={"field": field})

"""What a caller asks for, checked and in the form that a Run keeps."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from workbench.errors import BadInput
from workbench.quantum.backends.base import Precision
from workbench.quantum.keeping import circuit_input
from workbench.quantum.mitigation import mitigation
from workbench.quantum.noise import Noise
from workbench.quantum.noise import noise as read_noise
from workbench.quantum.observables import Observable, observables

if TYPE_CHECKING:
    import pandas as pd
    from qiskit import QuantumCircuit

    from workbench.quantum.backends import Engines
    from workbench.quantum.loading import Program

__all__ = [
    "DEFAULT_SHOTS",
    "Request",
    "Shots",
    "bound_values",
    "checked_engine",
    "checked_seed",
    "checked_shots",
    "grid",
    "request",
]

Shots: TypeAlias = "int | Literal['auto'] | None"
DEFAULT_SHOTS = 1024
MOST_SHOTS = 100_000_000
MOST_POINTS = 1_000_000
_SEEDS = 2**31


@dataclass(frozen=True)
class Request:
    """What is to be computed.

    Attributes
    ----------
    circuit : QuantumCircuit
        The hub, parameters as they were given.
    dialect : str
        What it was written in.
    lines : tuple of int or None
        Where each operation stands.
    on : str
        An engine's name, or ``auto``.
    shots : int, None or "auto"
        ``auto`` samples 1,024 times, and gives expectation values and sweeps exactly.
    seed : int or None
        Of the samples.
    observables : tuple of Observable
        Whose expectation values are wanted.
    bind : dict of str to float
        Parameter to value, radians.
    sweep : DataFrame or None
        A row a point, a column a parameter.
    noise : dict or None
        See `workbench.quantum.noise.Noise.to_json`.
    mitigate : str or None
        See `workbench.quantum.mitigation.plan`.
    compare : tuple of str
        Further engines.
    precision : {"single", "double"} or None
        Of the amplitudes.
    """

    circuit: QuantumCircuit
    dialect: str
    lines: tuple[int | None, ...]
    on: str
    shots: Shots
    seed: int | None
    observables: tuple[Observable, ...]
    bind: dict[str, float]
    sweep: pd.DataFrame | None
    noise: dict[str, Any] | None
    mitigate: str | None
    compare: tuple[str, ...]
    precision: Precision | None

    @property
    def wrong(self) -> Noise | None:
        """What goes wrong on the way."""
        return None if self.noise is None else Noise.from_json(self.noise)

    @property
    def samples(self) -> int | None:
        """How many samples of the circuit itself are drawn."""
        return DEFAULT_SHOTS if self.shots == "auto" else self.shots

    @property
    def expectation_shots(self) -> int | None:
        """How many samples each expectation value rests on; ``None`` where it is exact."""
        return None if self.shots == "auto" else self.shots

    @cached_property
    def kept_circuit(self) -> tuple[Any, bytes | None]:
        """How the circuit stands among the inputs, and what lies beside them; see `circuit_input`."""
        return circuit_input(self.circuit)

    def inputs(self) -> dict[str, Any]:
        """Return what decides the result, as JSON values."""
        given: dict[str, Any] = {
            "circuit": self.kept_circuit[0],
            "on": self.on,
            "shots": self.shots,
            "observables": [one.to_json() for one in self.observables],
            "bind": self.bind,
            "sweep": None if self.sweep is None else _columns(self.sweep),
            "noise": self.noise,
            "mitigate": self.mitigate,
            "compare": list(self.compare),
            "precision": self.precision,
        }
        return {name: value for name, value in given.items() if value not in (None, [], {})}


def request(
    program: Program,
    engines: Engines,
    *,
    on: str,
    shots: Shots,
    seed: int | None,
    given: Any,
    bind: Mapping[str, float] | None,
    sweep: Any,
    noise: Any,
    mitigate: str | None,
    compare: Any,
    precision: str | None,
) -> Request:
    """Check everything that can be checked before anything is computed.

    Raises
    ------
    BadInput
        Naming what is wrong, what was expected and what to do.
    """
    circuit = program.circuit
    if circuit.num_qubits == 0:
        raise _bad("The circuit has no qubits.", "Declare at least one.", "circuit")
    names = [parameter.name for parameter in circuit.parameters]
    bound = bound_values(bind, names)
    points = None if sweep is None else _points(sweep, names, bound)
    _check_free(names, bound, points)
    if precision is not None and precision not in get_args(Precision):
        raise _bad(f"{precision!r} is no precision.", "There are 'single' and 'double'.", "precision")
    wrong = read_noise(noise)
    wanted = observables(given if given is not None else (program.observables or None), circuit.num_qubits)
    return Request(
        circuit,
        program.dialect,
        program.lines,
        checked_engine(on),
        _shots(shots),
        checked_seed(seed),
        wanted,
        bound,
        points,
        None if wrong is None else wrong.to_json(),
        mitigation(mitigate, noise=wrong is not None, observables=bool(wanted), sweep=points is not None),
        _compared(compare, engines),
        precision,  # type: ignore[arg-type]
    )


def grid(**axes: Any) -> pd.DataFrame:
    """Return every combination of parameter values, the last one running fastest.

    Parameters
    ----------
    **axes : sequence of float
        Parameter to its values, radians.

    Returns
    -------
    DataFrame
        A row a point: what ``sweep=`` takes.
    """
    import numpy as np
    import pandas as pd

    meshes = np.meshgrid(*axes.values(), indexing="ij")
    return pd.DataFrame({name: mesh.reshape(-1) for name, mesh in zip(axes, meshes, strict=True)})


def checked_engine(on: Any) -> str:
    """Return the name of an engine or machine, or ``auto``; refuse a family that is not registered."""
    from workbench.quantum.backends import engine_names

    names = ["auto", *engine_names()]
    family = on.partition(":")[0] if isinstance(on, str) else on
    if family not in names:
        raise _bad(f"There is no circuit engine {on!r}.", f"There are {', '.join(names)}.", "on")
    return str(on)


def _shots(shots: Any) -> Shots:
    return shots if shots is None or shots == "auto" else checked_shots(shots)


def checked_shots(shots: Any) -> int:
    """Return a number of samples; refuse what is none."""
    try:
        number = operator.index(shots)
    except TypeError:
        number = 0
    if not 1 <= number <= MOST_SHOTS or isinstance(shots, bool):
        raise _bad(
            f"shots is {shots!r}; expected a whole number from 1 to {MOST_SHOTS:,}.",
            "Give shots=None for exact probabilities without sampling.",
            "shots",
        )
    return number


def checked_seed(seed: Any) -> int | None:
    """Return a seed of 31 bits, or ``None``; refuse anything else."""
    if seed is None:
        return None
    try:
        number = operator.index(seed)
    except TypeError:
        number = -1
    if not 0 <= number < _SEEDS:
        raise _bad(
            f"The seed is {seed!r}; expected a whole number from 0 to {_SEEDS - 1}.",
            "Leave it out to have one drawn, which the result names.",
            "seed",
        )
    return number


def _number(value: Any, name: str, field: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise _bad(f"{name} is {value!r:.60}; expected a finite number.", "Angles are in radians.", field)
    return number


def bound_values(bind: Mapping[str, float] | None, names: Sequence[str]) -> dict[str, float]:
    """Return values of parameters by name, each a number and of one that there is."""
    given = {str(getattr(name, "name", name)): value for name, value in (bind or {}).items()}
    _check_known(given, names, "bind")
    return {name: _number(value, name, "bind") for name, value in sorted(given.items())}


def _check_known(given: Any, names: Sequence[str], field: str) -> None:
    unknown = [name for name in given if name not in names]
    if unknown:
        there = ", ".join(names) or "none"
        raise _bad(f"The circuit has no parameter {unknown[0]!r}.", f"Its parameters: {there}.", field)


def _points(sweep: Any, names: Sequence[str], bound: Mapping[str, float]) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    if isinstance(sweep, pd.DataFrame):
        frame = sweep.rename(columns=str)
    elif isinstance(sweep, Mapping):
        columns = {
            str(getattr(name, "name", name)): np.atleast_1d(np.asarray(values, object))
            for name, values in sweep.items()
        }
        lengths = {name: len(values) for name, values in columns.items()}
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{name} {length}" for name, length in lengths.items())
            raise _bad(
                f"The columns of the sweep have different lengths: {told}.",
                "Give as many values of each, or workbench.quantum.grid(...) for every combination.",
                "sweep",
            )
        frame = pd.DataFrame(columns)
    else:
        raise _bad(
            f"The sweep is a {type(sweep).__name__}; expected parameters with their values.",
            "Such as sweep={'theta': [0.0, 0.1, 0.2]}, or a DataFrame with a row a point.",
            "sweep",
        )
    _check_known(frame.columns, names, "sweep")
    twice = sorted(set(frame.columns) & set(bound))
    if twice:
        raise _bad(f"The parameter {twice[0]!r} is both bound and swept.", "Leave it out of one.", "sweep")
    if not 1 <= len(frame) <= MOST_POINTS:
        raise _bad(f"The sweep has {len(frame):,} points; expected 1 to {MOST_POINTS:,}.", "", "sweep")
    try:
        values = frame.to_numpy(float)
    except (TypeError, ValueError):
        values = np.array([[math.nan]])
    if not np.isfinite(values).all():
        raise _bad("The sweep holds what is no finite number.", "Angles are in radians.", "sweep")
    return pd.DataFrame(values, columns=list(frame.columns))


def _check_free(names: Sequence[str], bound: Mapping[str, float], points: pd.DataFrame | None) -> None:
    known = {*bound, *(points.columns if points is not None else ())}
    free = [name for name in names if name not in known]
    if free:
        listed = ", ".join(free[:8]) + (" and more" if len(free) > 8 else "")  # noqa: PLR2004
        raise _bad(
            f"The circuit has parameters without a value: {listed}.",
            f"Give them, as in bind={{{free[0]!r}: 0.5}}, or sweep={{{free[0]!r}: [0.0, 0.5]}}.",
            "bind",
        )


def _compared(compare: Any, engines: Engines) -> tuple[str, ...]:
    if not compare:
        return ()
    if compare is True or compare == "all":
        return tuple(engines.local())
    names = compare.replace(",", " ").split() if isinstance(compare, str) else list(compare)
    known = engines.local()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise _bad(
            f"There is no engine {unknown[0]!r} to compare with.", f"There are {', '.join(known)}.", "compare"
        )
    return tuple(dict.fromkeys(names))


def _columns(frame: pd.DataFrame) -> dict[str, list[float]]:
    return {str(name): frame[name].tolist() for name in frame.columns}


def _bad(message: str, hint: str, field: str) -> BadInput:
    return BadInput(message, hint, details={"field": field})

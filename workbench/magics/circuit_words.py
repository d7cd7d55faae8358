"""The options of ``%circuit``, read into what the service takes."""

from __future__ import annotations

import math
import operator
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from workbench.errors import BadInput
from workbench.magics.context import check_name
from workbench.magics.interpolation import close_names

__all__ = ["OBJECTS", "CircuitOptions", "read_options"]

OBJECTS = ("bind", "sweep", "observe", "noise")
"""Options that take objects of the notebook."""
Pair: TypeAlias = tuple[str | None, Any]
_CONSTANTS = {"pi": math.pi, "π": math.pi, "tau": math.tau}
_ANY_QUBITS = 1 << 30
_SWEEPS = "Write --sweep theta=0:2*pi:50, or --sweep theta={values}."


@dataclass(frozen=True, slots=True)
class CircuitOptions:
    """What a line asks for, beside the circuit.

    Attributes
    ----------
    run : dict
        Arguments of `QuantumService.run`; those that are not given are left out.
    variable : str or None
        What takes the result.
    of : str or None
        The variable that holds the circuit once the cell has run.
    draw, detach : bool
        Whether to show the diagram alone, or to send a job.
    """

    run: dict[str, Any]
    variable: str | None
    of: str | None
    draw: bool
    detach: bool


def read_options(given: Namespace, namespace: Mapping[str, Any]) -> CircuitOptions:
    """Check the options and put values in their place.

    Parameters
    ----------
    given : Namespace
        As `workbench.magics.values.parse_values` gives it with `OBJECTS`.
    namespace : mapping
        Variables by name.

    Raises
    ------
    BadInput
        Naming the option and what it takes.
    """
    check_name(given.variable)
    if given.draw and given.detach:
        raise BadInput("--draw runs nothing, and --detach sends a job.", "Leave one of them out.")
    run = {
        "on": given.on,
        "seed": given.seed,
        "observables": _observables(given.observe or []),
        "bind": _bound(given.bind or [], namespace),
        "sweep": _swept(given.sweep or [], namespace),
        "noise": given.noise,
        "mitigate": given.mitigate,
        "compare": given.compare,
        "precision": given.precision,
        "name": given.name,
        "tags": given.tag,
    }
    taken = {name: value for name, value in run.items() if value is not None}
    if given.shots is not None:
        taken["shots"] = _shots(given.shots)
    return CircuitOptions(taken, given.variable, given.of, given.draw, given.detach)


def _shots(text: str) -> int | None:
    if text == "exact":
        return None
    try:
        number = float(text)
        shots = int(text) if text.lstrip("+-").replace("_", "").isdecimal() else int(number)
    except (ValueError, OverflowError):
        number, shots = math.nan, 0
    if shots != number or shots < 1:
        raise BadInput(
            f"--shots is {text}; expected a whole number from 1, or exact.",
            "`--shots exact` gives probabilities without sampling.",
            details={"field": "shots"},
        )
    return shots


def _observables(pairs: Sequence[Pair]) -> Any:
    """Return a list, or names to observables where one has a name."""
    if not pairs:
        return None
    found: list[Pair] = []
    for name, value in pairs:
        if isinstance(value, Mapping):
            found += [(str(key), one) for key, one in value.items()]
        elif isinstance(value, list | tuple):
            found += [(None, one) for one in value]
        elif name is None and isinstance(value, str):
            found += [(None, part.strip()) for part in value.split(";") if part.strip()]
        else:
            found.append((name, value))
    if all(name is None for name, _ in found):
        return [value for _, value in found]
    return {name or _own_name(value): value for name, value in found}


def _own_name(value: Any) -> str:
    from workbench.quantum.observables import observable

    # Whether the qubits are there is asked when the circuit is known.
    return observable(value, _ANY_QUBITS).name


def _bound(pairs: Sequence[Pair], namespace: Mapping[str, Any]) -> dict[str, Any] | None:
    bound: dict[str, Any] = {}
    for name, value in pairs:
        if isinstance(value, Mapping):
            given = {str(getattr(key, "name", key)): number for key, number in value.items()}
        elif name is None:
            raise BadInput(
                f"--bind {value} has no value.", "Write --bind theta=pi/4.", details={"field": "bind"}
            )
        else:
            given = {name: _evaluated(f"--bind {name}", value, namespace)}
        if twice := set(bound) & set(given):
            raise BadInput(f"--bind gives {min(twice)} twice.", "Leave one out.", details={"field": "bind"})
        bound |= given
    return bound or None


def _swept(pairs: Sequence[Pair], namespace: Mapping[str, Any]) -> Any:
    if not pairs:
        return None
    tables = [value for _, value in pairs if isinstance(value, Mapping) or hasattr(value, "columns")]
    if tables:
        if len(pairs) > 1:
            raise _bad(
                "A table of points is a sweep of its own.", "Give --sweep once, with all columns in it."
            )
        return tables[0]
    axes: dict[str, Any] = {}
    for name, value in pairs:
        if name is None:
            raise _bad(f"--sweep {value} has no values.", _SWEEPS)
        if name in axes:
            raise _bad(f"--sweep gives {name} twice.", "Leave one out.")
        axes[name] = _axis(name, value, namespace)
    return axes if len(axes) == 1 else _grid(axes)


def _axis(name: str, value: Any, namespace: Mapping[str, Any]) -> Any:
    import numpy as np

    from workbench.quantum.request import MOST_POINTS

    what = f"--sweep {name}"
    if not isinstance(value, str):
        return value
    parts = _parts(value)
    if len(parts) == 1:
        return np.atleast_1d(_evaluated(what, value, namespace))
    if len(parts) != 3:  # noqa: PLR2004
        raise _bad(f"{what}={value} has {len(parts)} parts; expected start:stop:points.", _SWEEPS)
    start, stop, points = (_evaluated(what, part, namespace) for part in parts)
    try:
        count = operator.index(points)
        values = np.linspace(start, stop, count) if 1 <= count <= MOST_POINTS else None
    except (TypeError, ValueError):
        values = None
    if values is None:
        raise _bad(f"{what}={value} cannot be a range of 1 to {MOST_POINTS:,} points.", _SWEEPS)
    return values


def _parts(text: str) -> list[str]:
    """Split at colons outside brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == ":" and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _grid(axes: dict[str, Any]) -> Any:
    from workbench.quantum.request import MOST_POINTS, grid

    points = math.prod(len(values) for values in axes.values())
    if points > MOST_POINTS:
        raise _bad(f"The grid has {points:,} points; expected 1 to {MOST_POINTS:,}.", "Take fewer of some.")
    return grid(**axes)


def _evaluated(what: str, value: Any, namespace: Mapping[str, Any]) -> Any:
    """Return a number, or the value of an expression of the notebook; ``pi`` is known."""
    if not isinstance(value, str):
        return value
    try:
        # The expression is the notebook's own code, as in any cell.
        return eval(compile(value.strip(), what, "eval"), {**_CONSTANTS, **namespace})  # noqa: S307
    except NameError as error:
        hint = (
            close_names(error.name or "", namespace) or "Write a number, pi, or a variable of the notebook."
        )
        raise BadInput(f"{what}={value} names {error.name!r}, which is no variable.", hint) from None
    except Exception as error:
        raise BadInput(
            f"{what}={value} is no value: {type(error).__name__}: {error}.",
            "Angles are in radians: pi/4, 0.5.",
        ) from error


def _bad(message: str, hint: str) -> BadInput:
    return BadInput(message, hint, details={"field": "sweep"})

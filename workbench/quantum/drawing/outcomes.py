"""Which outcomes of a measurement are shown, and how their bits are headed."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from numbers import Integral

from workbench.errors import BadInput

__all__ = ["Outcomes", "header", "select", "short_key"]

_HEADED = 6
_KEY_MOST = 20


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The bars of a histogram.

    Attributes
    ----------
    keys : tuple of str
        Without the rest.
    values : tuple of float
        Counts, or probabilities from 0 to 1.
    errors : tuple of float or None
        Standard errors of sampled probabilities; None where the values are exact or counts.
    expected : tuple of float or None
        Exact probabilities to compare with.
    rest : int
        How many outcomes are put together; 0 where all are shown.
    rest_value, rest_expected : float
        Their sums.
    counted : bool
        Whether the values are counts.
    """

    keys: tuple[str, ...]
    values: tuple[float, ...]
    errors: tuple[float, ...] | None
    expected: tuple[float, ...] | None
    rest: int
    rest_value: float
    rest_expected: float
    counted: bool

    @property
    def highest(self) -> float:
        """The highest point of any bar, error or mark."""
        reach = self.errors or (0.0,) * len(self.values)
        tops = [value + error for value, error in zip(self.values, reach, strict=True)]
        return max([*tops, *(self.expected or ()), self.rest_value, self.rest_expected], default=0.0)


def select(
    values: Mapping[str, float], *, most: int = 32, expected: Mapping[str, float] | None = None
) -> Outcomes:
    """Choose the bars of a histogram: all by their key, or the heaviest first and the rest as one.

    Parameters
    ----------
    values : mapping
        Outcome to count (integers) or probability.
    most : int
        Bars at most, that of the rest among them; 2 or more.
    expected : mapping, optional
        Exact probabilities. Counts are then shown as frequencies f with their standard error,
        the square root of f (1 - f) / shots.

    Raises
    ------
    BadInput
        ``most`` is below 2, or a value is negative or not finite.
    """
    if most < 2:  # noqa: PLR2004
        raise BadInput(f"A histogram has 2 bars or more, not {most}.", details={"field": "most"})
    wrong = next((key for key, value in values.items() if not 0 <= value < math.inf), None)
    if wrong is not None:
        raise BadInput(f"Outcome {wrong!r} has the weight {values[wrong]}; expected zero or more.")
    shots = _shots(values)
    scale = shots if shots and expected is not None else 1
    shown = {key: value / scale for key, value in values.items()} if scale > 1 else dict(values)
    exact = dict(expected or {})
    every = shown.keys() | exact.keys()
    keys = _heaviest(every, shown, exact, most - 1) if len(every) > most else sorted(every)
    left = every.difference(keys)
    listed = tuple(shown.get(key, 0) for key in keys)
    sampled = shots if shots and expected is not None else 0
    return Outcomes(
        keys=tuple(keys),
        values=listed,
        errors=tuple(math.sqrt(one * (1 - one) / sampled) for one in listed) if sampled else None,
        expected=tuple(exact.get(key, 0.0) for key in keys) if expected is not None else None,
        rest=len(left),
        rest_value=sum(shown.get(key, 0) for key in left),
        rest_expected=sum(exact.get(key, 0.0) for key in left),
        counted=bool(shots) and expected is None,
    )


def _heaviest(
    every: Collection[str], shown: Mapping[str, float], exact: Mapping[str, float], most: int
) -> list[str]:
    return nsmallest(most, every, key=lambda key: (-max(shown.get(key, 0), exact.get(key, 0)), key))


def _shots(values: Mapping[str, float]) -> int:
    """Return the sum of counts, 0 where they are probabilities."""
    if not all(isinstance(value, Integral) for value in values.values()):
        return 0
    return int(sum(values.values()))


def header(bits: Sequence[str]) -> str:
    """Return the names of an outcome's bits in the order of its key, the middle left out where many."""
    if len(bits) <= _HEADED:
        return " ".join(bits)
    return f"{bits[0]} {bits[1]} … {bits[-1]}"


def short_key(key: str) -> str:
    """Return a key of at most 20 characters: beginning and end of a long one."""
    if len(key) <= _KEY_MOST:
        return key
    half = _KEY_MOST // 2 - 1
    return f"{key[:half]}…{key[-half:]}"

"""What a caller asks of mitigation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from workbench.errors import BadInput

__all__ = ["Plan", "mitigation", "plan"]

FITS = ("linear", "exponential", "polynomial")
_FACTORS = (1, 3, 5)
_MOST_FACTOR = 31
_HIGHEST = 7
_HINT = (
    "Write 'readout', 'zne', both, or as 'zne linear 1,3,5': a fit (linear, exponential, polynomial) and "
    "how many times over the gates are done."
)


@dataclass(frozen=True)
class Plan:
    """What is done.

    Attributes
    ----------
    readout : bool
        Whether misread bits are made good: twirled readout error extinction (TREX).
    factors : tuple of int
        How many times over each gate is done, odd and ascending; ``(1,)`` for no extrapolation.
    fit : {"linear", "exponential", "polynomial"}
        Of the expectation value over the factors.
    """

    readout: bool
    factors: tuple[int, ...] = (1,)
    fit: str = "exponential"

    @property
    def zne(self) -> bool:
        """Whether expectation values are extrapolated to zero noise."""
        return len(self.factors) > 1

    @property
    def models(self) -> list[str]:
        """The fits in order of preference, by the names of qiskit-mitigation."""
        if self.fit == "polynomial":
            return [f"polynomial_degree_{min(len(self.factors) - 1, _HIGHEST)}"]
        return ["exponential", "linear"] if self.fit == "exponential" else ["linear"]

    def __str__(self) -> str:
        words = ["readout"] if self.readout else []
        if self.zne:
            words += ["zne", self.fit, ",".join(map(str, self.factors))]
        return " ".join(words)


def plan(given: Any) -> Plan | None:
    """Read what a caller gives.

    Parameters
    ----------
    given : None, str or Plan
        ``readout``, of counts and expectation values; ``zne``, zero-noise extrapolation, with the
        name of a fit (by default ``exponential``, or ``linear`` where that has no valid result) and
        the factors (by default 1, 3 and 5); or both.

    Raises
    ------
    BadInput
        It cannot be read.
    """
    if given is None or isinstance(given, Plan):
        return given
    if not isinstance(given, str):
        raise _bad(f"The mitigation {given!r:.40} cannot be read.")
    words = re.split(r"[\s,+]+", given.strip())
    known = {"readout", "zne", *FITS}
    for word in words:
        if word not in known and not word.isdecimal():
            raise _bad(f"The mitigation {given!r} cannot be read at {word!r}.")
    fits = [word for word in words if word in FITS]
    factors = sorted({int(word) for word in words if word.isdecimal()})
    if "zne" not in words:
        if fits or factors:
            raise _bad(f"The mitigation {given!r} has {words[-1]!r}, which is of zne.")
        return Plan(readout=True)
    if len(fits) > 1:
        raise _bad(f"The mitigation {given!r} names {len(fits)} fits.")
    return Plan("readout" in words, _checked(factors or _FACTORS), fits[0] if fits else "exponential")


def mitigation(given: Any, *, noise: bool, observables: bool, sweep: bool) -> str | None:
    """Return what is to be mitigated, in one way of writing it.

    Parameters
    ----------
    given : None, str or Plan
        See `plan`.
    noise, observables, sweep : bool
        What else was asked for.

    Raises
    ------
    BadInput
        It cannot be read, or does not fit the rest.
    """
    found = plan(given)
    if found is None:
        return None
    if not noise:
        raise _bad("There is nothing to mitigate without noise.", "Give noise= too.")
    if found.zne and not observables:
        raise _bad("zne is of expectation values.", "Give observables=, such as 'ZZ'.")
    if sweep:
        raise _bad("A sweep cannot be mitigated.", "Run its points one by one, with bind=.")
    return str(found)


def _checked(factors: Any) -> tuple[int, ...]:
    wrong = [one for one in factors if one % 2 == 0 or one > _MOST_FACTOR]
    if wrong or len(factors) < 2:  # noqa: PLR2004
        told = ", ".join(map(str, wrong or factors))
        raise _bad(f"zne has the factors {told}; expected two or more odd numbers from 1 to {_MOST_FACTOR}.")
    return tuple(factors)


def _bad(message: str, hint: str = _HINT) -> BadInput:
    return BadInput(message, hint, details={"field": "mitigate"})

"""Counts made good: the distribution that, misread, would be the one that was seen.

Solved on the keys that were seen only, so that its size is theirs and not that of all keys.

P. D. Nation, H. Kang, N. Sundaresan and J. M. Gambetta, Scalable mitigation of measurement errors on
quantum computers, PRX Quantum 2, 040326 (2021).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import BadInput
from workbench.quantum.noise.misreading import flipped
from workbench.quantum.readout import texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MOST_KEYS", "Quasi", "calibrated", "corrected"]

MOST_KEYS = 2048
"""Most keys that a system of equations is solved for."""
_NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class Quasi:
    """A distribution whose weights may be negative, by chance; their sum is 1.

    Attributes
    ----------
    weights : dict of str to float
        By key.
    error : float
        Bound of each weight's standard error: the norm of the inverse over the root of the shots; 0
        where the distribution was exact.
    """

    weights: dict[str, float]
    error: float


def calibrated(rates: NDArray[np.float64], shots: int, seed: int) -> NDArray[np.float64]:
    """Return the rates of misreading as two measurements show them: of all bits 0, and of all 1.

    Parameters
    ----------
    rates : ndarray, shape (bits, 2)
        Probabilities that 0 is told as 1, and 1 as 0.
    shots : int
        Of each measurement.
    seed : int
        Of what is drawn.
    """
    random = np.random.default_rng([seed, shots, 1])
    found = np.empty_like(rates)
    for prepared in (0, 1):
        bits: NDArray[np.uint8] = np.full((shots, len(rates)), prepared, np.uint8)
        found[:, prepared] = (flipped(bits, rates, random) != prepared).mean(axis=0)
    return found


def corrected(
    keys: NDArray[np.uint8], weights: NDArray[np.float64], rates: NDArray[np.float64], shots: int | None
) -> Quasi:
    """Return what was there.

    Parameters
    ----------
    keys : ndarray of 0 and 1, shape (distinct, bits)
        What was seen.
    weights : ndarray, shape (distinct,)
        How often.
    rates : ndarray, shape (bits, 2)
        Probabilities that 0 is told as 1, and 1 as 0.
    shots : int or None
        ``None`` where the weights are exact.

    Raises
    ------
    BadInput
        There are too many keys, or bits are misread about every other time.
    """
    if len(keys) > MOST_KEYS:
        raise BadInput(
            f"{len(keys):,} different keys were seen; at most {MOST_KEYS:,} are made good.",
            "Measure fewer qubits, or give observables=.",
            details={"field": "mitigate"},
        )
    if float(np.min(np.abs(1 - rates.sum(axis=1)), initial=1.0)) < _NEAR:
        raise BadInput(
            "Bits are misread so often that nothing can be told from them.",
            "Leave mitigate= out.",
            details={"field": "mitigate"},
        )
    matrix = np.ones((len(keys), len(keys)))
    for bit, (up, down) in enumerate(rates):
        table = np.array([[1 - up, down], [up, 1 - down]])
        matrix *= table[np.ix_(keys[:, bit], keys[:, bit])]
    # what would be told as a key that was not seen is shared out among those that were
    inverse: Any = np.linalg.inv(matrix / matrix.sum(axis=0))
    found = inverse @ (weights / weights.sum())
    error = float(np.abs(inverse).sum(axis=0).max()) / math.sqrt(shots) if shots else 0.0
    return Quasi(dict(zip(texts(keys), found.tolist(), strict=True)), error)

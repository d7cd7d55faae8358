"""Twirled readout error extinction: misread bits made good.

Before each measurement some qubits, drawn anew for every shot, are turned over and then told the other
way round, so that misreading 0 and 1 weigh the same; a Pauli string's mean is then only scaled, by a
factor that the state in which every qubit is 0 shows.

E. van den Berg, Z. K. Minev and K. Temme, Model-free readout-error mitigation for quantum expectation
values, Physical Review A 105, 032620 (2022).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import BadInput
from workbench.quantum.noise.misreading import flipped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.quantum.observables import Factors

__all__ = ["MOST_SHOTS", "Twirled"]

MOST_SHOTS = 1 << 22


class Twirled:
    """Twirled measurements of one circuit's qubits.

    Parameters
    ----------
    rates : ndarray, shape (qubits, 2)
        Probabilities that 0 is told as 1, and 1 as 0.
    shots : int
        Samples of each measurement, and of the calibration; at most `MOST_SHOTS`.
    seed : int
        Of all that is drawn.

    Raises
    ------
    BadInput
        There are too many shots.

    Notes
    -----
    The turns are part of the gates before, as on devices, and bring no noise of their own.
    """

    def __init__(self, rates: NDArray[np.float64], shots: int, seed: int) -> None:
        if shots > MOST_SHOTS:
            raise BadInput(
                f"Twirled readout takes at most {MOST_SHOTS:,} shots and {shots:,} were asked for.",
                "Give fewer.",
                details={"field": "shots"},
            )
        self._rates = rates
        self._shots = shots
        self._random = np.random.default_rng([seed, shots])
        self._calibration = self._told(np.zeros((shots, len(rates)), np.uint8))

    def sampled(self, keys: NDArray[np.uint8], weights: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Return what is told of qubits whose distribution, or samples, are given; shape (shots, qubits)."""
        drawn = self._random.choice(len(weights), self._shots, p=weights / weights.sum())
        return self._told(keys[drawn])

    def scale(self, factors: Factors) -> tuple[float, float]:
        """Return what the mean of a Pauli string is multiplied by, and its standard error.

        Raises
        ------
        BadInput
            Its bits are misread so often that nothing is left of it.
        """
        from qiskit.quantum_info import QubitSparsePauli
        from qiskit_mitigation import TREX

        places = [qubit for qubit, _ in factors]
        mean, error = _mean(self._calibration, places)
        if abs(mean) <= 3 * error:
            raise BadInput(
                "Bits are misread so often that their means cannot be told from chance.",
                "Give more shots, or an observable on fewer qubits.",
                details={"field": "mitigate"},
            )
        string = QubitSparsePauli(("Z" * len(places), places), num_qubits=len(self._rates))
        scale = float(TREX.calculate_trex_factor(self._calibration[np.newaxis].astype(np.int8), string))
        return scale, scale**2 * error

    def mean(self, bits: NDArray[np.uint8], factors: Factors) -> tuple[float, float, float]:
        """Return a Pauli string's mean made good, its standard error, and the scale."""
        measured, error = _mean(bits, [qubit for qubit, _ in factors])
        scale, doubt = self.scale(factors)
        return measured * scale, math.hypot(error * scale, measured * doubt), scale

    def _told(self, bits: NDArray[np.uint8]) -> NDArray[np.uint8]:
        turns = self._random.integers(0, 2, bits.shape, np.uint8)
        return flipped(bits ^ turns, self._rates, self._random) ^ turns


def _mean(bits: NDArray[np.uint8], places: Sequence[int]) -> tuple[float, float]:
    """Return the mean of the sign that some bits make, and its standard error."""
    signs = 1.0 - 2.0 * (bits[:, list(places)].sum(axis=1) & 1)
    mean = float(signs.mean())
    return mean, math.sqrt(max(1.0 - mean**2, 1.0 / len(signs)) / len(signs))

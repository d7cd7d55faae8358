"""Measurements that err, each bit on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["flipped", "read_out", "told"]

_DRAWN = 1 << 22
"""Random numbers that are held at once."""


def read_out(probabilities: NDArray[np.float64], places: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the distribution of some qubits in a given order, the first most significant.

    Parameters
    ----------
    probabilities : ndarray, shape (2**qubits,)
        Of all, qubit 0 most significant.
    places : tuple of int
        Qubits.
    """
    count = len(probabilities).bit_length() - 1
    rest = tuple(sorted(set(range(count)) - set(places)))
    tensor = probabilities.reshape((2,) * count).transpose(places + rest)
    found: NDArray[np.float64] = tensor.reshape(1 << len(places), -1).sum(axis=1)
    return found


def told(probabilities: NDArray[np.float64], rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distribution of what is told, exactly.

    Parameters
    ----------
    probabilities : ndarray, shape (2**qubits,)
        Of what is there; qubit 0 most significant.
    rates : ndarray, shape (qubits, 2)
        Probabilities that 0 is told as 1, and 1 as 0.
    """
    tensor = probabilities.reshape((2,) * len(rates))
    for qubit, (up, down) in enumerate(rates):
        if up or down:
            table = np.array([[1 - up, down], [up, 1 - down]])
            tensor = np.moveaxis(np.tensordot(table, tensor, axes=(1, qubit)), 0, qubit)
    return tensor.reshape(-1)


def flipped(
    bits: NDArray[np.uint8], rates: NDArray[np.float64], random: np.random.Generator
) -> NDArray[np.uint8]:
    """Return samples as they are told.

    Parameters
    ----------
    bits : ndarray of 0 and 1, shape (shots, columns)
        What is there.
    rates : ndarray, shape (columns, 2)
        Probabilities that 0 is told as 1, and 1 as 0.
    random : Generator
        Draws the errors.
    """
    made: NDArray[np.uint8] = bits.copy()
    rows = max(1, _DRAWN // max(1, bits.shape[1]))
    for start in range(0, len(bits), rows):
        part = bits[start : start + rows]
        limits = np.where(part, rates[:, 1], rates[:, 0])
        made[start : start + rows] ^= (random.random(part.shape) < limits).astype(np.uint8)
    return made

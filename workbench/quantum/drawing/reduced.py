"""What a state says about each of its qubits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["bloch_vectors", "limited", "qubits_of"]


def bloch_vectors(state: NDArray[np.complex128]) -> NDArray[np.float64]:
    """Return the Bloch vector of every qubit, traced over the others.

    Parameters
    ----------
    state : ndarray, shape (2**n,) or (2**n, 2**n)
        Amplitudes or density matrix, q[0] the most significant bit of the index.

    Returns
    -------
    ndarray, shape (n, 3)
        x, y, z of each qubit; of length 1 where it is pure, shorter where it is entangled or mixed.

    Raises
    ------
    BadInput
        The shape is not that of a state.
    """
    given = np.asarray(state)
    qubits = qubits_of(given)
    vectors = []
    for qubit in range(qubits):
        before, after = 2**qubit, 2 ** (qubits - qubit - 1)
        if given.ndim == 1:
            split = given.reshape(before, 2, after)
            reduced = np.einsum("aib,ajb->ij", split, split.conj())
        else:
            reduced = np.einsum("aibajb->ij", given.reshape(before, 2, after, before, 2, after))
        vectors.append((2 * reduced[1, 0].real, 2 * reduced[1, 0].imag, (reduced[0, 0] - reduced[1, 1]).real))
    return np.array(vectors, dtype=float).reshape(qubits, 3)


def qubits_of(state: NDArray[np.complex128]) -> int:
    """Return n of 2**n amplitudes or of a density matrix of 2**n by 2**n; anything else is refused."""
    size = state.shape[0] if state.ndim in {1, 2} else 0
    if size < 2 or size & (size - 1) or set(state.shape) != {size}:  # noqa: PLR2004
        raise BadInput(
            f"An array of shape {state.shape} is no state.",
            "Give 2**n amplitudes or a density matrix of 2**n by 2**n.",
            details={"field": "state"},
        )
    return int(size).bit_length() - 1


def limited(state: NDArray[np.complex128], most: int, what: str) -> int:
    """Return the number of qubits, refused where there are more than ``most``."""
    qubits = qubits_of(state)
    if qubits > most:
        raise BadInput(f"{what} shows at most {most} qubits, not {qubits}.", details={"field": "state"})
    return qubits

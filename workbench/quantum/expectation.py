"""Expectation values, exact from a state and sampled from what was measured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.quantum.backends.base import Outcome
    from workbench.quantum.observables import Factors, Observable

__all__ = ["exact", "exact_many", "pauli_masks", "sampled", "signs"]

_CHUNK = 1 << 20


def exact(outcome: Outcome, qubits: int, observables: Sequence[Observable]) -> list[float]:
    """Return the expectation values of a pure state.

    Parameters
    ----------
    outcome : Outcome
        With amplitudes.
    qubits : int
        How many there are.
    observables : sequence of Observable
        What is asked for.
    """
    state = outcome.amplitudes
    assert state is not None  # noqa: S101 - the caller's
    norm = float(np.vdot(state, state).real)
    known: dict[Factors, float] = {}
    values = []
    for one in observables:
        for term in one.terms:
            if term.factors not in known:
                known[term.factors] = _string(state, qubits, outcome.first, term.factors) / norm
        values.append(math.fsum(term.weight * known[term.factors] for term in one.terms))
    return values


def exact_many(states: NDArray[Any], qubits: int, observables: Sequence[Observable]) -> NDArray[np.float64]:
    """Return the expectation values of several states.

    Parameters
    ----------
    states : ndarray of complex, shape (points, 2**qubits)
        Qubit 0 most significant.
    qubits : int
        How many there are.
    observables : sequence of Observable
        What is asked for.

    Returns
    -------
    ndarray of float, shape (points, len(observables))
    """
    weights = states.real**2 + states.imag**2
    values = np.zeros((len(states), len(observables)))
    for column, one in enumerate(observables):
        diagonal = np.zeros(states.shape[1])
        for term in one.terms:
            flips, signs, power = pauli_masks(term.factors, qubits, "most", np.arange(states.shape[1]))
            if flips:
                moved = states[:, np.arange(states.shape[1]) ^ flips].conj() * states
                values[:, column] += term.weight * (moved @ signs * power).real
            else:
                diagonal += term.weight * signs
        values[:, column] += weights @ diagonal
    return values


def pauli_masks(
    factors: Factors, qubits: int, first: str, index: NDArray[np.int64]
) -> tuple[int, NDArray[np.int8], complex]:
    """Return which bits of an index a Pauli string flips, its signs there, and its power of i.

    Y = i X Z, so that a string with k of them is i**k flips after signs.
    """
    flips = phases = 0
    for qubit, letter in factors:
        bit = 1 << (qubits - 1 - qubit if first == "most" else qubit)
        flips |= bit if letter in "XY" else 0
        phases |= bit if letter in "ZY" else 0
    signs = 1 - 2 * (np.bitwise_count(index & phases) & 1).astype(np.int8)
    return flips, signs, 1j ** (sum(letter == "Y" for _, letter in factors) % 4)


def _string(state: NDArray[Any], qubits: int, first: str, factors: Factors) -> float:
    """Return <state|P|state>."""
    total = 0j
    for start in range(0, len(state), _CHUNK):
        index = np.arange(start, min(start + _CHUNK, len(state)))
        flips, signs, power = pauli_masks(factors, qubits, first, index)
        total += complex(np.vdot(state[index ^ flips], state[index] * signs)) * power
    return total.real


def signs(keys: NDArray[np.uint8], columns: Sequence[int]) -> NDArray[np.float64]:
    """Return +1 or -1 for each row of bits, by the parity of some columns."""
    return 1.0 - 2.0 * (keys[:, list(columns)].sum(axis=1) & 1)


def sampled(
    observables: Sequence[Observable],
    measured: Sequence[tuple[list[Factors], NDArray[np.uint8], NDArray[np.float64]]],
) -> list[tuple[float, float]]:
    """Return expectation values and their standard errors from samples.

    Parameters
    ----------
    observables : sequence of Observable
        What is asked for.
    measured : sequence of (list of factors, ndarray (distinct, qubits), ndarray (distinct,))
        A group of `workbench.quantum.observables.groups` each: the strings that it tells, the bits
        of each qubit that were seen, after turning it into the group's basis, and how often.

    Returns
    -------
    list of (float, float)
        The standard error of the mean, with the strings of one group taken together, for they come
        from the same shots.
    """
    found = []
    for one in observables:
        weights = {term.factors: term.weight for term in one.terms}
        mean = variance = 0.0
        for strings, keys, counts in measured:
            inside = {factors: weights[factors] for factors in strings if factors in weights}
            if inside:
                value, spread = _group(inside, keys, counts)
                mean, variance = mean + value, variance + spread
        found.append((mean, math.sqrt(variance)))
    return found


def _group(
    weights: Mapping[Factors, float], keys: NDArray[np.uint8], counts: NDArray[np.float64]
) -> tuple[float, float]:
    values = np.zeros(len(counts))
    for factors, weight in weights.items():
        values += weight * signs(keys, [qubit for qubit, _ in factors])
    shots = float(counts.sum())
    mean = float(values @ counts) / shots
    # of one sample nothing is known of the spread; it is told as that of a fair coin
    if shots < 2:  # noqa: PLR2004
        return mean, math.fsum(weight**2 for weight in weights.values())
    return mean, float((values - mean) ** 2 @ counts) / (shots - 1) / shots

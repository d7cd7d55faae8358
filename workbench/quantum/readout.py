"""From a state to what the classical bits show: exact probabilities and samples.

Everything is read in the order of the key, classical bit 0 first, whatever the engine's own order,
in blocks that keep the memory small. Samples come from numpy's generator by the inverse of the
cumulative distribution, so that one seed gives the same counts on every engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.quantum.backends.base import Outcome
    from workbench.quantum.lowered import Lowered

__all__ = ["Distribution", "Samples", "counted", "sources_of", "texts"]

_BLOCK = 16
"""Bits of the key that are held at once, as a power of two."""
_LEAST = 1e-14
"""Probabilities below are what rounding leaves of nothing."""


def sources_of(lowered: Lowered) -> tuple[int | None, ...]:
    """Return, for each bit of the key, the qubit that it shows, or ``None`` where it is always 0.

    A circuit that measures nothing is read by its qubits.
    """
    readout = lowered.readout
    if not readout:
        return tuple(range(lowered.qubits))
    return tuple(readout.get(bit) for bit in range(lowered.clbits))


@dataclass(frozen=True)
class Samples:
    """Keys that were seen, with how often.

    Attributes
    ----------
    keys : ndarray of uint8, shape (distinct, bits)
        In ascending order, bit 0 first.
    counts : ndarray of int64, shape (distinct,)
        All positive.
    """

    keys: NDArray[np.uint8]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, counts: dict[str, int], bits: int) -> Samples:
        """Take them from a dict of bit strings."""
        names = sorted(counts)
        text = np.frombuffer("".join(names).encode(), np.uint8).reshape(len(names), bits)
        return cls(text - ord("0"), np.array([counts[name] for name in names], np.int64))

    def to_dict(self) -> dict[str, int]:
        """Return bit strings, bit 0 leftmost, to counts."""
        return dict(zip(texts(self.keys), self.counts.tolist(), strict=True))


def texts(keys: NDArray[np.uint8]) -> list[str]:
    """Return rows of bits as strings."""
    count, width = keys.shape
    whole = (keys + ord("0")).astype(np.uint8).tobytes().decode("ascii")
    return [whole[at * width : (at + 1) * width] for at in range(count)]


def counted(bits: NDArray[np.uint8]) -> dict[str, int]:
    """Return rows of bits, bit 0 first, as keys with how often they are there."""
    packed, counts = np.unique(np.packbits(bits, axis=1), axis=0, return_counts=True)
    keys = np.unpackbits(packed, axis=1, count=bits.shape[1])
    return dict(zip(texts(keys), counts.tolist(), strict=True))


class Distribution:
    """What the classical bits show, exactly.

    Parameters
    ----------
    outcome : Outcome
        With amplitudes or probabilities.
    qubits : int
        How many there are.
    sources : tuple of int or None
        See `sources_of`.
    """

    def __init__(self, outcome: Outcome, qubits: int, sources: tuple[int | None, ...]) -> None:
        self._sources = sources
        # bits that show the same qubit are alike
        self._axes = tuple(dict.fromkeys(source for source in sources if source is not None))
        state, weights = outcome.amplitudes, outcome.probabilities
        flat: Any = state if state is not None else weights
        self._pure = outcome.amplitudes is not None
        axes = self._axes if outcome.first == "most" else tuple(qubits - 1 - axis for axis in self._axes)
        rest = sorted(set(range(qubits)) - set(axes))
        self._tensor = flat.reshape((2,) * qubits).transpose(axes + tuple(rest))

    @property
    def size(self) -> int:
        """How many keys may differ: a power of two."""
        return 1 << len(self._axes)

    def blocks(self) -> Iterator[NDArray[np.float64]]:
        """Yield the weights of the keys in ascending order, some at a time."""
        leading = max(0, len(self._axes) - _BLOCK)
        inner = 1 << (len(self._axes) - leading)
        for index in np.ndindex((2,) * leading):
            yield self._weights(index, inner)

    def _weights(self, index: tuple[int, ...], inner: int) -> NDArray[np.float64]:
        part = self._tensor[index].reshape(inner, -1)
        if self._pure:
            part = part.real**2 + part.imag**2
        return part.sum(axis=1, dtype=np.float64)

    @cached_property
    def _totals(self) -> NDArray[np.float64]:
        return np.array([block.sum() for block in self.blocks()])

    def exact(self) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
        """Return the keys whose probability is not zero, ascending, and the probabilities; their sum is 1."""
        found: list[NDArray[np.int64]] = []
        weights: list[NDArray[np.float64]] = []
        at = 0
        for block in self.blocks():
            inside = np.flatnonzero(block > _LEAST)
            found.append(inside + at)
            weights.append(block[inside])
            at += len(block)
        values = np.concatenate(weights)
        return self._keys(np.concatenate(found)), values / values.sum()

    def sample(self, shots: int, seed: int) -> Samples:
        """Draw samples.

        Parameters
        ----------
        shots : int
            How many.
        seed : int
            Of numpy's generator (PCG64).
        """
        ends: NDArray[np.float64] = np.cumsum(self._totals)
        points = np.sort(np.random.default_rng(seed).random(shots)) * ends[-1]
        starts: Any = np.searchsorted(points, np.concatenate([[0.0], ends]), side="left")
        starts[-1] = shots
        indices, counts = [], []
        for at, block in enumerate(self._drawn(starts)):
            if block is None:
                continue
            base = ends[at - 1] if at else 0.0
            inside, many = _drawn_from(block, points[starts[at] : starts[at + 1]] - base)
            indices.append(inside + at * len(block))
            counts.append(many)
        return Samples(self._keys(np.concatenate(indices)), np.concatenate(counts))

    def _drawn(self, starts: NDArray[np.int64]) -> Iterator[NDArray[np.float64] | None]:
        leading = max(0, len(self._axes) - _BLOCK)
        inner = 1 << (len(self._axes) - leading)
        for at, index in enumerate(np.ndindex((2,) * leading)):
            yield self._weights(index, inner) if starts[at + 1] > starts[at] else None

    def _keys(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Write indices out in bits, one column a bit of the key."""
        keys: Any = np.zeros((len(indices), len(self._sources)), np.uint8)
        last = len(self._axes) - 1
        for column, source in enumerate(self._sources):
            if source is not None:
                keys[:, column] = (indices >> (last - self._axes.index(source))) & 1
        return keys


def _drawn_from(
    weights: NDArray[np.float64], points: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return which of the weights the sorted points fall on, and how many on each."""
    ends = np.cumsum(weights)
    # what rounding pushed beyond the end belongs to the last that has any weight
    ends[np.flatnonzero(weights)[-1] :] = np.inf
    if len(points) < len(weights):
        return np.unique(np.searchsorted(ends, points, side="right"), return_counts=True)
    many = np.diff(np.searchsorted(points, ends, side="left"), prepend=0)
    inside = np.flatnonzero(many)
    return inside, many[inside]

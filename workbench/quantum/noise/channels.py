"""Channels: what goes wrong at one place of a circuit."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from workbench.quantum.lowered import Branch, Matrix, Op, While

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Channel", "Error", "NoisyOp", "Step", "changed", "damping", "dephasing", "depolarizing", "marked"]

Step: TypeAlias = "tuple[str, tuple[int, ...], tuple[NDArray[np.complex128], ...]]"
"""``x``, ``y``, ``z`` or ``reset`` of one place; ``unitary`` with its matrix, or ``kraus`` with its
operators, on some, the first least significant."""
_PAULIS = {
    "x": np.array([[0, 1], [1, 0]], np.complex128),
    "y": np.array([[0, -1j], [1j, 0]], np.complex128),
    "z": np.array([[1, 0], [0, -1]], np.complex128),
}
_RESET = (np.array([[1, 0], [0, 0]], np.complex128), np.array([[0, 1], [0, 0]], np.complex128))
_NOTHING = 1e-12


@dataclass(frozen=True, eq=False)
class Error:
    """A channel on places 0 to ``size - 1``: with some probability each, something else is done.

    Attributes
    ----------
    size : int
        How many qubits it acts on.
    branches : tuple of (float, tuple of Step)
        Probabilities, whose sum is 1, and what is then done, in order.
    """

    size: int
    branches: tuple[tuple[float, tuple[Step, ...]], ...]

    @cached_property
    def kraus(self) -> tuple[NDArray[np.complex128], ...]:
        """The channel's operators K with sum K†K = 1, at most 4**size, place 0 least significant."""
        found = []
        for probability, steps in self.branches:
            products = [math.sqrt(probability) * np.eye(1 << self.size, dtype=np.complex128)]
            for step in steps:
                products = [wide @ one for wide in self._wide(step) for one in products]
            found += products
        return tuple(found) if len(found) <= 4**self.size else _fewer(found)

    @cached_property
    def paulis(self) -> dict[str, float] | None:
        """Pauli strings, place 0 first, with their probabilities; ``None`` where it does more than those."""
        found: dict[str, float] = {}
        for probability, steps in self.branches:
            letters = [(False, False)] * self.size
            for name, places, _ in steps:
                if name not in _PAULIS:
                    return None
                flip, sign = letters[places[0]]
                letters[places[0]] = (flip ^ (name in "xy"), sign ^ (name in "yz"))
            key = "".join("IZXY"[2 * flip + sign] for flip, sign in letters)
            found[key] = found.get(key, 0.0) + probability
        return found

    def _wide(self, step: Step) -> list[NDArray[np.complex128]]:
        name, places, matrices = step
        inner = (_PAULIS[name],) if name in _PAULIS else _RESET if name == "reset" else matrices
        return [_embedded(one, places, self.size) for one in inner]


def _embedded(matrix: NDArray[np.complex128], places: tuple[int, ...], size: int) -> Any:
    """Return a matrix on some places as one on all; it need not be unitary."""
    count = len(places)
    whole: Any = np.eye(1 << size, dtype=np.complex128).reshape((2,) * size + (1 << size,))
    # axis 0 is the last place, for the first is the least significant
    axes = [size - 1 - place for place in reversed(places)]
    tensor = matrix.reshape((2,) * (2 * count))
    moved = np.tensordot(tensor, whole, axes=(range(count, 2 * count), axes))
    return np.moveaxis(moved, range(count), axes).reshape(1 << size, 1 << size)


def _fewer(operators: list[NDArray[np.complex128]]) -> tuple[NDArray[np.complex128], ...]:
    """Return the fewest operators of the same channel: eigenvectors of its Choi matrix."""
    flat = np.array([one.reshape(-1) for one in operators])
    values, vectors = np.linalg.eigh(flat.T @ flat.conj())
    side = operators[0].shape[0]
    kept = [at for at in range(len(values)) if values[at] > _NOTHING * side]
    return tuple(math.sqrt(values[at]) * vectors[:, at].reshape(side, side) for at in kept)


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """An `Error` at its place in a circuit.

    Attributes
    ----------
    qubits : tuple of int
        Where its places lie.
    error : Error
        What happens.
    """

    qubits: tuple[int, ...]
    error: Error


NoisyOp: TypeAlias = "Op | Channel"


def depolarizing(size: int, probability: float) -> Error:
    """Return the channel that does, with this probability, one of the Pauli strings, each as likely.

    Parameters
    ----------
    size : int
        Number of qubits k.
    probability : float
        0 to 1 - 4**-k, where nothing is left of the state. Qiskit's parameter of the same channel,
        the weight of the fully mixed state, is probability / (1 - 4**-k).

    Notes
    -----
    M. A. Nielsen and I. L. Chuang, Quantum Computation and Quantum Information, section 8.3.4.
    """
    strings = [string for string in itertools.product("ixyz", repeat=size) if set(string) != {"i"}]
    branches: list[tuple[float, tuple[Step, ...]]] = [(1 - probability, ())]
    for string in strings:
        steps = tuple((letter, (place,), ()) for place, letter in enumerate(string) if letter != "i")
        branches.append((probability / len(strings), steps))
    return Error(size, tuple(branches))


def dephasing(probability: float) -> Error:
    """Return the channel that turns the sign of 1 over with this probability, 0 to 1/2."""
    return Error(1, ((1 - probability, ()), (probability, (("z", (0,), ()),))))


def damping(probability: float) -> Error:
    """Return amplitude damping: 1 falls to 0 with this probability, 0 to 1.

    Notes
    -----
    Nielsen and Chuang, section 8.3.5.
    """
    stays = np.array([[1, 0], [0, math.sqrt(1 - probability)]], np.complex128)
    falls = np.array([[0, math.sqrt(probability)], [0, 0]], np.complex128)
    return Error(1, ((1.0, (("kraus", (0,), (stays, falls)),)),))


def changed(ops: Iterable[NoisyOp], change: Callable[[Any], Iterable[NoisyOp]]) -> tuple[Any, ...]:
    """Return what becomes of each operation, inside branches and loops too, where only conditions stay."""
    made: list[Any] = []
    for op in ops:
        if isinstance(op, Branch):
            then, otherwise = (changed(side, change) for side in (op.then, op.otherwise))
            made.append(replace(op, then=then, otherwise=otherwise))
        elif isinstance(op, While):
            made.append(replace(op, body=changed(op.body, change)))
        else:
            made += change(op)
    return tuple(made)


def marked(ops: Iterable[NoisyOp]) -> tuple[tuple[Op, ...], dict[str, Channel]]:
    """Return the operations with a labelled identity `Matrix` for each channel, and the channels by label.

    So an emitter that knows no channels keeps their places.
    """
    found: dict[str, Channel] = {}

    def stand_in(op: Any) -> list[Any]:
        if not isinstance(op, Channel):
            return [op]
        label = f"channel {len(found)}"
        found[label] = op
        return [Matrix(op.qubits, np.eye(1 << len(op.qubits), dtype=np.complex128), label)]

    return changed(ops, stand_in), found

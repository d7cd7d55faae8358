"""Exact gradients by one sweep forth and one back, whatever the number of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.quantum.expectation import pauli_masks
from workbench.quantum.lowered import Gate, Lowered, Matrix
from workbench.quantum.optimisation.atoms import Reading, generator
from workbench.quantum.unitaries import gate_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.quantum.observables import Observable

__all__ = ["Sweep", "sweep_bytes"]


@dataclass(frozen=True)
class _Step:
    """A gate; ``angle`` numbers the free one that it has."""

    qubits: tuple[int, ...]
    matrix: NDArray[np.complex128] | None
    name: str = ""
    angle: int | None = None


class Sweep:
    """The adjoint method of Jones and Gacon, arXiv:2009.02823, in numpy and double precision.

    Parameters
    ----------
    lowered : Lowered
        Of `workbench.quantum.optimisation.atoms.Atoms`: static; final measurements are left out.
    observable : Observable
        What is differentiated.
    """

    def __init__(self, lowered: Lowered, observable: Observable) -> None:
        self._qubits = lowered.qubits
        at = {name: place for place, name in enumerate(lowered.parameters)}
        self._steps = [_step(op, at) for op in lowered.unmeasured().ops]
        self._observable = _Applied(observable, lowered.qubits)

    def value(self, angles: NDArray[np.float64]) -> Reading:
        """Return the expectation value alone."""
        state = self._forth(self._matrices(angles))
        return Reading(_inner(state, self._observable(state)).real, 0.0, None)

    def gradient(self, angles: NDArray[np.float64]) -> Reading:
        """Return the expectation value and its derivative by each angle.

        Parameters
        ----------
        angles : ndarray, shape (angles,)
            Radians.

        Returns
        -------
        Reading
            With psi the state after a gate exp(-i angle G) and lambda the observable times the
            final state, both brought back to there, 2 Im <lambda|G|psi>.
        """
        matrices = self._matrices(angles)
        state = self._forth(matrices)
        turned = self._observable(state)
        value = _inner(state, turned).real
        pair = np.stack([state.reshape(-1), turned.reshape(-1)], axis=-1).reshape(*state.shape, 2)
        found = np.zeros(len(angles))
        left = len(angles)
        for step, matrix in zip(reversed(self._steps), reversed(matrices), strict=True):
            if not left:
                break
            if step.angle is not None:
                moved = _applied(pair[..., 0], generator(step.name), step.qubits, self._qubits)
                found[step.angle] = 2.0 * _inner(pair[..., 1], moved).imag
                left -= 1
            pair = _applied(pair, matrix.conj().T, step.qubits, self._qubits)
        return Reading(value, 0.0, found)

    def _matrices(self, angles: NDArray[np.float64]) -> list[NDArray[np.complex128]]:
        return [
            step.matrix if step.matrix is not None else gate_matrix(step.name, (float(angles[step.angle]),))
            for step in self._steps
        ]

    def _forth(self, matrices: Sequence[NDArray[np.complex128]]) -> NDArray[np.complex128]:
        state: NDArray[np.complex128] = np.zeros((2,) * self._qubits, complex)
        state.flat[0] = 1.0
        for step, matrix in zip(self._steps, matrices, strict=True):
            state = _applied(state, matrix, step.qubits, self._qubits)
        return state


def _step(op: Any, at: dict[str, int]) -> _Step:
    if isinstance(op, Matrix):
        return _Step(op.qubits, op.matrix)
    assert isinstance(op, Gate)  # noqa: S101 - the circuit is static
    free = [angle for angle in op.angles if hasattr(angle, "names")]
    if not free:
        return _Step(op.qubits, gate_matrix(op.name, op.angles))  # type: ignore[arg-type]
    return _Step(op.qubits, None, op.name, at[free[0].names[0]])


def _applied(state: NDArray[Any], matrix: NDArray[Any], on: tuple[int, ...], qubits: int) -> NDArray[Any]:
    """Apply a matrix; axis 0 of the state is the last qubit, axes beyond the qubits are other states.

    BLAS, which `numpy.tensordot` and `numpy.vdot` call, is slower by far where its threads wait for
    cores that others use; and most matrices of gates are sparse.
    """
    axes = [qubits - 1 - qubit for qubit in on]
    diagonal = matrix.diagonal()
    if np.count_nonzero(matrix) == np.count_nonzero(diagonal):
        shape = [1] * state.ndim
        for axis in axes:
            shape[axis] = 2
        # from the last qubit's axis to the first one's, then by the order of the state's axes
        order = np.argsort(axes[::-1])
        scaled: NDArray[Any] = state * diagonal.reshape((2,) * len(on)).transpose(order).reshape(shape)
        return scaled
    if len(on) == 1:
        return _turned(state, matrix, axes[0])
    return _combined(state, matrix, axes)


def _turned(state: NDArray[Any], matrix: NDArray[Any], axis: int) -> NDArray[Any]:
    view = state.reshape(1 << axis, 2, -1)
    made = np.empty_like(view)
    low, high = view[:, 0], view[:, 1]
    made[:, 0] = matrix[0, 0] * low + matrix[0, 1] * high
    made[:, 1] = matrix[1, 0] * low + matrix[1, 1] * high
    return made.reshape(state.shape)


def _combined(state: NDArray[Any], matrix: NDArray[Any], axes: Sequence[int]) -> NDArray[Any]:
    made = np.zeros_like(state)
    keys = [_key(index, axes) for index in range(len(matrix))]
    for row, column in zip(*np.nonzero(matrix), strict=True):
        made[keys[row]] += matrix[row, column] * state[keys[column]]
    return made


def _key(index: int, axes: Sequence[int]) -> tuple[Any, ...]:
    """Return where qubits show the bits of a number, the first its least significant one."""
    key: list[Any] = [slice(None)] * (max(axes) + 1)
    for bit, axis in enumerate(axes):
        key[axis] = index >> bit & 1
    return (*key, ...)


def _inner(one: NDArray[Any], other: NDArray[Any]) -> complex:
    return complex(np.einsum("i,i->", one.reshape(-1).conj(), other.reshape(-1)))


class _Applied:
    """A sum of Pauli strings as a function of states: strings that flip the same qubits are one."""

    def __init__(self, observable: Observable, qubits: int) -> None:
        index = np.arange(1 << qubits)
        found: dict[int, NDArray[Any]] = {}
        for term in observable.terms:
            flips, signs, power = pauli_masks(term.factors, qubits, "least", index)
            if flips not in found:
                found[flips] = np.zeros(1 << qubits, complex)
            found[flips] += term.weight * power * signs
        # P|j> = power * signs[j] |j ^ flips>, so that the row i of the result takes from j = i ^ flips
        self._parts = [(index ^ flips, weights) for flips, weights in found.items()]

    def __call__(self, state: NDArray[np.complex128]) -> NDArray[np.complex128]:
        flat = state.reshape(-1)
        total = np.zeros_like(flat)
        for source, weights in self._parts:
            total += (weights * flat)[source]
        return total.reshape(state.shape)


def sweep_bytes(qubits: int, observable: Observable) -> int:
    """Return the most memory that a sweep takes: states, their turned copies, and the observable."""
    flips = {tuple(qubit for qubit, letter in term.factors if letter != "Z") for term in observable.terms}
    return (16 * 10 + 24 * len(flips)) << qubits

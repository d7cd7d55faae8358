"""A circuit whose free angles are numbered: each belongs to one gate with one generator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import numpy as np

from workbench.errors import BadInput
from workbench.quantum.expressions import Expression
from workbench.quantum.lowered import Branch, Gate, Lowered, Op, While
from workbench.quantum.optimisation.derivatives import derivatives

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Atoms", "Reading", "Rule", "atomised", "generator", "rule"]

Rule: TypeAlias = Literal["two-term", "four-term"]
_FOUR_TERMS = frozenset({"crx", "cry", "crz"})


@dataclass(frozen=True)
class Atoms:
    """A circuit and the angles in it that depend on parameters, one for each gate that has one.

    Attributes
    ----------
    lowered : Lowered
        Its parameters are the angles themselves, ``angle 0`` and so on.
    parameters : tuple of str
        Of the circuit as it was given.
    angles : tuple of Expression
        What each angle is of those.
    gates : tuple of str
        The gate that each angle turns.
    """

    lowered: Lowered
    parameters: tuple[str, ...]
    angles: tuple[Expression, ...]
    gates: tuple[str, ...]

    @cached_property
    def _places(self) -> list[list[int]]:
        at = {name: place for place, name in enumerate(self.parameters)}
        return [[at[name] for name in angle.names] for angle in self.angles]

    def at(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the angles at a point, radians, shape (angles,).

        Raises
        ------
        BadInput
            An angle has no value there, such as ``sqrt`` below 0.
        """
        # numpy's own numbers, whose functions give nan where Python's would be complex
        given = dict(zip(self.parameters, point, strict=True))
        with np.errstate(all="ignore"):
            values = np.array([angle.value(given) for angle in self.angles], float)
        wrong = np.flatnonzero(~np.isfinite(values))
        if wrong.size:
            raise BadInput(
                f"The angle {self.angles[wrong[0]].text} is no number at a point that was tried.",
                "Start elsewhere, or write the circuit so that every value of its parameters is good.",
                details={"field": "start"},
            )
        return values

    def values(self, point: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the angles at a point, and how they change with it.

        Parameters
        ----------
        point : ndarray, shape (parameters,)
            Values as in ``parameters``.

        Returns
        -------
        angles : ndarray, shape (angles,)
            Radians.
        jacobian : ndarray, shape (angles, parameters)
            Derivative of each angle by each parameter. A gradient by angles times this is one by
            parameters, those that stand in several places summed.

        Raises
        ------
        BadInput
            An angle has no derivative there.
        """
        given = dict(zip(self.parameters, point.tolist(), strict=True))
        jacobian = np.zeros((len(self.angles), len(self.parameters)))
        values = np.empty(len(self.angles))
        # layers of one circuit often repeat the same angle
        known = {angle: derivatives(angle, given) for angle in dict.fromkeys(self.angles)}
        for row, angle in enumerate(self.angles):
            values[row], slopes = known[angle]
            jacobian[row, self._places[row]] = list(slopes.values())
        return values, jacobian


class Reading(NamedTuple):
    """An expectation value, its standard error (0 where it is exact), and its derivative by each angle.

    ``slopes`` has the shape (angles,), or is ``None`` where it was not asked for.
    """

    value: float
    error: float
    slopes: NDArray[np.float64] | None


def atomised(lowered: Lowered) -> Atoms:
    """Give a number to each angle of a circuit that depends on parameters.

    A ``u`` gate with such an angle becomes ``p(lambda)``, ``ry(theta)``, ``p(phi)``, which has the
    same matrix; every other gate of `workbench.quantum.lowered.GATES` has one angle at most.
    """
    found = _Found()
    ops = found.numbered(lowered.ops)
    names = tuple(_name(at) for at in range(len(found.angles)))
    return Atoms(
        replace(lowered, ops=ops, parameters=names),
        lowered.parameters,
        tuple(found.angles),
        tuple(found.gates),
    )


def _name(at: int) -> str:
    return f"angle {at}"


class _Found:
    def __init__(self) -> None:
        self.angles: list[Expression] = []
        self.gates: list[str] = []

    def numbered(self, ops: Sequence[Op]) -> tuple[Op, ...]:
        made: list[Op] = []
        for op in ops:
            if isinstance(op, Branch):
                made.append(replace(op, then=self.numbered(op.then), otherwise=self.numbered(op.otherwise)))
            elif isinstance(op, While):
                made.append(replace(op, body=self.numbered(op.body)))
            elif isinstance(op, Gate) and any(isinstance(angle, Expression) for angle in op.angles):
                made += [self._one(piece) for piece in _single(op)]
            else:
                made.append(op)
        return tuple(made)

    def _one(self, gate: Gate) -> Gate:
        (angle,) = gate.angles
        if not isinstance(angle, Expression):
            return gate
        self.angles.append(angle)
        self.gates.append(gate.name)
        return replace(gate, angles=(Expression(((_name(len(self.angles) - 1),),)),))


def _single(gate: Gate) -> tuple[Gate, ...]:
    if gate.name != "u":
        return (gate,)
    theta, phi, lam = gate.angles
    steps = (("p", lam), ("ry", theta), ("p", phi))
    return tuple(Gate(name, gate.qubits, (angle,), gate.line) for name, angle in steps)


def rule(gate: str) -> Rule:
    """Return which parameter-shift rule holds for the angle of a gate.

    Generators with two eigenvalues, one apart, have two terms (Mitarai et al., Phys. Rev. A 98,
    032309, 2018; Schuld et al., Phys. Rev. A 99, 032331, 2019). Controlled rotations have the
    eigenvalues -1/2, 0 and 1/2, and four terms (Wierichs et al., Quantum 6, 677, 2022).
    """
    return "four-term" if gate in _FOUR_TERMS else "two-term"


@cache
def generator(gate: str) -> NDArray[np.complex128]:
    """Return G of a gate exp(-i angle G), in the order of qubits that Qiskit's matrices have."""
    one: NDArray[Any] = np.diag([0.0, 1.0]).astype(complex)
    half = {letter: matrix / 2 for letter, matrix in _paulis().items()}
    if gate == "p":
        return -one
    if gate == "cp":
        return -np.kron(one, one)
    if gate in _FOUR_TERMS:
        # the control is the first qubit, the least significant bit: the right factor
        return np.kron(half[gate[-1]], one)
    if len(gate) == len("rxx"):
        return 2 * np.kron(half[gate[-1]], half[gate[-1]])
    return half[gate[-1]]


def _paulis() -> dict[str, NDArray[np.complex128]]:
    return {
        "x": np.array([[0, 1], [1, 0]], complex),
        "y": np.array([[0, -1j], [1j, 0]]),
        "z": np.diag([1.0, -1.0]).astype(complex),
    }

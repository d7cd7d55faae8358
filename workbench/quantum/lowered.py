"""The small language that every engine is told a circuit in.

Qubits and classical bits are numbered as the circuit declares them, from 0. Gates have exactly the
matrices of Qiskit's standard library, global phase included; whatever is not among `GATES` has
become a `Matrix`. So an engine that does these right does every circuit right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from workbench.quantum.conditions import Condition
    from workbench.quantum.expressions import Expression

    Angle: TypeAlias = "float | Expression | NDArray[np.float64]"

__all__ = ["GATES", "Branch", "Gate", "Lowered", "Matrix", "Measure", "Op", "Reset", "While", "walk"]

GATES: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("id", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx", "sxdg"), (1, 0)),
    **dict.fromkeys(("p", "rx", "ry", "rz"), (1, 1)),
    "u": (1, 3),
    **dict.fromkeys(("cx", "cy", "cz", "ch", "swap", "iswap"), (2, 0)),
    **dict.fromkeys(("cp", "crx", "cry", "crz", "rxx", "ryy", "rzz"), (2, 1)),
    **dict.fromkeys(("ccx", "ccz", "cswap"), (3, 0)),
}
"""Name to the number of its qubits and of its angles, which are radians."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A standard gate.

    Attributes
    ----------
    name : str
        One of `GATES`.
    qubits : tuple of int
        Controls first, as in Qiskit.
    angles : tuple
        Radians: numbers; an `Expression` where a parameter is not bound; an array of one value a
        point where a sweep is computed at once.
    line : int or None
        Where it stands in the source, from 1.
    """

    name: str
    qubits: tuple[int, ...]
    angles: tuple[Angle, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Any unitary on at most three qubits.

    Attributes
    ----------
    qubits : tuple of int
        The first is the least significant bit of the matrix's indices, as in Qiskit.
    matrix : ndarray of complex, shape (2**k, 2**k)
        The unitary.
    label : str
        What the circuit calls it.
    line : int or None
        Where it stands in the source, from 1.
    """

    qubits: tuple[int, ...]
    matrix: NDArray[np.complex128]
    label: str = "unitary"
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """A measurement in the computational basis."""

    qubit: int
    clbit: int
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Reset:
    """Brings a qubit back to 0."""

    qubit: int
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """Operations that depend on classical bits."""

    condition: Condition
    then: tuple[Op, ...]
    otherwise: tuple[Op, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class While:
    """Operations that are done as long as a condition holds."""

    condition: Condition
    body: tuple[Op, ...]
    line: int | None = None


Op: TypeAlias = Gate | Matrix | Measure | Reset | Branch | While


def walk(ops: tuple[Op, ...]) -> Iterator[Op]:
    """Yield every operation, those inside branches and loops too."""
    for op in ops:
        yield op
        if isinstance(op, Branch):
            yield from walk(op.then)
            yield from walk(op.otherwise)
        elif isinstance(op, While):
            yield from walk(op.body)


@dataclass(frozen=True)
class Lowered:
    """A circuit in that language.

    Attributes
    ----------
    qubits, clbits : int
        How many there are.
    ops : tuple of Op
        In order. Barriers, delays and resets of untouched qubits have gone.
    phase : float
        Global phase, radians.
    parameters : tuple of str
        Names that are not bound yet, in the circuit's order.
    """

    qubits: int
    clbits: int
    ops: tuple[Op, ...]
    phase: float = 0.0
    parameters: tuple[str, ...] = ()

    @property
    def dynamic(self) -> bool:
        """Whether anything happens that depends on a measurement, or to a qubit after its own."""
        measured: set[int] = set()
        for op in self.ops:
            if isinstance(op, (Branch, While, Reset)):
                return True
            if isinstance(op, Measure):
                measured.add(op.qubit)
            elif measured.intersection(op.qubits):
                return True
        return False

    @property
    def readout(self) -> dict[int, int]:
        """Classical bit to the qubit that it shows at the end, where the circuit is not dynamic."""
        return {op.clbit: op.qubit for op in self.ops if isinstance(op, Measure)}

    def unmeasured(self) -> Lowered:
        """Return the circuit without its final measurements."""
        kept = tuple(op for op in self.ops if not isinstance(op, Measure))
        return replace(self, ops=kept, clbits=0)

    def shown(self) -> Lowered:
        """Return the circuit with every qubit measured at the end, where nothing was measured at all."""
        if any(isinstance(op, Measure) for op in walk(self.ops)):
            return self
        measures = tuple(Measure(qubit, qubit) for qubit in range(self.qubits))
        return replace(self, ops=self.ops + measures, clbits=self.qubits)

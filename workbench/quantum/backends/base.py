"""What every engine is: a lowered circuit in, amplitudes, probabilities or samples out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from workbench.quantum.lowered import Lowered
    from workbench.quantum.noise import Noise
    from workbench.quantum.observables import Observable

__all__ = ["Backend", "Outcome", "Precision", "Sweeping", "Task"]

Precision: TypeAlias = Literal["single", "double"]


@dataclass(frozen=True)
class Task:
    """What an engine is to do.

    Attributes
    ----------
    lowered : Lowered
        Every angle a number.
    shots : int or None
        Samples to draw where the engine itself has to; ``None`` asks for what is exact.
    seed : int
        Of the engine's own sampling, 0 to 2**31 - 1.
    precision : {"single", "double"}
        Of the amplitudes.
    noise : Noise or None
        What goes wrong on the way.
    """

    lowered: Lowered
    shots: int | None
    seed: int
    precision: Precision = "double"
    noise: Noise | None = None


@dataclass(frozen=True)
class Outcome:
    """What an engine answers: one of ``amplitudes``, ``probabilities`` and ``counts``.

    Attributes
    ----------
    amplitudes : ndarray of complex, shape (2**qubits,), or None
        The state before the final measurements, global phase included.
    probabilities : ndarray of float, shape (2**qubits,), or None
        Of each basis state before the final measurements: the diagonal of a density matrix.
    first : {"most", "least"}
        The significance of qubit 0 in the index of either.
    counts : dict of str to int, or None
        Samples by classical bits, bit 0 leftmost and no spaces; of a circuit without classical
        bits, by qubits, qubit 0 leftmost.
    meta : dict
        JSON facts about how it was done, such as ``{"method": "stabilizer"}``.
    """

    amplitudes: NDArray[np.complexfloating[Any, Any]] | None = None
    probabilities: NDArray[np.floating[Any]] | None = None
    first: Literal["most", "least"] = "most"
    counts: dict[str, int] | None = None
    meta: dict[str, Any] = field(default_factory=dict)

    def state(self, first: Literal["most", "least"] = "most") -> NDArray[np.complexfloating[Any, Any]]:
        """Return the amplitudes with qubit 0 of that significance."""
        amplitudes: Any = self.amplitudes
        if first == self.first:
            return amplitudes
        qubits = len(amplitudes).bit_length() - 1
        return amplitudes.reshape((2,) * qubits).transpose().reshape(-1)


@runtime_checkable
class Backend(Protocol):
    """An engine, found by the entry-point group ``workbench.circuit_backends``.

    It is made with the settings, and loads its library on first use. Every failure is raised as a
    `workbench.errors.WorkbenchError`.

    Attributes
    ----------
    name : str
        In the registry.
    precisions : frozenset of {"single", "double"}
        Those it computes in.
    """

    name: str
    precisions: frozenset[Precision]

    def available(self) -> str | None:
        """Return why this engine cannot be used now, or ``None`` when it can."""

    def refuses(self, task: Task) -> str | None:
        """Return, as one sentence that names the operation and its line, why it cannot do this."""

    def bytes_needed(self, task: Task) -> int:
        """Return the most memory that `run` takes for the task, in bytes."""

    def run(self, task: Task) -> Outcome:
        """Do it."""


@runtime_checkable
class Sweeping(Protocol):
    """An engine that computes expectation values of many parameter values at once."""

    def expectations(
        self, lowered: Lowered, values: NDArray[np.float64], observables: Sequence[Observable]
    ) -> NDArray[np.float64]:
        """Return exact expectation values.

        Parameters
        ----------
        lowered : Lowered
            With ``parameters`` not bound.
        values : ndarray, shape (points, len(lowered.parameters))
            Radians, columns as in ``lowered.parameters``.
        observables : sequence of Observable
            Sums of Pauli strings.

        Returns
        -------
        ndarray, shape (points, len(observables))
            Real.
        """

"""One noise and one circuit as one list of operations and channels, the same for every engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from workbench.quantum.lowered import Gate, Lowered, Matrix, Measure, Op, Reset
from workbench.quantum.noise.channels import Channel, NoisyOp, changed
from workbench.quantum.noise.folding import inverse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.quantum.noise.model import Noise

__all__ = ["After", "Program", "compact", "keeps_measurements", "noisy", "program", "repeated"]

After: TypeAlias = Callable[["Gate | Matrix | Reset"], Sequence[Channel]]


@dataclass(frozen=True)
class Program:
    """What engines with noise are told.

    Attributes
    ----------
    qubits, clbits : int
        How many there are: as many qubits as are touched, where a device has more.
    ops : tuple of operations and Channel
        In order.
    places : tuple of int
        Where each qubit of the circuit is at the end.
    misread : ndarray of float, shape (qubits, 2)
        Probabilities that 0 is told as 1, and 1 as 0.
    """

    qubits: int
    clbits: int
    ops: tuple[NoisyOp, ...]
    places: tuple[int, ...]
    misread: NDArray[np.float64]

    @property
    def read(self) -> NDArray[np.float64]:
        """The same by qubit of the circuit, shape (qubits of the circuit, 2)."""
        found: NDArray[np.float64] = self.misread[list(self.places)]
        return found


def keeps_measurements(lowered: Lowered, noise: Noise) -> bool:
    """Whether the engine itself has to measure: bits act back, or two of them read one qubit.

    Each of the two is misread on its own, which no distribution over qubits can say.
    """
    read = list(lowered.readout.values())
    return lowered.dynamic or (noise.misreads and len(set(read)) < len(read))


def program(lowered: Lowered, noise: Noise) -> Program:
    """Return what is to be computed.

    Parameters
    ----------
    lowered : Lowered
        Every angle a number. Its measurements stay where they are.
    noise : Noise
        What goes wrong. An operation on k qubits counts as one gate on k qubits, however large. Its
        channels come after it; a gate that is folded has them each time.

    Raises
    ------
    BadInput
        The noise model cannot be applied to this circuit.
    """
    if noise.kind == "rates":
        from workbench.quantum.noise.rates import of_rates as made
    elif noise.kind == "cirq":
        from workbench.quantum.noise.cirq_model import of_cirq as made
    elif noise.kind == "braket":
        from workbench.quantum.noise.braket_model import of_braket as made
    else:
        from workbench.quantum.noise.device_model import of_device as made
    found = made(lowered, noise)
    return found if noise.misread else replace(found, misread=np.zeros_like(found.misread))


def noisy(ops: Iterable[Op], after: After, folds: int) -> tuple[NoisyOp, ...]:
    """Return the operations with the channels that follow them, inside branches and loops too."""

    def with_channels(op: Any) -> list[NoisyOp]:
        if isinstance(op, Measure):
            return [op]
        channels = after(op)
        made = [op, *channels]
        if isinstance(op, Reset):
            return made
        for _ in range(folds // 2):
            made += [inverse(op), *channels, op, *channels]
        return made

    return changed(ops, with_channels)


def repeated(lowered: Lowered, folds: int) -> Lowered:
    """Return the circuit with its gates folded, and no channels: for models that bring their own."""
    ops: tuple[Any, ...] = noisy(lowered.ops, lambda _: (), folds)
    return replace(lowered, ops=ops)


def compact(
    lowered: Lowered,
    ops: tuple[NoisyOp, ...],
    layout: Sequence[int],
    misread: Callable[[int], Sequence[float]],
) -> Program:
    """Return a program on the physical qubits that are touched, numbered anew."""
    touched = sorted(_touched(ops) | set(layout))
    number = {physical: at for at, physical in enumerate(touched)}
    return Program(
        len(touched),
        lowered.clbits,
        _renumbered(ops, number),
        tuple(number[physical] for physical in layout),
        np.array([misread(physical) for physical in touched], float).reshape(-1, 2),
    )


def _touched(ops: Iterable[NoisyOp]) -> set[int]:
    found: set[int] = set()

    def look(op: Any) -> list[NoisyOp]:
        found.update((op.qubit,) if isinstance(op, Measure | Reset) else op.qubits)
        return []

    changed(ops, look)
    return found


def _renumbered(ops: Iterable[NoisyOp], number: dict[int, int]) -> tuple[NoisyOp, ...]:
    def moved(op: Any) -> list[NoisyOp]:
        if isinstance(op, Measure | Reset):
            return [replace(op, qubit=number[op.qubit])]
        return [replace(op, qubits=tuple(number[qubit] for qubit in op.qubits))]

    return changed(ops, moved)

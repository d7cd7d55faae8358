"""Gates and layers, counted without running anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.quantum.estimation.clifford_t import TURNS, expanded
from workbench.quantum.lowered import Gate, Matrix, walk

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from workbench.quantum.lowered import Lowered

__all__ = ["Layers", "counted"]

_PAIR = 2
_NOT_GATES = frozenset({"barrier", "measure", "reset", "delay"})


class Layers:
    """How deep the gates of one kind lie, where others only order them.

    Parameters
    ----------
    qubits : int
        How many there are.
    """

    def __init__(self, qubits: int) -> None:
        self._depths = [0] * qubits

    def add(self, qubits: Sequence[int], *, counts: bool) -> None:
        """Append a gate, which adds a layer or none."""
        depth = max(self._depths[qubit] for qubit in qubits) + counts
        for qubit in qubits:
            self._depths[qubit] = depth

    @property
    def depth(self) -> int:
        """Layers on the longest way."""
        return max(self._depths, default=0)


def counted(circuit: QuantumCircuit, lowered: Lowered) -> dict[str, Any]:
    """Return what there is in a circuit, as JSON values.

    Parameters
    ----------
    circuit : QuantumCircuit
        As it was written, of which the names are.
    lowered : Lowered
        The same, of which everything else is.
    """
    pairs = Layers(lowered.qubits)
    two = three = 0
    for op in walk(lowered.ops):
        if isinstance(op, Gate | Matrix):
            two += len(op.qubits) == _PAIR
            three += len(op.qubits) > _PAIR
            pairs.add(op.qubits, counts=len(op.qubits) >= _PAIR)
    named = {str(name): int(many) for name, many in circuit.count_ops().items()}
    return {
        "qubits": circuit.num_qubits,
        "clbits": circuit.num_clbits,
        "depth": int(circuit.depth()),
        "gates": {name: many for name, many in named.items() if name not in _NOT_GATES},
        "measurements": named.get("measure", 0),
        "two_qubit_gates": two,
        "three_qubit_gates": three,
        "two_qubit_depth": pairs.depth,
        "parameters": list(lowered.parameters),
        "dynamic": lowered.dynamic,
    } | _turns(lowered)


def _turns(lowered: Lowered) -> dict[str, Any]:
    layers = Layers(lowered.qubits)
    turns = rotations = 0
    for op in expanded(lowered.ops):
        name = op.name if isinstance(op, Gate) else ""
        turns += name in TURNS
        rotations += name == "rz"
        layers.add(op.qubits, counts=name in TURNS)
    return {
        "t_count": turns,
        "t_depth": layers.depth,
        "rotations": rotations,
        "clifford": turns + rotations == 0,
    }

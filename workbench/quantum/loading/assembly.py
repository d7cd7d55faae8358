"""A circuit of another library, rebuilt operation by operation."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput

if TYPE_CHECKING:
    from qiskit.circuit import ClassicalRegister, Clbit, QuantumCircuit

__all__ = ["Assembly", "refuse"]


def refuse(library: str, operation: Any, why: str, hint: str = "") -> BadInput:
    """Return the error for an operation that has no equal in the hub."""
    return BadInput(
        f"The operation {str(operation)[:80]!r} of the {library} circuit {why}.",
        hint,
        details={"field": "circuit"},
    )


class Assembly:
    """A circuit in the making.

    Parameters
    ----------
    qubits : iterable
        The library's own names of the qubits, in the order that they get.

    Attributes
    ----------
    circuit : QuantumCircuit
        One register ``q``, and what classical registers come to be.
    """

    def __init__(self, qubits: Iterable[Hashable]) -> None:
        from qiskit import QuantumCircuit, QuantumRegister

        self.places = {qubit: place for place, qubit in enumerate(qubits)}
        self.circuit: QuantumCircuit = QuantumCircuit(QuantumRegister(len(self.places), "q"))

    def on(self, qubits: Iterable[Any]) -> list[int]:
        """Return the places of qubits."""
        return [self.places[qubit] for qubit in qubits]

    def gate(self, name: str, qubits: Sequence[Any], *angles: Any) -> None:
        """Append a standard gate by the name of Qiskit's method."""
        getattr(self.circuit, name)(*angles, *self.on(qubits))

    def matrix(self, matrix: Any, qubits: Sequence[Any]) -> None:
        """Append a unitary whose first qubit is the most significant bit of its indices."""
        from qiskit.circuit.library import UnitaryGate

        self.circuit.append(UnitaryGate(matrix), self.on(reversed(qubits)))

    def controlled(
        self, inner: QuantumCircuit, controls: Sequence[Any], values: Sequence[int], on: Sequence[Any]
    ) -> None:
        """Append a circuit under control: each control is at its value, 0 or 1."""
        state = sum(int(value) << place for place, value in enumerate(values))
        # One gate alone keeps its name.
        lone = (
            len(inner.data) == 1 and not inner.global_phase and inner.data[0].operation.num_qubits == len(on)
        )
        gate = inner.data[0].operation if lone else inner.to_gate()
        targets = [on[inner.find_bit(bit).index] for bit in inner.data[0].qubits] if lone else on
        made = gate.control(len(controls), ctrl_state=state, annotated=False)
        self.circuit.append(made, self.on([*controls, *targets]))

    def phase(self, angle: Any) -> None:
        """Turn the global phase by an angle in radians."""
        self.circuit.global_phase += angle

    def register(self, name: str, size: int) -> ClassicalRegister:
        """Add a classical register."""
        from qiskit.circuit import ClassicalRegister

        made = ClassicalRegister(size, name)
        self.circuit.add_register(made)
        return made

    def measure(self, qubit: Any, bit: Clbit, inverted: bool = False) -> None:
        """Measure a qubit; ``inverted`` stores the other value and leaves the qubit as it is."""
        place = self.places[qubit]
        if inverted:
            self.circuit.x(place)
        self.circuit.measure(place, bit)
        if inverted:
            self.circuit.x(place)

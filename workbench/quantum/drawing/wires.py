"""The rows of a diagram: a line a qubit, a double line a classical register."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

__all__ = ["Wire", "Wires"]


@dataclass(frozen=True, slots=True)
class Wire:
    """A row.

    Attributes
    ----------
    name : str
        Such as ``q[0]``; a register's own name where it is classical.
    classical : bool
        Whether it is a double line.
    bits : int
        How many classical bits it stands for, or how many qubits that are not drawn one by one.
    rest : bool
        Whether it stands for all the qubits that there was no room for.
    """

    name: str
    classical: bool = False
    bits: int = 1
    rest: bool = False


@dataclass(slots=True)
class Wires:
    """The rows of a circuit, and which of them every bit lies on.

    Parameters
    ----------
    circuit : QuantumCircuit
        The hub.
    most : int
        Qubits that get a row of their own; the others share the one below.
    """

    circuit: QuantumCircuit
    most: int
    rows: list[Wire] = field(default_factory=list)
    _row: dict[Any, int] = field(default_factory=dict)
    _name: dict[Any, str] = field(default_factory=dict)
    _index: dict[Any, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for at, qubit in enumerate(self.circuit.qubits):
            self._name[qubit] = self._bit_name(qubit, at)
            self._row[qubit] = min(at, self.most)
        self.rows = [Wire(self._name[qubit]) for qubit in self.circuit.qubits[: self.most]]
        hidden = self.circuit.num_qubits - self.most
        if hidden > 0:
            self.rows.append(Wire(f"… {hidden:,} more", bits=hidden, rest=True))
        self._add_classical()

    def _bit_name(self, bit: Any, at: int) -> str:
        places = self.circuit.find_bit(bit).registers
        if not places:
            return str(at)
        register, index = places[0]
        return f"{register.name}[{index}]"

    def _add_classical(self) -> None:
        rows: dict[str, int] = {}
        for at, bit in enumerate(self.circuit.clbits):
            self._name[bit] = self._bit_name(bit, at)
            places = self.circuit.find_bit(bit).registers
            name, size = (places[0][0].name, places[0][0].size) if places else (f"bit {at}", 1)
            if name not in rows:
                rows[name] = len(self.rows)
                self.rows.append(Wire(name, classical=True, bits=size))
            self._row[bit] = rows[name]
            self._index[bit] = str(places[0][1]) if places else ""

    @property
    def qubit_rows(self) -> int:
        """How many rows hold qubits."""
        return sum(not wire.classical for wire in self.rows)

    def row(self, bit: Any) -> int:
        """Return the row of a qubit or a classical bit."""
        return self._row[bit]

    def name(self, bit: Any) -> str:
        """Return the name of a qubit or a classical bit, such as ``c[0]``."""
        return self._name.get(bit, "bit")

    def index(self, bit: Any) -> str:
        """Return where a classical bit stands in its register."""
        return self._index[bit]

    def shown(self, bit: Any) -> bool:
        """Whether a bit has a row that it does not share with qubits there is no room for."""
        return not self.rows[self._row[bit]].rest

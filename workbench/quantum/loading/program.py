"""What loading a circuit gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qiskit.circuit import QuantumCircuit

__all__ = ["Program"]


@dataclass(frozen=True)
class Program:
    """A circuit, and where it came from.

    Attributes
    ----------
    circuit : QuantumCircuit
        In the form that everything else works on.
    dialect : {"qasm2", "qasm3", "qiskit", "cirq", "pennylane", "braket"}
        What it was written in.
    source : str or None
        The text, where it came as one.
    lines : tuple of int or None
        The source line of each entry of ``circuit.data``, from 1; ``None`` where it has none.
    observables : tuple of str
        Whose expectation values it asked for: sums of Pauli strings, ``"Z0*X1 + 0.5*Y2"``.
    """

    circuit: QuantumCircuit
    dialect: str
    source: str | None = None
    lines: tuple[int | None, ...] = ()
    observables: tuple[str, ...] = ()

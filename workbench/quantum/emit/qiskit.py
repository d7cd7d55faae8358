"""Lowered circuits as Qiskit's."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache, reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.quantum.conditions import Condition
from workbench.quantum.expressions import Expression
from workbench.quantum.lowered import GATES, Branch, Gate, Lowered, Matrix, Measure, Op, Reset, While
from workbench.quantum.unitaries import gate_matrix, standard_gates

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

__all__ = ["AER", "refusal", "to_qiskit"]

AER = frozenset(GATES) - {"ccz", "ch", "crx", "cry", "crz", "cswap", "iswap"}
"""The gates that every dense method of Aer knows without transpiling."""


def refusal(lowered: Lowered) -> str | None:  # noqa: ARG001
    """Return ``None``: Qiskit says all of it."""
    return None


def to_qiskit(lowered: Lowered, names: Collection[str] = GATES) -> QuantumCircuit:
    """Return the circuit on one quantum register ``q`` and one classical register ``c``.

    Parameters
    ----------
    lowered : Lowered
        Of any kind.
    names : collection of str
        The gates that may be named; others whose angles are numbers become `UnitaryGate`. For
        Aer without transpiling, `AER`.

    Returns
    -------
    QuantumCircuit
        Its gates are Qiskit's own and `UnitaryGate` on at most three qubits. Parameters keep their
        names; those of a vector are single ones, so bind by name and never by position.

    Raises
    ------
    Refused
        For a condition on more than 12 classical bits that is no comparison with one number.
    """
    from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
    from qiskit.circuit import Parameter

    circuit = QuantumCircuit(QuantumRegister(lowered.qubits, "q"), global_phase=lowered.phase)
    if lowered.clbits:
        circuit.add_register(ClassicalRegister(lowered.clbits, "c"))
    parameters = {name: Parameter(name) for name in lowered.parameters}
    emission = _Emission(circuit.qubits, circuit.clbits, parameters, names)
    emission.fill(circuit, lowered.ops)
    return circuit


@cache
def _plain(name: str) -> Any:
    return standard_gates()[name]()


class _Emission:
    def __init__(
        self, qubits: list[Any], clbits: list[Any], parameters: dict[str, Any], names: Collection[str]
    ) -> None:
        self.qubits = qubits
        self.clbits = clbits
        self.parameters = parameters
        self.names = names
        self.unitaries: dict[int, Any] = {}

    def fill(self, circuit: Any, ops: tuple[Op, ...]) -> None:
        """Append operations to a circuit that has their bits."""
        from qiskit.circuit import CircuitInstruction

        for op in ops:
            operation, qubits, clbits = self._one(op)
            # What `append` would check has been checked by whoever made the operations.
            circuit._append(CircuitInstruction(operation, qubits, clbits))  # noqa: SLF001

    def _one(self, op: Op) -> tuple[Any, list[Any], list[Any]]:
        from qiskit.circuit import Measure as QiskitMeasure
        from qiskit.circuit import Reset as QiskitReset

        match op:
            case Gate(name=name, qubits=qubits, angles=angles):
                return self._gate(name, angles), [self.qubits[qubit] for qubit in qubits], []
            case Matrix(qubits=qubits, matrix=matrix, label=label):
                return self._unitary(matrix, label), [self.qubits[qubit] for qubit in qubits], []
            case Measure(qubit=qubit, clbit=clbit):
                return QiskitMeasure(), [self.qubits[qubit]], [self.clbits[clbit]]
            case Reset(qubit=qubit):
                return QiskitReset(), [self.qubits[qubit]], []
            case _:
                return self._flow(op)

    def _gate(self, name: str, angles: tuple[Any, ...]) -> Any:
        unbound = any(isinstance(angle, Expression) for angle in angles)
        if name not in self.names and not unbound:
            return self._unitary(gate_matrix(name, angles), name)
        if not angles:
            return _plain(name)
        return standard_gates()[name](*(self._angle(angle) for angle in angles))

    def _angle(self, angle: Any) -> Any:
        return angle.value(self.parameters) if isinstance(angle, Expression) else angle

    def _unitary(self, matrix: Any, label: str) -> Any:
        from qiskit.circuit.library import UnitaryGate

        if id(matrix) not in self.unitaries:
            # Aer silently transposes a matrix that cannot be written to, and this one is shared.
            own = np.array(matrix, order="C")
            # The matrix is kept too, so that no other gets its identity.
            self.unitaries[id(matrix)] = UnitaryGate(own, label=label, check_input=False), matrix
        return self.unitaries[id(matrix)][0]

    def _flow(self, op: Branch | While) -> tuple[Any, list[Any], list[Any]]:
        from qiskit import QuantumCircuit
        from qiskit.circuit import IfElseOp, WhileLoopOp

        used, read = _used(op)
        qubits = [self.qubits[qubit] for qubit in sorted(used)]
        clbits = [self.clbits[clbit] for clbit in sorted(read)]

        def block(ops: tuple[Op, ...]) -> Any:
            body = QuantumCircuit(qubits, clbits)
            self.fill(body, ops)
            return body

        condition = self._condition(op.condition)
        if isinstance(op, While):
            return WhileLoopOp(condition, block(op.body)), qubits, clbits
        otherwise = block(op.otherwise) if op.otherwise else None
        return IfElseOp(condition, block(op.then), otherwise), qubits, clbits

    def _condition(self, condition: Condition) -> Any:
        from qiskit.circuit.classical import expr

        rows = condition.rows
        if len(rows) == 1 and len(rows[0]) == 1:
            ((bit, value),) = rows[0].items()
            return self.clbits[bit], value

        def literal(bit: int, value: int) -> Any:
            lifted = expr.lift(self.clbits[bit])
            return lifted if value else expr.logic_not(lifted)

        terms = [reduce(expr.logic_and, [literal(*item) for item in row.items()]) for row in rows if row]
        if len(terms) < len(rows):
            return expr.lift(True)
        return reduce(expr.logic_or, terms) if terms else expr.lift(False)


def _used(op: Branch | While) -> tuple[set[int], set[int]]:
    """Return the qubits and the classical bits that an operation and those inside it touch."""
    qubits: set[int] = set()
    clbits = set(op.condition.bits)
    for inner in op.body if isinstance(op, While) else op.then + op.otherwise:
        if isinstance(inner, (Branch, While)):
            more, read = _used(inner)
            qubits |= more
            clbits |= read
        elif isinstance(inner, Measure):
            qubits.add(inner.qubit)
            clbits.add(inner.clbit)
        else:
            qubits.update((inner.qubit,) if isinstance(inner, Reset) else inner.qubits)
    return qubits, clbits

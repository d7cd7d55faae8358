"""Lowered circuits as Cirq's."""

from __future__ import annotations

import cmath
from collections.abc import Callable
from functools import cache
from math import pi
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.quantum.emit.classical import feedback
from workbench.quantum.emit.refusing import has_arrays, named, refuse, turns, unbound
from workbench.quantum.lowered import Branch, Gate, Lowered, Matrix, Measure, Op, Reset, While, walk
from workbench.quantum.unitaries import gate_matrix

if TYPE_CHECKING:
    import cirq

    from workbench.quantum.conditions import Condition

__all__ = ["refusal", "to_cirq"]


def refusal(lowered: Lowered) -> str | None:
    """Return why Cirq cannot say a circuit, or ``None``: loops, and measurements inside branches."""
    swept = has_arrays(lowered)
    if swept is not None:
        return f"Cirq takes one number an angle, and {named(swept)} has an array."
    for op in lowered.ops:
        if isinstance(op, While):
            return f"Cirq has no loop on classical bits, and there is {named(op)}."
        if isinstance(op, Branch):
            for inner in walk(op.then + op.otherwise):
                if isinstance(inner, (Measure, While)):
                    return f"Cirq does only gates and resets inside an if, and {named(inner)} is neither."
    return unbound(lowered)


def to_cirq(lowered: Lowered) -> cirq.Circuit:
    """Return the circuit on ``LineQubit`` 0 to ``qubits - 1``.

    Classical bit i is the measurement key ``ci``; measured more than once, the last record counts. A
    qubit that nothing is done to does not appear: give the simulator ``LineQubit.range(qubits)`` as
    its qubit order. The global phase is a gate on qubit 0. Unmeasured and static, it holds only gates
    that qsim takes as they are.

    Raises
    ------
    BadInput
        With the sentence of `refusal`.
    """
    import cirq

    refuse(lowered, refusal)
    emission = _Emission(cirq.LineQubit.range(lowered.qubits))
    emission.phase(lowered.phase)
    emission.add(lowered.ops, ())
    return cirq.Circuit(emission.operations)


class _Emission:
    def __init__(self, qubits: list[Any]) -> None:
        self.qubits = qubits
        self.operations: list[Any] = []
        self.measured: set[int] = set()
        self.matrices: dict[int, Any] = {}

    def phase(self, phase: float) -> None:
        if self.qubits and turns(phase):
            self.operations.append(_matrix_gate(cmath.exp(1j * phase) * np.eye(2)).on(self.qubits[0]))

    def add(self, ops: tuple[Op, ...], conditions: tuple[Any, ...]) -> None:
        import cirq

        for op in ops:
            match op:
                case Gate(name=name, angles=angles, qubits=at):
                    made = _gate(name, angles, at, self.qubits)
                case Matrix(qubits=at, matrix=matrix):
                    made = self._matrix(matrix).on(*[self.qubits[qubit] for qubit in reversed(at)])
                case Measure(qubit=qubit, clbit=clbit):
                    self.measured.add(clbit)
                    made = cirq.measure(self.qubits[qubit], key=f"c{clbit}")
                case Reset(qubit=qubit):
                    made = cirq.ResetChannel().on(self.qubits[qubit])
                case Branch():
                    self._branch(op, conditions)
                    continue
            self.operations.append(made.with_classical_controls(*conditions) if conditions else made)

    def _branch(self, op: Branch, conditions: tuple[Any, ...]) -> None:
        """Add both sides, each under its condition; bits that were never measured are 0."""
        for condition, ops in ((op.condition, op.then), (op.condition.negated(), op.otherwise)):
            known = self.measured.intersection(condition.bits)
            if not ops:
                continue
            if known:
                self.add(ops, (*conditions, _control(condition, known)))
            elif condition.evaluate(dict.fromkeys(condition.bits, 0)):
                self.add(ops, conditions)

    def _matrix(self, matrix: Any) -> Any:
        if id(matrix) not in self.matrices:
            self.matrices[id(matrix)] = _matrix_gate(matrix)
        return self.matrices[id(matrix)]


def _control(condition: Condition, known: set[int]) -> Any:
    return feedback()(condition, tuple(sorted(known)))


def _gate(name: str, angles: tuple[Any, ...], at: tuple[int, ...], qubits: list[Any]) -> Any:
    if not angles:
        gate = _plain().get(name)
        if gate is not None:
            return gate.on(*[qubits[qubit] for qubit in at])
    elif name in _turning():
        return _turning()[name](*angles).on(*[qubits[qubit] for qubit in at])
    # Cirq's first qubit is the most significant.
    return _matrix_gate(gate_matrix(name, angles)).on(*[qubits[qubit] for qubit in reversed(at)])


def _matrix_gate(matrix: Any) -> Any:
    import cirq

    return cirq.MatrixGate(matrix, unitary_check=False)


@cache
def _plain() -> dict[str, Any]:
    import cirq

    return {
        "id": cirq.I,
        "x": cirq.X,
        "y": cirq.Y,
        "z": cirq.Z,
        "h": cirq.H,
        "s": cirq.S,
        "sdg": cirq.S**-1,
        "t": cirq.T,
        "tdg": cirq.T**-1,
        "sx": cirq.X**0.5,
        "sxdg": cirq.X**-0.5,
        "cx": cirq.CNOT,
        "cz": cirq.CZ,
        "swap": cirq.SWAP,
        "iswap": cirq.ISWAP,
        "ccx": cirq.CCNOT,
        "ccz": cirq.CCZ,
        "cswap": cirq.CSWAP,
    }


@cache
def _turning() -> dict[str, Callable[[float], Any]]:
    import cirq

    def power(kind: Any, shift: float) -> Callable[[float], Any]:
        return lambda angle: kind(exponent=angle / pi, global_shift=shift)

    return {
        "p": power(cirq.ZPowGate, 0.0),
        "cp": power(cirq.CZPowGate, 0.0),
        "rx": cirq.rx,
        "ry": cirq.ry,
        "rz": cirq.rz,
        "rxx": power(cirq.XXPowGate, -0.5),
        "ryy": power(cirq.YYPowGate, -0.5),
        "rzz": power(cirq.ZZPowGate, -0.5),
    }

"""Cirq's circuits."""

from __future__ import annotations

import math
from contextlib import ExitStack
from functools import cache
from typing import Any

from workbench.errors import BadInput
from workbench.quantum.loading.assembly import Assembly, refuse
from workbench.quantum.loading.cirq_powers import power
from workbench.quantum.loading.program import Program
from workbench.quantum.loading.symbols import angle

__all__ = ["read"]

_LARGEST = 4


def read(circuit: Any) -> Program:
    """Read a ``cirq.Circuit``: q[0] is the first of its sorted qubits.

    A measurement key becomes a register of that name, its first qubit bit 0. What has no name in
    Qiskit is kept as its matrix up to four qubits, and above that decomposed by Cirq.
    """
    import cirq

    if not isinstance(circuit, cirq.AbstractCircuit):
        raise BadInput(f"{type(circuit).__name__!r} of Cirq is not a circuit.", details={"field": "circuit"})
    for op in circuit.all_operations():
        if isinstance(op.untagged, cirq.CircuitOperation) and op.untagged.repeat_until is not None:
            raise refuse("Cirq", op, "repeats until a measurement", "Write the loop in OpenQASM 3.")
    flat = cirq.unroll_circuit_op(circuit, deep=True, tags_to_check=None)
    reader = _Reader(sorted(flat.all_qubits()))
    for op in flat.all_operations():
        reader.add(op.untagged)
    return Program(reader.circuit, "cirq", lines=(None,) * len(reader.circuit.data))


@cache
def _named() -> dict[Any, str]:
    import cirq

    return {
        cirq.I: "id",
        cirq.X: "x",
        cirq.Y: "y",
        cirq.Z: "z",
        cirq.H: "h",
        cirq.S: "s",
        cirq.S**-1: "sdg",
        cirq.T: "t",
        cirq.T**-1: "tdg",
        cirq.X**0.5: "sx",
        cirq.X**-0.5: "sxdg",
        cirq.CNOT: "cx",
        cirq.CZ: "cz",
        cirq.SWAP: "swap",
        cirq.ISWAP: "iswap",
        cirq.CCNOT: "ccx",
        cirq.CCZ: "ccz",
        cirq.CSWAP: "cswap",
    }


class _Reader(Assembly):
    def add(self, op: Any) -> None:
        """Append one operation."""
        import cirq

        if any(size != 2 for size in cirq.qid_shape(op)):  # noqa: PLR2004
            raise refuse("Cirq", op, "acts on more than two levels")
        if isinstance(op, cirq.ClassicallyControlledOperation):
            self._conditional(op)
        elif isinstance(op.gate, cirq.MeasurementGate):
            self._measurement(op)
        elif isinstance(op.gate, cirq.ResetChannel):
            self.circuit.reset(self.on(op.qubits))
        elif isinstance(op.gate, cirq.GlobalPhaseGate):
            self._turn(op)
        elif cirq.is_parameterized(op):
            self._symbolic(op)
        else:
            self._numeric(op)

    def _turn(self, op: Any) -> None:
        import cirq

        if cirq.is_parameterized(op):
            raise refuse("Cirq", op, "is a global phase with a parameter", "Leave it out: it has no effect.")
        value = complex(op.gate.coefficient)
        self.phase(math.atan2(value.imag, value.real))

    def _numeric(self, op: Any) -> None:
        import cirq

        if isinstance(op.gate, cirq.IdentityGate):
            self.circuit.id(self.on(op.qubits))
        elif not self._known(op):
            if power(self, op, angle):
                return
            matrix = cirq.unitary(op, None) if len(op.qubits) <= _LARGEST else None
            if matrix is not None:
                self.matrix(matrix, op.qubits)
            else:
                self._parts(op)

    def _known(self, op: Any) -> bool:
        try:
            name = _named().get(op.gate)
        except TypeError:
            return False
        if name is not None:
            self.gate(name, op.qubits)
        return name is not None

    def _symbolic(self, op: Any) -> None:
        if not power(self, op, angle):
            self._parts(op)

    def _parts(self, op: Any) -> None:
        import cirq

        if isinstance(op.gate, cirq.ControlledGate) and isinstance(
            op.gate.control_values, cirq.ProductOfSums
        ):
            values = [choices[0] for choices in op.gate.control_values if len(choices) == 1]
            if len(values) == op.gate.num_controls():
                self._under(op, values)
                return
        parts = cirq.decompose_once(op, None, context=cirq.DecompositionContext(cirq.SimpleQubitManager()))
        if parts is None or not {qubit for part in parts for qubit in part.qubits} <= set(self.places):
            if cirq.has_unitary(op) or cirq.is_parameterized(op):
                raise refuse(
                    "Cirq", op, "has no parts that could be told", "Decompose it, or bind its symbols."
                )
            raise refuse("Cirq", op, "is not unitary", "Noise is given to the run, not in the circuit.")
        for part in parts:
            self.add(part.untagged)

    def _under(self, op: Any, values: list[int]) -> None:
        controls, targets = op.qubits[: len(values)], op.qubits[len(values) :]
        inner = _Reader(targets)
        inner.add(op.gate.sub_gate.on(*targets))
        self.controlled(inner.circuit, controls, values, targets)

    def _measurement(self, op: Any) -> None:
        import cirq

        name = str(cirq.measurement_key_obj(op))
        if op.gate.confusion_map:
            raise refuse("Cirq", op, "has a confusion map", "Give the error of the read-out to the run.")
        if any(register.name == name for register in self.circuit.cregs):
            raise refuse("Cirq", op, f"measures the key {name!r} again", "Give each measurement its own key.")
        bits = self.register(name, len(op.qubits))
        for qubit, bit, inverted in zip(op.qubits, bits, op.gate.full_invert_mask(), strict=True):
            self.measure(qubit, bit, inverted)

    def _conditional(self, op: Any) -> None:
        with ExitStack() as stack:
            for control in sorted(op.classical_controls, key=str):
                stack.enter_context(self.circuit.if_test(self._condition(op, control)))
            self.add(op.without_classical_controls().untagged)

    def _condition(self, op: Any, control: Any) -> Any:
        import cirq
        from qiskit.circuit.classical import expr

        registers = {register.name: register for register in self.circuit.cregs}
        if isinstance(control, cirq.KeyCondition) and control.index in {-1, 0}:
            bits = registers[str(control.key)]
            return (bits[0], 1) if len(bits) == 1 else expr.not_equal(bits, 0)
        if isinstance(control, cirq.BitMaskKeyCondition) and control.index in {-1, 0}:
            bits = registers[str(control.key)]
            # Cirq's first qubit is the most significant of the number.
            target = _reversed(control.target_value, len(bits))
            mask = (1 << len(bits)) - 1 if control.bitmask is None else _reversed(control.bitmask, len(bits))
            compare = expr.equal if control.equal_target else expr.not_equal
            return compare(expr.bit_and(bits, mask), target)
        raise refuse("Cirq", op, f"depends on {control}", "Take a measurement key, or a bit mask of one.")


def _reversed(number: int, width: int) -> int:
    return int(format(number, f"0{width}b")[::-1], 2)

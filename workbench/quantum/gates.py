"""Any of Qiskit's gates, as `Gate` and `Matrix` operations with the same matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeAlias

from workbench.errors import BadInput
from workbench.quantum.expressions import Expression
from workbench.quantum.lowered import GATES, Gate, Matrix
from workbench.quantum.replaying import real
from workbench.quantum.rewriting import SEQUENCES
from workbench.quantum.synthesis import power_of, synthesised
from workbench.quantum.unitaries import controlled, standard_gates, unitary

__all__ = ["GateLowering", "angle", "check_many"]

MOST_OPERATIONS = 1_000_000
"""What opening a circuit's gates and loops may add to it."""

_Unitary: TypeAlias = Gate | Matrix
_SMALL = 3
# Their matrices say less than the steps that they are made of, or are not what they stand for.
_BY_DEFINITION = frozenset({"PauliGate", "PermutationGate", "PauliEvolutionGate"})


def angle(value: Any) -> float | Expression:
    """Return an angle of Qiskit's as a number, or as an `Expression` while parameters are unbound."""
    if isinstance(value, float):
        return value
    return Expression.from_qiskit(value) if getattr(value, "parameters", None) else real(value)


@dataclass(frozen=True)
class _Piece:
    """A gate on its own qubits, from 0."""

    ops: tuple[_Unitary, ...]
    phase: float = 0.0


class GateLowering:
    """Lowers the gates of one circuit, each definition once.

    Attributes
    ----------
    phase : float
        What the gates so far add to the global phase, radians.
    """

    def __init__(self) -> None:
        self.phase = 0.0
        self._pieces: dict[Any, tuple[Any, _Piece]] = {}

    def turn(self, phase: Any) -> None:
        """Add to the global phase; one that depends on an unbound parameter is left out."""
        if not getattr(phase, "parameters", None):
            self.phase += real(phase)

    @staticmethod
    def whole(operation: Any) -> bool:
        """Return whether it is a unitary that `lower` takes."""
        return isinstance(operation, _unitary_kinds())

    def lower(self, operation: Any, at: tuple[int, ...], line: int | None) -> list[_Unitary]:
        """Return a gate's operations on these qubits, and add its global phase."""
        piece = self._piece(operation, line)
        self.phase += piece.phase
        return [_placed(op, at, line) for op in piece.ops]

    def _piece(self, operation: Any, line: int | None) -> _Piece:
        key = _key(operation)
        if key not in self._pieces:
            # The operation is kept, as its identity is part of the key.
            self._pieces[key] = (operation, self._made(operation, line))
        return self._pieces[key][1]

    def _made(self, operation: Any, line: int | None) -> _Piece:
        from qiskit.circuit import AnnotatedOperation, ControlledGate

        if isinstance(operation, AnnotatedOperation):
            return self._annotated(operation, line)
        if isinstance(operation, ControlledGate) and not _closed(operation):
            return self._open_controls(operation, line)
        name = _names().get(getattr(operation, "base_class", type(operation)))
        if name is not None:
            piece = _standard(name, operation.params)
            if piece is not None:
                return piece
        if operation.num_qubits <= _SMALL and not _unbound(operation):
            if isinstance(operation, ControlledGate):
                base = self._matrix(operation.base_gate, line)
                return _as_matrix(operation, controlled(base, operation.num_ctrl_qubits))
            if _has_matrix(operation):
                return _as_matrix(operation, operation.to_matrix())
        return self._defined(operation, line)

    def _matrix(self, operation: Any, line: int | None) -> Any:
        piece = self._piece(operation, line)
        return unitary(piece.ops, operation.num_qubits, piece.phase)

    def _open_controls(self, operation: Any, line: int | None) -> _Piece:
        """Turn the qubits that have to be 0 over, before and after the same gate with closed controls."""
        count, state = operation.num_ctrl_qubits, operation.ctrl_state
        closed = operation.to_mutable()
        closed.ctrl_state = 2**count - 1
        flips = tuple(Gate("x", (control,)) for control in range(count) if not state >> control & 1)
        piece = self._piece(closed, line)
        return _Piece((*flips, *piece.ops, *flips), piece.phase)

    def _annotated(self, operation: Any, line: int | None) -> _Piece:
        from qiskit.circuit import ControlModifier, InverseModifier

        result = operation.base_op
        if not hasattr(result, "control"):
            result = result.to_instruction()
        for modifier in operation.modifiers:
            if isinstance(modifier, InverseModifier):
                result = result.inverse()
            elif isinstance(modifier, ControlModifier):
                result = result.control(
                    modifier.num_ctrl_qubits, ctrl_state=modifier.ctrl_state, annotated=False
                )
            else:
                result = self._raised(result, modifier.power, line)
        return self._piece(result, line)

    def _raised(self, operation: Any, power: float, line: int | None) -> Any:
        from qiskit.circuit.library import UnitaryGate

        if operation.num_qubits > _SMALL or _unbound(operation):
            return operation.power(power, annotated=False)
        return UnitaryGate(power_of(self._matrix(operation, line), power), label=operation.name)

    def _defined(self, operation: Any, line: int | None) -> _Piece:
        definition = operation.definition if hasattr(operation, "definition") else operation.to_circuit()
        if definition is None:
            return self._undefined(operation, line)
        return self._gathered(definition, operation, line)

    def _gathered(self, definition: Any, operation: Any, line: int | None) -> _Piece:
        inner = GateLowering()
        inner._pieces = self._pieces
        inner.turn(definition.global_phase)
        place = {qubit: number for number, qubit in enumerate(definition.qubits)}
        ops: list[_Unitary] = []
        for instruction in definition.data:
            at = tuple([place[qubit] for qubit in instruction.qubits])
            if instruction.is_standard_gate() and instruction.name in GATES:
                ops.append(Gate(instruction.name, at, tuple(map(angle, instruction.params))))
            elif self.whole(instruction.operation) or _steps(instruction):
                ops.extend(inner.lower(instruction.operation, at, line))
                check_many(len(ops), line)
            elif instruction.name not in ("barrier", "delay"):
                raise _not_unitary(operation, instruction.name, line)
        return _Piece(tuple(ops), inner.phase)

    def _undefined(self, operation: Any, line: int | None) -> _Piece:
        if operation.num_qubits <= _SMALL and not _unbound(operation) and hasattr(operation, "__array__"):
            return _as_matrix(operation, operation.to_matrix())
        circuit = synthesised(operation)
        if circuit is not None:
            return self._gathered(circuit, operation, line)
        where = "" if line is None else f" in line {line}"
        raise BadInput(
            f"The gate {operation.name} on {operation.num_qubits} qubits{where} is opaque: "
            "it has no definition.",
            "Give it a definition, or a matrix on at most three qubits.",
            details={"field": "circuit", "line": line, "operation": operation.name},
        )


def check_many(count: int, line: int | None) -> None:
    """Refuse a circuit that is short to write and would fill the memory when its gates are opened.

    Raises
    ------
    BadInput
        They are more than `MOST_OPERATIONS`.
    """
    if count > MOST_OPERATIONS:
        where = "" if line is None else f" at line {line}"
        raise BadInput(
            f"Written out, gates and loops are more than {MOST_OPERATIONS:,} operations{where}.",
            "Nest gates and loops less deeply.",
            details={"field": "circuit", "line": line},
        )


@cache
def _names() -> dict[type[Any], str]:
    return {kind: name for name, kind in standard_gates().items()}


@cache
def _unitary_kinds() -> tuple[type[Any], ...]:
    from qiskit.circuit import AnnotatedOperation, Gate
    from qiskit.quantum_info import Clifford

    return (Gate, AnnotatedOperation, Clifford)


def _steps(instruction: Any) -> bool:
    """Return whether it is an instruction that is made of gates, as far as can be seen from outside."""
    operation = instruction.operation
    return not instruction.clbits and getattr(operation, "definition", None) is not None


def _key(operation: Any) -> Any:
    """Return what two gates share only if they have one definition."""
    base = getattr(operation, "base_class", type(operation))
    if base in _names() and _closed(operation):
        return base, operation.num_qubits, tuple(operation.params)
    # What an OpenQASM 2 program defines knows the gates that stood above it, one list for all its uses.
    # A copy of it has an empty one, which is the same for every copy of anything.
    above = getattr(operation, "_gates", None)
    return (id(above), operation.name, tuple(operation.params)) if above else id(operation)


def _closed(operation: Any) -> bool:
    controls = getattr(operation, "num_ctrl_qubits", 0)
    return not controls or operation.ctrl_state == 2**controls - 1


def _standard(name: str, params: Sequence[Any]) -> _Piece | None:
    if name == "global_phase":
        phase = params[0]
        return _Piece((), 0.0 if getattr(phase, "parameters", None) else real(phase))
    if name == "u" and len(params) > GATES[name][1]:
        # Qiskit leaves its cu's fourth angle, a phase, on the u inside it.
        return _Piece((Gate("u", (0,), tuple(map(angle, params[:3]))),), real(params[3]))
    if name in GATES:
        return _Piece((Gate(name, tuple(range(GATES[name][0])), tuple(map(angle, params))),))
    if name in SEQUENCES:
        steps = SEQUENCES[name](*params)
        return _Piece(tuple(Gate(step, at, tuple(map(angle, angles))) for step, at, angles in steps))
    return None


def _placed(op: _Unitary, at: tuple[int, ...], line: int | None) -> _Unitary:
    qubits = tuple([at[qubit] for qubit in op.qubits])
    if isinstance(op, Gate):
        return Gate(op.name, qubits, op.angles, line)
    return replace(op, qubits=qubits, line=line)


def _as_matrix(operation: Any, matrix: Any) -> _Piece:
    import numpy as np

    value = np.array(matrix, dtype=np.complex128, order="C")
    label = getattr(operation, "label", None) or operation.name
    return _Piece((Matrix(tuple(range(operation.num_qubits)), value, label),))


def _has_matrix(operation: Any) -> bool:
    kind = getattr(operation, "base_class", type(operation))
    library = kind.__module__.startswith("qiskit.circuit.library")
    return library and kind.__name__ not in _BY_DEFINITION and hasattr(operation, "__array__")


def _unbound(operation: Any) -> bool:
    return any(getattr(value, "parameters", None) for value in getattr(operation, "params", ()))


def _not_unitary(operation: Any, inner: str, line: int | None) -> BadInput:
    where = "" if line is None else f" in line {line}"
    return BadInput(
        f"The gate {operation.name}{where} holds {inner}, and a gate holds gates only.",
        "Make it an instruction instead of a gate.",
        details={"field": "circuit", "line": line, "operation": operation.name},
    )

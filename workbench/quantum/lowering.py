"""From Qiskit's circuits, which can hold anything, to the few operations that every engine is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.quantum.conditions import Condition
from workbench.quantum.gates import GateLowering, angle, check_many
from workbench.quantum.lowered import GATES, Branch, Gate, Lowered, Measure, Op, Reset, While

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

__all__ = ["lower"]

_ROUND = 20
"""Operations that a round of a loop counts for beside its own, as it takes as long."""
_NOTHING = frozenset({"Barrier", "Delay"})


def lower(circuit: QuantumCircuit, lines: Sequence[int | None] = ()) -> Lowered:
    """Return a circuit in the language of `workbench.quantum.lowered`.

    Gates outside it become ones inside it with the same matrix, global phase included: known ones by
    identities, custom ones by their definitions, whatever else acts on at most three qubits by its
    matrix, and larger ones by the definition or synthesis that Qiskit gives. A gate that stands for
    an evolution is what its own synthesis makes of it, as on every Qiskit engine. ``for`` and
    ``switch`` are unrolled.

    Parameters
    ----------
    circuit : QuantumCircuit
        With any of Qiskit's library; parameters may be unbound.
    lines : sequence of int or None
        Where each of ``circuit.data`` stands in the source, from 1; empty where there is none.

    Returns
    -------
    Lowered
        A global phase that depends on an unbound parameter is left out: it changes no probability
        and no expectation value.

    Raises
    ------
    BadInput
        Naming the operation and its line, for variables, ``break``, ``continue`` and whatever has
        neither matrix nor definition.
    """
    lowering = _Lowering(len(circuit.data))
    lowering.circuit(circuit, range(circuit.num_qubits), range(circuit.num_clbits), lines)
    return Lowered(
        qubits=circuit.num_qubits,
        clbits=circuit.num_clbits,
        ops=tuple(lowering.ops),
        phase=lowering.gates.phase,
        parameters=tuple(parameter.name for parameter in circuit.parameters),
    )


class _Lowering:
    def __init__(self, written: int) -> None:
        self.written = written
        self.ops: list[Op] = []
        self.gates = GateLowering()
        self.touched: set[int] = set()
        self.inside = 0

    def circuit(
        self, circuit: Any, qubits: Iterable[int], clbits: Iterable[int], lines: Sequence[int | None]
    ) -> None:
        """Append a circuit's operations; ``lines`` is empty, one for all, or one for each."""
        self.gates.turn(circuit.global_phase)
        qubit_at = dict(zip(circuit.qubits, qubits, strict=True))
        clbit_at = dict(zip(circuit.clbits, clbits, strict=True))
        many = len(lines) == len(circuit.data)
        line = lines[0] if lines else None
        append, touch = self.ops.append, self.touched.update
        for number, instruction in enumerate(circuit.data):
            at = tuple([qubit_at[qubit] for qubit in instruction.qubits])
            if many:
                line = lines[number]
            if instruction.is_standard_gate() and instruction.name in GATES:
                append(Gate(instruction.name, at, tuple(map(angle, instruction.params)), line))
                touch(at)
            else:
                self._other(instruction, at, clbit_at, line)
                check_many(len(self.ops) + self.inside - self.written, line)

    def _other(
        self, instruction: Any, at: tuple[int, ...], clbit_at: dict[Any, int], line: int | None
    ) -> None:
        operation = instruction.operation
        kind = getattr(operation, "base_class", type(operation)).__name__
        clbits = [clbit_at[bit] for bit in instruction.clbits]
        if kind == "Reset":
            self.ops.extend(Reset(qubit, line) for qubit in at if qubit in self.touched)
            return
        if kind in _NOTHING:
            return
        if kind == "Measure":
            self.ops.append(Measure(at[0], clbits[0], line))
        elif instruction.is_control_flow():
            self._flow(operation, at, clbits, clbit_at, line)
        elif instruction.clbits or not self.gates.whole(operation):
            self._opened(operation, at, clbits, line)
            return
        else:
            self.ops.extend(self.gates.lower(operation, at, line))
        self.touched.update(at)

    def _opened(self, operation: Any, at: tuple[int, ...], clbits: list[int], line: int | None) -> None:
        """Append an instruction that is no gate by its definition: measurements, resets, flow."""
        definition = getattr(operation, "definition", None)
        if definition is None:
            raise _cannot(operation.name, line)
        self.circuit(definition, at, clbits, [line])

    def _flow(
        self,
        operation: Any,
        at: tuple[int, ...],
        clbits: list[int],
        clbit_at: dict[Any, int],
        line: int | None,
    ) -> None:
        match operation.name:
            case "if_else":
                condition = Condition.from_qiskit(operation.condition, clbit_at.__getitem__)
                blocks = [self._block(block, at, clbits, line) for block in operation.blocks]
                self.ops.append(Branch(condition, blocks[0], blocks[1] if len(blocks) > 1 else (), line))
            case "while_loop":
                # What the first round leaves untouched a later one may find touched.
                self.touched.update(at)
                condition = Condition.from_qiskit(operation.condition, clbit_at.__getitem__)
                self.ops.append(While(condition, self._block(operation.blocks[0], at, clbits, line), line))
            case "for_loop":
                indices, parameter, body = operation.params
                for index in indices:
                    self.inside += _ROUND
                    check_many(self.inside - self.written, line)
                    bound = body if parameter is None else _assigned(body, parameter, index)
                    self.circuit(bound, at, clbits, [line])
            case "switch_case":
                self._switch(operation, at, clbits, clbit_at, line)
            case "box":
                self.circuit(operation.blocks[0], at, clbits, [line])
            case name:
                raise _cannot(name, line)

    def _switch(
        self,
        operation: Any,
        at: tuple[int, ...],
        clbits: list[int],
        clbit_at: dict[Any, int],
        line: int | None,
    ) -> None:
        from qiskit.circuit import CASE_DEFAULT

        rest: tuple[Op, ...] = ()
        for labels, body in reversed(list(operation.cases_specifier())):
            ops = self._block(body, at, clbits, line)
            if CASE_DEFAULT in labels:
                rest = ops
            else:
                condition = Condition.any_of(operation.target, labels, clbit_at.__getitem__)
                rest = (Branch(condition, ops, rest, line),)
        self.ops.extend(rest)

    def _block(self, body: Any, at: tuple[int, ...], clbits: list[int], line: int | None) -> tuple[Op, ...]:
        outer, self.ops = self.ops, []
        # The phase of what may not happen is nothing that anybody can see.
        phase = self.gates.phase
        self.circuit(body, at, clbits, [line])
        self.gates.phase = phase
        inner, self.ops = self.ops, outer
        self.inside += len(inner)
        return tuple(inner)


def _assigned(body: Any, parameter: Any, index: int) -> Any:
    return body.assign_parameters({parameter: index}) if parameter in body.parameters else body


def _cannot(name: str, line: int | None) -> BadInput:
    """Return the error for an operation that has no place in the language."""
    where = "" if line is None else f" in line {line}"
    return BadInput(
        f"{name}{where} cannot be run: it is neither a gate with a matrix or a definition, nor "
        "measurement, reset, if, switch, for or while.",
        "Write it out with those.",
        details={"field": "circuit", "line": line, "operation": name},
    )

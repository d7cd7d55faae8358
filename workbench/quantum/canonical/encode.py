"""From a circuit to JSON values."""

from __future__ import annotations

import json
import math
from functools import cache
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.quantum.canonical.classical import condition_to_json, target_to_json
from workbench.quantum.canonical.forms import form
from workbench.quantum.canonical.library import classes
from workbench.quantum.canonical.numbers import number
from workbench.quantum.canonical.synthesis import synthesised
from workbench.quantum.parameters import expression_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qiskit.circuit import CircuitInstruction, Operation, QuantumCircuit

__all__ = ["to_json"]

FORMAT = 1


def to_json(circuit: QuantumCircuit) -> dict[str, Any]:
    """Return a circuit as JSON values.

    Parameters
    ----------
    circuit : QuantumCircuit
        Any: parameters may be unbound.

    Returns
    -------
    dict
        As `workbench.quantum.canonical` says; equal circuits give equal ones.

    Raises
    ------
    BadInput
        If it holds something that has no definition, a number that is not finite, or a variable of
        Qiskit's classical run time.
    """
    if circuit.num_vars or circuit.num_stretches:
        raise BadInput(
            "The circuit declares classical variables or stretches, which cannot be kept.",
            "Use classical registers.",
            details={"field": "circuit"},
        )
    table = _Table()
    encoder = _Encoder(table, circuit.qubits, circuit.clbits)
    body = encoder.block(circuit)
    whole = {
        "format": FORMAT,
        "qubits": circuit.num_qubits,
        "clbits": circuit.num_clbits,
        "qregs": _registers(circuit.qregs, encoder.qubits),
        "cregs": _registers(circuit.cregs, encoder.clbits),
        "gates": table.gates,
        "vectors": table.vectors,
        "phase": body.get("phase", 0.0),
        "ops": body["ops"],
    }
    return {field: value for field, value in whole.items() if value or field == "format"}


def _registers(registers: Iterable[Any], places: Mapping[Any, int]) -> list[list[Any]]:
    from qiskit.circuit import AncillaRegister

    return [
        [register.name, [places[bit] for bit in register]]
        + (["ancilla"] if isinstance(register, AncillaRegister) else [])
        for register in registers
    ]


class _Table:
    """What is said once for the whole circuit."""

    def __init__(self) -> None:
        self.gates: list[dict[str, Any]] = []
        self.vectors: dict[str, int] = {}
        self._places: dict[str, int] = {}
        # Kept alive, for an identifier may be given again to something new.
        self._met: dict[int, tuple[Any, int]] = {}

    def place(self, operation: Operation) -> int:
        """Return the place of an operation's definition, which is added where it is new."""
        if id(operation) not in self._met:
            entry = _definition(self, operation)
            text = json.dumps(entry, sort_keys=True)
            if text not in self._places:
                self._places[text] = len(self.gates)
                self.gates.append(entry)
            self._met[id(operation)] = operation, self._places[text]
        return self._met[id(operation)][1]

    def value(self, value: Any) -> Any:
        """Return a parameter."""
        if isinstance(value, float):
            return value + 0.0 if math.isfinite(value) else number(value)
        if not hasattr(value, "parameters"):
            return str(value) if isinstance(value, str) else number(value)
        if not value.parameters:
            return number(value.numeric())
        for item in value.parameters:
            if (owner := getattr(item, "vector", None)) is not None:
                self.vectors[owner.name] = len(owner)
        text, spelt, lost = expression_text(value)
        body = {"e": text, "names": spelt, "lost": lost}
        return {field: part for field, part in body.items() if part}


def _definition(table: _Table, operation: Operation) -> dict[str, Any]:
    from qiskit.circuit import Gate

    inner = getattr(operation, "definition", None)
    if inner is None:
        inner = synthesised(operation)
    params = [table.value(value) for value in getattr(operation, "params", []) if _plain(value)]
    entry = {
        "name": operation.name,
        "qubits": operation.num_qubits,
        "clbits": operation.num_clbits,
        "params": params,
        **_Encoder(table, inner.qubits, inner.clbits).block(inner),
    }
    if not isinstance(operation, Gate):
        entry["instruction"] = True
    return {field: value for field, value in entry.items() if value or field in {"name", "ops"}}


def _plain(value: Any) -> bool:
    return isinstance(value, int | float) or hasattr(value, "parameters")


@cache
def _basic() -> tuple[type, ...]:
    from qiskit.circuit import Barrier, Measure, Reset

    return Measure, Reset, Barrier


class _Encoder:
    """Encodes operations on the bits of one circuit."""

    def __init__(self, table: _Table, qubits: Iterable[Any], clbits: Iterable[Any]) -> None:
        self.table = table
        self.qubits = {bit: place for place, bit in enumerate(qubits)}
        self.clbits = {bit: place for place, bit in enumerate(clbits)}

    def block(self, circuit: QuantumCircuit) -> dict[str, Any]:
        ops = [self._entry(item) for item in circuit.data]
        phase = self.table.value(circuit.global_phase)
        # Qiskit's own reduction leaves a whole turn where it meets the smallest negative numbers.
        phase = phase % math.tau if isinstance(phase, float) else phase
        return {"ops": ops, "phase": phase} if phase else {"ops": ops}

    def inner(self, block: QuantumCircuit, item: CircuitInstruction) -> dict[str, Any]:
        """Encode a block of a control flow operation by the bits of the whole circuit."""
        child = _Encoder(self.table, (), ())
        child.qubits = {b: self.qubits[o] for b, o in zip(block.qubits, item.qubits, strict=True)}
        child.clbits = {b: self.clbits[o] for b, o in zip(block.clbits, item.clbits, strict=True)}
        return child.block(block)

    def _entry(self, item: CircuitInstruction) -> list[Any]:
        name = item.name
        where = [self.qubits[bit] for bit in item.qubits]
        if item.is_standard_gate() and name in classes():
            params = item.params
            return [name, where, [self.table.value(value) for value in params]] if params else [name, where]
        bits = [self.clbits[bit] for bit in item.clbits]
        if name in {"measure", "reset", "barrier"} and isinstance(item.operation, _basic()):
            return [name, where, [], bits] if bits else [name, where]
        what, params = self._operation(item)
        if isinstance(what, dict) and "blocks" in what:
            # Qiskit gathers them in a set, and the blocks say places in the whole circuit.
            where, bits = sorted(where), sorted(bits)
        entry = [what, where, params, bits]
        while len(entry) > 2 and not entry[-1]:  # noqa: PLR2004
            entry.pop()
        return entry

    def _operation(self, item: CircuitInstruction) -> tuple[Any, list[Any]]:
        from qiskit.circuit import BreakLoopOp, ContinueLoopOp, ControlFlowOp, Delay

        operation = item.operation
        if isinstance(operation, ControlFlowOp | BreakLoopOp | ContinueLoopOp):
            return self._flow(operation, item), []
        if isinstance(operation, Delay):
            return {"delay": operation.unit}, [self.table.value(operation.duration)]
        return form(operation, self.table)

    def _flow(self, operation: Any, item: CircuitInstruction) -> dict[str, Any]:
        name = operation.name
        if name in {"break_loop", "continue_loop"}:
            return {"flow": name}
        blocks = [self.inner(block, item) for block in operation.blocks]
        match name:
            case "if_else":
                condition = condition_to_json(operation.condition, self.clbits)
                return {"if": condition, "blocks": blocks}
            case "while_loop":
                return {"while": condition_to_json(operation.condition, self.clbits), "blocks": blocks}
            case "for_loop":
                values, variable, _ = operation.params
                loop = {"for": _indices(values), "blocks": blocks}
                return loop if variable is None else loop | {"variable": variable.name}
            case "switch_case":
                labels = [[_label(value) for value in case] for case, _ in operation.cases_specifier()]
                return {
                    "switch": target_to_json(operation.target, self.clbits),
                    "cases": labels,
                    "blocks": blocks,
                }
            case "box" if not operation.annotations and operation.duration is None:
                return {"box": True, "blocks": blocks}
        raise BadInput(f"The operation {name!r} of the circuit cannot be kept.", details={"field": name})


def _indices(values: Any) -> Any:
    if isinstance(values, range):
        return {"start": values.start, "stop": values.stop, "step": values.step}
    return [int(value) for value in values]


def _label(value: Any) -> Any:
    from qiskit.circuit import CASE_DEFAULT

    return "default" if value is CASE_DEFAULT else int(value)

"""From JSON values to a circuit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.quantum.canonical.classical import condition_from_json, target_from_json
from workbench.quantum.canonical.encode import FORMAT
from workbench.quantum.canonical.library import make
from workbench.quantum.native import keep_qiskit
from workbench.quantum.parameters import element, expression_from_text, parameter

if TYPE_CHECKING:
    from qiskit.circuit import Instruction, QuantumCircuit

__all__ = ["from_json"]


def from_json(body: dict[str, Any]) -> QuantumCircuit:
    """Rebuild a circuit from what `to_json` returned.

    Parameters
    ----------
    body : dict
        JSON values.

    Returns
    -------
    QuantumCircuit
        Equal to the one that was encoded; where that had a gate of a class of its own, equal in what
        it does. Parameters of the same name are the same in all circuits that this returns.

    Raises
    ------
    BadInput
        If it is of a format that this version does not know.
    """
    keep_qiskit()
    from qiskit import QuantumCircuit
    from qiskit.circuit import AncillaQubit, AncillaRegister, ClassicalRegister, Clbit, QuantumRegister, Qubit

    if body.get("format") != FORMAT:
        raise BadInput(
            f"The circuit is kept in format {body.get('format')!r}, and this version reads {FORMAT}.",
            "Update the workbench.",
            details={"field": "format"},
        )
    qregs = body.get("qregs", [])
    ancillas = {place for register in qregs if len(register) > 2 for place in register[1]}  # noqa: PLR2004
    qubits = [AncillaQubit() if place in ancillas else Qubit() for place in range(body.get("qubits", 0))]
    circuit = QuantumCircuit(qubits, [Clbit() for _ in range(body.get("clbits", 0))])
    for name, places, *kind in qregs:
        made = AncillaRegister if kind else QuantumRegister
        circuit.add_register(made(bits=[circuit.qubits[place] for place in places], name=name))
    for name, places in body.get("cregs", []):
        circuit.add_register(ClassicalRegister(bits=[circuit.clbits[place] for place in places], name=name))
    decoder = _Decoder(body)
    decoder.fill(circuit, body, circuit)
    return circuit


class _Decoder:
    """Rebuilds operations; it knows the circuit's own gates."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._vectors: dict[str, int] = body.get("vectors", {})
        self._gates: list[Instruction] = []
        for entry in body.get("gates", []):
            self._gates.append(self._custom(entry))

    def fill(self, circuit: QuantumCircuit, block: dict[str, Any], whole: QuantumCircuit) -> None:
        """Append the operations of a block, whose bits are those of ``whole``."""
        from qiskit.circuit import CircuitInstruction

        qubits, clbits = whole.qubits, whole.clbits
        for what, where, *rest in block.get("ops", []):
            targets = [qubits[place] for place in where]
            bits = [clbits[place] for place in rest[1]] if len(rest) > 1 else []
            params = [self._value(value) for value in rest[0]] if rest else []
            operation = self._operation(what, params, targets, bits, whole)
            circuit.append(CircuitInstruction(operation, targets, bits), copy=False)
        if "phase" in block:
            circuit.global_phase = self._value(block["phase"])

    def _custom(self, entry: dict[str, Any]) -> Instruction:
        from qiskit import QuantumCircuit
        from qiskit.circuit import Gate, Instruction

        qubits, clbits = entry.get("qubits", 0), entry.get("clbits", 0)
        definition = QuantumCircuit(qubits, clbits)
        self.fill(definition, entry, definition)
        params = [self._value(value) for value in entry.get("params", [])]
        if entry.get("instruction"):
            made = Instruction(entry["name"], qubits, clbits, params)
        else:
            made = Gate(entry["name"], qubits, params)
        made.definition = definition
        return made

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            made = expression_from_text(value["e"], value.get("names"), self._vectors)
            for name in value.get("lost", ()):
                made = made + (element(name, self._vectors) - element(name, self._vectors))
            return made
        if isinstance(value, list):
            return complex(*value)
        return float(value)

    def _operation(  # noqa: PLR0911 # one a kind
        self, what: Any, params: list[Any], targets: list[Any], bits: list[Any], whole: QuantumCircuit
    ) -> Any:
        from qiskit.circuit import Barrier, Delay, Measure, Reset

        match what:
            case "measure":
                return Measure()
            case "reset":
                return Reset()
            case "barrier":
                return Barrier(len(targets))
            case {"delay": unit}:
                # In cycles of the device there are only whole ones.
                whole_cycles = unit == "dt" and isinstance(params[0], float)
                return Delay(int(params[0]) if whole_cycles else params[0], unit)
            case {"blocks": blocks}:
                named = set(_registers(what))
                made = [self._block(block, targets, bits, whole, named) for block in blocks]
                return self._flow(what, made, whole)
            case {"flow": name}:
                return _jump(name, targets, bits)
        return self._gate(what, params)

    def _gate(self, what: Any, params: list[Any]) -> Any:  # noqa: PLR0911 # one a kind
        from qiskit.circuit import AnnotatedOperation
        from qiskit.circuit.library import StatePreparation, UnitaryGate

        match what:
            case str():
                return make(what, params)
            case int():
                return self._gates[what].copy()
            case {"gate": name, "state": state}:
                return make(name, params, state)
            case {"control": controls, "state": state, "base": base}:
                inner = self._gate(base, params)
                return inner.control(controls, ctrl_state=state, annotated=False)
            case {"modifiers": modifiers, "base": base}:
                return AnnotatedOperation(self._gate(base, params), [_modifier(item) for item in modifiers])
            case {"unitary": rows}:
                return UnitaryGate([[self._value(value) for value in row] for row in rows])
            case {"state": amplitudes}:
                return StatePreparation([self._value(value) for value in amplitudes])
        raise BadInput(f"The kept circuit holds {what!r}, which this version does not know.")

    def _block(
        self,
        block: dict[str, Any],
        targets: list[Any],
        bits: list[Any],
        whole: QuantumCircuit,
        named: set[str],
    ) -> QuantumCircuit:
        from qiskit import QuantumCircuit

        made = QuantumCircuit(targets, bits)
        for register in whole.cregs:
            if register.name in named:
                made.add_register(register)
        self.fill(made, block, whole)
        return made

    def _flow(self, what: dict[str, Any], blocks: list[QuantumCircuit], whole: QuantumCircuit) -> Any:
        from qiskit.circuit import CASE_DEFAULT, BoxOp, ForLoopOp, IfElseOp, SwitchCaseOp, WhileLoopOp

        match what:
            case {"if": condition}:
                return IfElseOp(condition_from_json(condition, whole), *blocks)
            case {"while": condition}:
                return WhileLoopOp(condition_from_json(condition, whole), *blocks)
            case {"for": values}:
                indices = range(*values.values()) if isinstance(values, dict) else tuple(values)
                variable = parameter(what["variable"]) if "variable" in what else None
                return ForLoopOp(indices, variable, *blocks)
            case {"switch": target, "cases": cases}:
                labels = [[CASE_DEFAULT if v == "default" else v for v in case] for case in cases]
                pairs = [(tuple(case), block) for case, block in zip(labels, blocks, strict=True)]
                return SwitchCaseOp(target_from_json(target, whole), pairs)
        return BoxOp(*blocks)


def _registers(part: Any) -> Iterator[str]:
    """Yield the names of the registers that conditions in an operation mention."""
    match part:
        case ["register", str(name), _]:
            yield name
        case list():
            for inner in part:
                yield from _registers(inner)
        case dict():
            for inner in part.values():
                yield from _registers(inner)


def _jump(name: str, targets: list[Any], bits: list[Any]) -> Any:
    from qiskit.circuit import BreakLoopOp, ContinueLoopOp

    made = BreakLoopOp if name == "break_loop" else ContinueLoopOp
    return made(len(targets), len(bits))


def _modifier(body: list[Any]) -> Any:
    from qiskit.circuit import ControlModifier, InverseModifier, PowerModifier

    match body:
        case ["inverse"]:
            return InverseModifier()
        case ["control", controls, state]:
            return ControlModifier(controls, state)
    return PowerModifier(body[1])

"""Conditions and classical expressions as JSON values.

``["bit", 0]``, ``["register", "c"]``, ``["value", 3, 2]`` (a number and its width, 0 for a truth value),
``["cast", width, operand]``, ``["index", register, place]``, or an operator's name and its operands.
A condition that only compares is ``["is", target, value]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput

if TYPE_CHECKING:
    from qiskit.circuit import ClassicalRegister, Clbit, QuantumCircuit

__all__ = ["condition_from_json", "condition_to_json", "target_from_json", "target_to_json"]


def condition_to_json(condition: Any, bits: Mapping[Any, int]) -> list[Any]:
    """Return the condition of an if or a while.

    Parameters
    ----------
    condition : tuple or Expr
        As the operation holds it.
    bits : mapping of Clbit to int
        Places in the whole circuit.

    Raises
    ------
    BadInput
        If it holds a variable of the classical run time.
    """
    if isinstance(condition, tuple):
        return ["is", target_to_json(condition[0], bits), int(condition[1])]
    return _tree(condition, bits)


def target_to_json(target: Any, bits: Mapping[Any, int]) -> list[Any]:
    """Return a bit, a register or an expression."""
    from qiskit.circuit import ClassicalRegister, Clbit

    if isinstance(target, Clbit):
        return ["bit", bits[target]]
    if isinstance(target, ClassicalRegister):
        return ["register", target.name, [bits[bit] for bit in target]]
    return _tree(target, bits)


def _width(kind: Any) -> int:
    from qiskit.circuit.classical import types

    if isinstance(kind, types.Bool):
        return 0
    if isinstance(kind, types.Uint):
        return int(kind.width)
    raise BadInput(
        f"A classical value of type {kind} cannot be kept: only truth values and unsigned integers."
    )


def _tree(node: Any, bits: Mapping[Any, int]) -> list[Any]:
    from qiskit.circuit import ClassicalRegister, Clbit
    from qiskit.circuit.classical import expr

    match node:
        case expr.Var(var=Clbit() | ClassicalRegister() as place):
            return target_to_json(place, bits)
        case expr.Value():
            return ["value", int(node.value), _width(node.type)]
        case expr.Cast():
            return ["cast", _width(node.type), _tree(node.operand, bits)]
        case expr.Index():
            return ["index", _tree(node.target, bits), _tree(node.index, bits)]
        case expr.Unary():
            return [node.op.name.lower(), _tree(node.operand, bits)]
        case expr.Binary():
            return [node.op.name.lower(), _tree(node.left, bits), _tree(node.right, bits)]
    raise BadInput(
        "The circuit decides by a classical variable, and only its bits and registers can be decided by.",
        "Store the value in a register and test that.",
        details={"field": "condition"},
    )


def condition_from_json(body: list[Any], circuit: QuantumCircuit) -> Any:
    """Rebuild the condition of an if or a while."""
    if body[0] == "is":
        return target_from_json(body[1], circuit), body[2]
    return _lifted(body, circuit)


def target_from_json(body: list[Any], circuit: QuantumCircuit) -> Any:
    """Rebuild a bit, a register or an expression."""
    match body:
        case ["bit", place]:
            return circuit.clbits[place]
        case ["register", name, places]:
            return _register(name, places, circuit)
    return _lifted(body, circuit)


def _register(name: str, places: list[int], circuit: QuantumCircuit) -> ClassicalRegister:
    from qiskit.circuit import ClassicalRegister

    for register in circuit.cregs:
        if register.name == name:
            return register
    bits: list[Clbit] = [circuit.clbits[place] for place in places]
    return ClassicalRegister(bits=bits, name=name)


def _lifted(body: list[Any], circuit: QuantumCircuit) -> Any:
    from qiskit.circuit.classical import expr, types

    def kind(width: int) -> Any:
        return types.Uint(width) if width else types.Bool()

    match body:
        case ["bit" | "register", *_]:
            return expr.lift(target_from_json(body, circuit))
        case ["value", value, width]:
            return expr.Value(value if width else bool(value), kind(width))
        case ["cast", width, operand]:
            return expr.cast(_lifted(operand, circuit), kind(width))
        case ["index", target, index]:
            return expr.index(_lifted(target, circuit), _lifted(index, circuit))
        case [name, *operands]:
            return getattr(expr, name)(*(_lifted(operand, circuit) for operand in operands))
    raise BadInput(f"{body!r} is not a condition.", details={"field": "condition"})

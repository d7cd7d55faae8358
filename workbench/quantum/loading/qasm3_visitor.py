"""Qiskit's converter of OpenQASM 3, told to remember places.

Imports the libraries at once, so it is itself imported only where a program is read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from openqasm3 import ast
from qiskit_qasm3_import.converter import ConvertVisitor
from qiskit_qasm3_import.exceptions import ConversionError
from qiskit_qasm3_import.types import Bit, Gate

from workbench.quantum.loading.places import MOST_BITS, TOO_MANY_BITS

__all__ = ["Visitor"]


class Visitor(ConvertVisitor):
    """Remembers the line of each operation, and counts what a gate is given.

    Attributes
    ----------
    lines : list of int
        The line of each operation so far, from 1.
    place : tuple of (int, int)
        Line and column of the statement in work, from 1.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int | None] = []
        self.place = (0, 0)
        self.symbols: dict[str, Any] = {}
        self._bits = 0

    def visit_Program(self, node: Any, context: Any) -> Any:  # noqa: N802
        """Visit the statements, noting from which each operation came."""
        self.symbols = context.symbol_table[0].symbols
        for statement in node.statements:
            context = self.visit(statement, context)
            added = len(context.circuit.data) - len(self.lines)
            self.lines += [statement.span.start_line] * added
        return context

    def visit(self, node: Any, context: Any = None) -> Any:
        """Visit a node, noting where the statement starts."""
        if isinstance(node, ast.Statement) and node.span is not None:
            self.place = node.span.start_line, node.span.start_column + 1
        return super().visit(node, context)

    def visit_QubitDeclaration(self, node: Any, context: Any) -> Any:  # noqa: N802
        """Visit a declaration, after a look at its size."""
        self._declare(node.size, context, node)
        return super().visit_QubitDeclaration(node, context)

    def visit_ClassicalDeclaration(self, node: Any, context: Any) -> Any:  # noqa: N802
        """Visit a declaration, after a look at its size."""
        if isinstance(node.type, ast.BitType):
            self._declare(node.type.size, context, node)
        return super().visit_ClassicalDeclaration(node, context)

    def _declare(self, size: Any, context: Any, node: Any) -> None:
        self._bits += 1 if size is None else self._resolve_constant_int(size, context)
        if self._bits > MOST_BITS:
            raise ConversionError(TOO_MANY_BITS, node)

    def visit_QuantumGate(self, node: Any, context: Any) -> Any:  # noqa: N802
        """Visit a gate, after a look at what it is given."""
        symbol = context.symbol_table.get(node.name.name, node)
        if symbol is not None and isinstance(symbol.type, Gate):
            self._count(node, symbol.type)
        return super().visit_QuantumGate(node, context)

    def _resolve_condition(self, node: Any, context: Any) -> Any:
        # The importer wants truth values beside bits; the language takes 0 and 1 as well.
        if isinstance(node, ast.BinaryExpression) and isinstance(node.rhs, ast.IntegerLiteral):
            _, kind = self._resolve_generic(node.lhs, context, strict=True)
            if isinstance(kind, Bit) and node.rhs.value in {0, 1}:
                node = replace(node, rhs=ast.BooleanLiteral(bool(node.rhs.value)))
        return super()._resolve_condition(node, context)

    def _apply_gate_modifier(self, modifier: Any, gate: Any, context: Any) -> Any:
        closed = modifier.modifier is ast.GateModifierName.ctrl
        if not closed and modifier.modifier is not ast.GateModifierName.negctrl:
            return super()._apply_gate_modifier(modifier, gate, context)
        argument = modifier.argument
        controls = 1 if argument is None else self._resolve_constant_int(argument, context)
        if controls > self._bits:
            raise ConversionError(f"there are no {controls:,} qubits to control a gate", modifier)
        # The importer leaves it to Qiskit's default, which is deprecated.
        return gate.control(controls, ctrl_state=2**controls - 1 if closed else 0, annotated=False)

    def known(self, gates: bool) -> set[str]:
        """Return the names of the gates, or of everything else, that the program knows so far."""
        return {name for name, item in self.symbols.items() if isinstance(item.type, Gate) == gates}

    def _count(self, node: Any, kind: Any) -> None:
        given = len(node.arguments)
        # The built-in U lists the types of its angles instead.
        wanted = kind.n_classical if isinstance(kind.n_classical, int) else len(kind.n_classical)
        if given != wanted:
            expected = f"{wanted} parameter{'s' * (wanted != 1)}"
            raise ConversionError(f"the gate '{node.name.name}' takes {expected}, not {given}", node)
        qubits = kind.n_quantum if isinstance(kind.n_quantum, int) else len(kind.n_quantum)
        if not node.modifiers and len(node.qubits) != qubits:
            expected = f"{qubits} qubit{'s' * (qubits != 1)}"
            raise ConversionError(
                f"the gate '{node.name.name}' takes {expected}, not {len(node.qubits)}", node
            )

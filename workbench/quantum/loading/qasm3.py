"""A subset of OpenQASM 3, converted by Qiskit's importer."""

from __future__ import annotations

import contextlib
import io
import re
from typing import Any

from workbench.errors import BadInput
from workbench.quantum.loading.places import at, near
from workbench.quantum.loading.program import Program

__all__ = ["OPENQASM_3", "read"]

OPENQASM_3: dict[str, tuple[bool, str]] = {
    "qubit, bit and their registers, hardware qubits $0": (True, "global; bits start at 0, without a value"),
    "qreg, creg": (True, ""),
    "let": (True, "aliases of registers, slices and concatenations"),
    'include "stdgates.inc"': (True, "no other file"),
    "gate": (True, "with parameters"),
    "U, gphase and the gates of stdgates.inc": (True, "on single bits, and on whole registers at once"),
    "ctrl, negctrl, inv, pow": (True, "with constant arguments"),
    "measure, reset, barrier, delay": (True, "a measurement's result is stored"),
    "input float, input angle": (True, "become parameters to bind"),
    "if, else, while": (True, "on 'bit', '!bit', 'bit == 1', 'register == number'"),
    "for": (True, "over constant ranges and sets of integers"),
    "break, continue, box": (True, ""),
    "+ - * /, pi, tau, euler": (True, "in angles"),
    "functions such as sin in angles": (False, ""),
    "int, uint, float, bool, angle, complex and array variables, const": (False, ""),
    "assignments and arithmetic of bits": (False, ""),
    "output, switch, return, end, def, extern": (False, ""),
    "defcal, cal, duration arithmetic, annotations, pragma": (False, ""),
}
"""The subset: what is written, whether it is taken, and how far. The rest is refused with its place."""

_PLACE = re.compile(r"^L?(\d+)[:,]C?(\d+): (.*)", re.DOTALL)
_UNDEFINED = re.compile(r"Undefined symbol '(\w+)'|gate '(\w+)' is not defined")
_NODE = re.compile(r"node of type (\w+) is not supported|'(\w+)' cannot be resolved into a Qiskit value")
_SUBSET = "The subset of OpenQASM 3 that is taken stands in workbench.quantum.loading.OPENQASM_3."
_MEANT = {
    "duplicate": "The same qubit is named twice.",
    "register size error": "The qubits that are measured and the bits that take them are not equally many.",
}


def read(source: str) -> Program:
    """Read a program of the subset.

    Raises
    ------
    BadInput
        For what is outside `OPENQASM_3`, or malformed.
    """
    import openqasm3
    from openqasm3.parser import QASM3ParsingError
    from qiskit.exceptions import QiskitError
    from qiskit_qasm3_import.exceptions import ConversionError

    from workbench.quantum.loading.qasm3_visitor import Visitor

    try:
        # The lexer also prints what it raises.
        with contextlib.redirect_stderr(io.StringIO()):
            tree = openqasm3.parse(source)
    except QASM3ParsingError as error:
        raise _malformed(source, error) from error
    visitor = Visitor()
    try:
        circuit = visitor.convert(tree, source=source).circuit
    except ConversionError as error:
        raise _refused(source, str(error), visitor) from error
    except IndexError as error:
        raise at(source, *visitor.place, "An index is out of the range of its register.") from error
    except (QiskitError, TypeError, ValueError, ZeroDivisionError) as error:
        raise at(source, *visitor.place, _meant(error)) from error
    lines = visitor.lines + [None] * (len(circuit.data) - len(visitor.lines))
    return Program(circuit, "qasm3", source, tuple(lines))


def _meant(error: Exception) -> str:
    said = str(error).strip("'\"")
    for start, sentence in _MEANT.items():
        if said.startswith(start):
            return sentence
    return f"This cannot be done: {_sentence(said)}"


def _malformed(source: str, error: Exception) -> BadInput:
    found = _PLACE.match(str(error))
    if found:
        return at(source, int(found[1]), int(found[2]) + 1, _sentence(found[3]))
    # The parser wraps what it met: the token stands in the innermost cause.
    cause: Any = error.__cause__
    while cause is not None and not hasattr(cause, "offendingToken"):
        cause = cause.args[0] if cause.args and isinstance(cause.args[0], Exception) else cause.__cause__
    token = getattr(cause, "offendingToken", None)
    if token is None:
        return at(source, 0, 0, "The program is not well-formed OpenQASM 3.")
    if token.type == -1:
        return at(source, token.line, token.column + 1, "The text ends before the statement does.")
    return at(
        source,
        token.line,
        token.column + 1,
        f"{token.text!r} cannot stand here.",
        "Is a ';' missing before it?",
    )


def _refused(source: str, message: str, visitor: Any) -> BadInput:
    found = _PLACE.match(message)
    line, column, said = (int(found[1]), int(found[2]) + 1, found[3]) if found else (*visitor.place, message)
    column = _column(source, line, column)
    if undefined := _UNDEFINED.search(said):
        if name := undefined[2]:
            hint = near(name, visitor.known(True)) or "Define it by 'gate', or include \"stdgates.inc\"."
            return at(source, line, column, f"The gate {name!r} is unknown.", hint)
        name = undefined[1]
        word = re.search(rf"\b{name}\b", source.splitlines()[line - 1])
        column = word.start() + 1 if word else column
        return at(source, line, column, f"{name!r} is not declared.", near(name, visitor.known(False)))
    if node := _NODE.search(said):
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", node[1] or node[2]).lower()
        return at(source, line, column, f"A {kind} is outside the subset of OpenQASM 3.", _SUBSET)
    hint = "" if "takes" in said or "mismatched" in said else _SUBSET
    return at(source, line, column, _sentence(said), hint)


def _column(source: str, line: int, column: int) -> int:
    # For a lone word the parser counts from the start of the text.
    rows = source.splitlines(keepends=True)
    beyond = 0 < line <= len(rows) and column > len(rows[line - 1])
    return column - sum(map(len, rows[: line - 1])) if beyond else column


def _sentence(said: Any) -> str:
    text = str(said).strip().strip("'\"").rstrip(".")
    return text[:1].upper() + text[1:] + "."

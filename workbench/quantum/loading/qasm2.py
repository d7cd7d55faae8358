"""OpenQASM 2, read by Qiskit's parser."""

from __future__ import annotations

import re
from typing import Any

from workbench.errors import BadInput
from workbench.quantum.loading.places import MOST_BITS, TOO_MANY_BITS, at, near
from workbench.quantum.loading.program import Program
from workbench.quantum.loading.statements import Statement, operations, registers, statements

__all__ = ["read"]

_PLACE = re.compile(r"<input>:(\d+),(\d+): (.*)", re.DOTALL)
_UNDEFINED = re.compile(r"'(\w+)' is not defined in this scope")
_UNINCLUDED = re.compile(r"cannot use non-builtin custom instruction '(\w+)'")
_QUOTED = re.compile(r"//[^\n]*|\"([^\"]*)\"|'([^']*)'")
_INCLUDED = {"qelib1.inc", "stdgates.inc"}
_SENTENCES = {
    "cannot resolve broadcast": "The registers are of different sizes, and should be of one.",
    "duplicate qubits": "The same qubit is named twice.",
    "needed a start-of-statement token": "No statement can start here.",
    "unexpected end-of-file": "The text ends before this statement does: a ';' or a bracket is missing.",
}
_WORDS = {
    "OPENQASM",
    "include",
    "qreg",
    "creg",
    "gate",
    "opaque",
    "measure",
    "barrier",
    "reset",
    "if",
    "U",
    "CX",
}


def read(source: str) -> Program:
    """Read a program.

    The gates are those of the standard's ``qelib1.inc`` and of every version of it that Qiskit shipped.
    """
    from qiskit import qasm2
    from qiskit.exceptions import QiskitError

    _check_included(source)
    parts = list(statements(source))
    _check_sizes(source, parts)
    known = {gate.name: gate.num_params for gate in qasm2.LEGACY_CUSTOM_INSTRUCTIONS}
    own = {item.text.split()[1].partition("(")[0] for item in parts if _defines(item)}
    _check_parameters(source, parts, {name: count for name, count in known.items() if name not in own})
    sizes = registers(source)
    # Qiskit would put its own gate in the place of what the program itself calls so.
    taken = own | sizes.keys()
    try:
        circuit = qasm2.loads(
            source,
            include_path=qasm2.LEGACY_INCLUDE_PATH,
            custom_instructions=[gate for gate in qasm2.LEGACY_CUSTOM_INSTRUCTIONS if gate.name not in taken],
            custom_classical=qasm2.LEGACY_CUSTOM_CLASSICAL,
        )
    except (QiskitError, IndexError, TypeError, ValueError) as error:
        raise _explained(source, parts, str(getattr(error, "message", error)), {*known, *own}) from error
    lines = [item.line for item in parts for _ in range(operations(item, sizes))]
    whole = tuple(lines) if len(lines) == len(circuit.data) else (None,) * len(circuit.data)
    return Program(circuit, "qasm2", source, whole)


def _defines(item: Statement) -> bool:
    return item.name in {"gate", "opaque"} and len(item.text.split()) > 1


def _check_included(source: str) -> None:
    """Refuse to read any other file: the text may be a stranger's, and errors quote what they meet."""
    for found in _QUOTED.finditer(source):
        name = found[1] if found[1] is not None else found[2]
        if name is not None and name not in _INCLUDED:
            before = source[: found.start()]
            line, column = before.count("\n") + 1, found.start() - before.rfind("\n")
            sentence = f"No file {name!r:.60} is included, only {' and '.join(sorted(_INCLUDED))}."
            raise at(source, line, column, sentence, "Write its gates into the program.")


def _check_sizes(source: str, parts: list[Statement]) -> None:
    bits = 0
    for item in (one for one in parts if one.name in {"qreg", "creg"}):
        bits += sum(registers(f"{item.text};").values())
        if bits > MOST_BITS:
            raise at(source, item.line, item.column, TOO_MANY_BITS)


def _check_parameters(source: str, parts: list[Statement], needed: dict[str, int]) -> None:
    # Qiskit's parser lets these pass and fails later, without a place.
    for item in parts:
        if needed.get(item.name) and not item.has_parameters:
            count = needed[item.name]
            raise at(
                source,
                item.line,
                item.column,
                f"The gate {item.name!r} takes {count} parameter{'s' * (count > 1)}, and none is given.",
                f"Write {item.name}({', '.join(['pi/2'] * count)}).",
            )


def _explained(source: str, parts: list[Statement], message: str, gates: set[str]) -> BadInput:
    # Qiskit's exceptions print their message in quotation marks.
    message = message[1:-1] if message[:1] in {"'", '"'} and message[-1:] == message[:1] else message
    found = _PLACE.search(message)
    if not found:
        return _without_place(source, parts, message)
    line, column, said = int(found[1]), int(found[2]) + 1, found[3].strip()
    undefined = _UNDEFINED.search(said)
    if undefined:
        return at(source, line, column, *_undefined(source, parts, (line, column), undefined[1], gates))
    if early := _UNINCLUDED.search(said):
        sentence = f"The gate {early[1]!r} is used, and nothing before has defined it."
        return at(source, line, column, sentence, 'Start with: include "qelib1.inc";')
    for start, sentence in _SENTENCES.items():
        if said.startswith(start):
            return at(source, line, column, sentence)
    return at(source, line, column, said[:1].upper() + said[1:] + ("" if said.endswith(".") else "."))


def _undefined(
    source: str, parts: list[Statement], place: tuple[int, int], name: str, gates: set[Any]
) -> tuple[str, str]:
    if any((item.line, item.column) == place or item.name == name for item in parts):
        return f"The gate {name!r} is unknown.", near(name, gates | _WORDS) or "Define it by 'gate', above."
    sizes = registers(source)
    return f"The register {name!r} is not declared.", near(name, sizes) or f"Declare it: qreg {name}[2];"


def _without_place(source: str, parts: list[Statement], message: str) -> BadInput:
    for item in parts:
        if "single equals" in message and re.search(r"[^=]=[^=]", item.text):
            return at(source, item.line, item.column, "A comparison is written with '=='.")
    return at(source, 0, 0, f"The program cannot be read: {message.strip()}.")

"""The statements of OpenQASM 2 with their places, and how many operations each makes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

__all__ = ["Statement", "operations", "registers", "statements"]

_TOKEN = re.compile(r'//[^\n]*|"[^"\n]*"|[;{}]|[^\s;{}"/]+|/|"|\s+')
_REGISTER = re.compile(r"[qc]reg\s+(\w+)\s*\[\s*(\d+)\s*\]$")
_CONDITION = re.compile(r"if\s*\([^)]*\)\s*")
_HEAD = re.compile(r"(\w+)\s*")
_SILENT = {"OPENQASM", "include", "qreg", "creg", "gate", "opaque"}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement.

    Attributes
    ----------
    text : str
        Without comments and the semicolon, white space as one blank.
    line, column : int
        Where it starts, from 1.
    inside : bool
        Whether it stands in the definition of a gate.
    """

    text: str
    line: int
    column: int
    inside: bool

    @property
    def body(self) -> str:
        """The statement without its condition."""
        return _CONDITION.sub("", self.text, count=1) if self.text.startswith("if") else self.text

    @property
    def name(self) -> str:
        """The first word: a gate's name or a keyword."""
        found = _HEAD.match(self.body)
        return found[1] if found else ""

    @property
    def has_parameters(self) -> bool:
        """Whether a gate is followed by parentheses."""
        found = _HEAD.match(self.body)
        return found is not None and self.body[found.end() :].startswith("(")

    def arguments(self) -> str:
        """Return what follows the gate and its parameters."""
        found = _HEAD.match(self.body)
        rest = self.body[found.end() :] if found else ""
        if not rest.startswith("("):
            return rest
        depth = 0
        for place, char in enumerate(rest):
            depth += (char == "(") - (char == ")")
            if not depth:
                return rest[place + 1 :]
        return ""


def statements(source: str) -> Iterator[Statement]:
    """Yield the statements of a program; the head of a definition is one."""
    line, column, inside = 1, 1, False
    words: list[str] = []
    start = (1, 1)
    for piece in _TOKEN.findall(source):
        if piece in {";", "{", "}"}:
            if words:
                yield Statement(" ".join("".join(words).split()), *start, inside)
            words, inside = [], (piece == "{") or (inside and piece == ";")
        elif piece.startswith("//") or piece.isspace():
            words += [" "] if words else []
        else:
            start = start if words else (line, column)
            words.append(piece)
        breaks = piece.count("\n")
        line += breaks
        column = len(piece) - piece.rfind("\n") if breaks else column + len(piece)


def registers(source: str) -> dict[str, int]:
    """Return the size of each register, by name."""
    found = (_REGISTER.match(statement.text) for statement in statements(source))
    return {item[1]: int(item[2]) for item in found if item}


def operations(statement: Statement, sizes: Mapping[str, int]) -> int:
    """Return how many operations a statement makes: one a qubit where it names whole registers."""
    if statement.inside or statement.name in _SILENT:
        return 0
    if statement.name == "barrier":
        return 1
    named = re.split(r",|->", statement.arguments())
    whole = [sizes[item.strip()] for item in named if item.strip() in sizes]
    return max(whole, default=1)

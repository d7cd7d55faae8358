"""Gates, angles and conditions in as few signs as a diagram has room for."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

__all__ = ["angle", "condition", "gate_name", "parameter", "parameters", "shorten", "text_width", "xml"]

_NAMES = {
    "id": "I", "sx": "√X", "sxdg": "√X†", "sdg": "S†", "tdg": "T†", "iswap": "iSWAP", "rcccx": "RC3X",
    "unitary": "Unitary",
    "initialize": "Init", "state_preparation": "Prepare", "xx_plus_yy": "XX+YY", "xx_minus_yy": "XX-YY",
    "PauliEvolution": "exp(-itH)", "qft": "QFT", "pauli": "Pauli", "global_phase": "phase",
    "delay": "Delay", "break_loop": "break", "continue_loop": "continue",
}  # fmt: skip
_UPPER = frozenset({
    "h", "x", "y", "z", "s", "t", "p", "r", "u", "rx", "ry", "rz", "u1", "u2", "u3", "ecr", "dcx", "rxx",
    "ryy", "rzz", "rzx", "rccx",
})  # fmt: skip
_DENOMINATORS = sorted({3, 5, 6, 10, 12, 24, *(2**power for power in range(11))})
_NUMERATOR_MOST = 99
_NUMBER = re.compile(r"(?<![\w.\]])\d+(?:\.\d*)?(?:e[+-]?\d+)?(?![\w.\[])")
# What XML 1.0 does not know, not even escaped.
_UNKNOWN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NARROW = frozenset("ijlftrI.,:;'|!()[]/ -·")
_WIDE = frozenset("mwMW@%…√")
_BINARY = {
    "BIT_AND": "&", "BIT_OR": "|", "BIT_XOR": "^", "LOGIC_AND": "and", "LOGIC_OR": "or", "EQUAL": "=",
    "NOT_EQUAL": "≠", "LESS": "<", "LESS_EQUAL": "≤", "GREATER": ">", "GREATER_EQUAL": "≥",
    "SHIFT_LEFT": "<<", "SHIFT_RIGHT": ">>", "ADD": "+", "SUB": "-", "MUL": "·", "DIV": "/",
}  # fmt: skip
_UNARY = {"BIT_NOT": "~", "LOGIC_NOT": "not ", "NEGATE": "-"}


def angle(value: float) -> str:
    """Return a number of radians as a fraction of π, or to three digits where it is none.

    Parameters
    ----------
    value : float
        Radians. A fraction is taken for equal within 1e-9 of π.
    """
    if value == 0:
        return "0"
    turns = value / math.pi
    for below in _DENOMINATORS:
        above = round(turns * below)
        if above and abs(above) <= _NUMERATOR_MOST and abs(turns * below - above) < 1e-9 * below:
            sign = "-" if above < 0 else ""
            return f"{sign}{'' if abs(above) == 1 else abs(above)}π{'' if below == 1 else f'/{below}'}"
    return f"{value:.3g}"


def parameter(value: Any) -> str:
    """Return a gate's parameter: an angle, a complex number, an expression, or the shape of an array."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, complex):
        return f"{value:.3g}" if value.imag else angle(value.real)
    if hasattr(value, "parameters") and hasattr(value, "sympify"):
        return _expression(value)
    shape = getattr(value, "shape", ())
    if shape:
        return " by ".join(map(str, shape)) + (" matrix" if len(shape) > 1 else " values")
    try:
        return angle(float(value))
    except (TypeError, ValueError):
        return str(value)


def parameters(values: Iterable[Any]) -> str:
    """Return parameters with commas between them; complex ones, as of a prepared state, are only counted."""
    listed = list(values)
    if len(listed) > 1 and all(isinstance(value, complex) for value in listed):
        return f"{len(listed)} values"
    return ", ".join(parameter(value) for value in listed)


def _expression(value: Any) -> str:
    written = str(value)
    if written in {one.name for one in value.parameters}:
        return written

    def shown(match: re.Match[str]) -> str:
        short = angle(float(match[0]))
        before, after = written[: match.start()].rstrip()[-2:], written[match.end() :].lstrip()[:2]
        bound = before.endswith(("/", "**")) or after == "**"
        return f"({short})" if bound and len(short) > 1 and "π" in short else short

    return _NUMBER.sub(shown, written).replace("**", "^").replace("*", "·")


def gate_name(name: str) -> str:
    """Return what stands in the box of a gate of Qiskit's library, or the name as it is."""
    return name.upper() if name in _UPPER else _NAMES.get(name, name)


def shorten(text: str, most: int) -> str:
    """Return one line of at most ``most`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def xml(text: str) -> str:
    """Return text escaped for XML and HTML; signs that XML cannot hold become �."""
    return escape(_UNKNOWN.sub("\ufffd", text))


def text_width(text: str, size: float) -> float:
    """Return about how many pixels a text takes in the fonts without serifs of the usual systems."""
    return size * sum(map(_em, text))


def _em(sign: str) -> float:
    if sign in _NARROW:
        return 0.36
    if sign in _WIDE:
        return 0.92
    if unicodedata.combining(sign):
        return 0.0
    if unicodedata.east_asian_width(sign) in "WF":
        return 1.05
    return 0.7 if sign.isupper() else 0.58


def condition(tested: Any, bit_name: Callable[[Any], str]) -> str:
    """Return the words of a condition on classical bits.

    Parameters
    ----------
    tested : tuple or qiskit.circuit.classical.expr.Expr or Clbit or ClassicalRegister
        As control flow of Qiskit holds it.
    bit_name : callable
        The name of a classical bit.
    """
    if isinstance(tested, tuple):
        what, value = tested
        return f"{_place(what, bit_name)} = {int(value)}"
    kind = type(tested).__name__
    if kind in {"Clbit", "ClassicalRegister"}:
        return _place(tested, bit_name)
    return _term(tested, bit_name)


def _place(what: Any, bit_name: Callable[[Any], str]) -> str:
    return bit_name(what) if type(what).__name__ == "Clbit" else str(what.name)


def _term(node: Any, bit_name: Callable[[Any], str], *, inner: bool = False) -> str:
    kind = type(node).__name__
    if kind == "Cast":
        return _term(node.operand, bit_name, inner=inner)
    if kind == "Unary":
        return str(_UNARY.get(node.op.name, node.op.name)) + _term(node.operand, bit_name, inner=True)
    if kind == "Index":
        return f"{_term(node.target, bit_name, inner=True)}[{_term(node.index, bit_name)}]"
    if kind == "Binary":
        left, right = (_term(side, bit_name, inner=True) for side in (node.left, node.right))
        both = f"{left} {_BINARY.get(node.op.name, node.op.name)} {right}"
        return f"({both})" if inner else both
    return _leaf(node, bit_name)


def _leaf(node: Any, bit_name: Callable[[Any], str]) -> str:
    if type(node).__name__ == "Var":
        return _place(node.var, bit_name) if node.name is None else str(node.name)
    value = getattr(node, "value", getattr(node, "name", "?"))
    return str(int(value) if isinstance(value, bool) else value)

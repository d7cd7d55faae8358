"""What branches and loops ask of the classical bits."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any, TypeAlias

from workbench.errors import BadInput, Refused

if TYPE_CHECKING:
    from qiskit.circuit import Clbit

__all__ = ["Condition"]

_Tree: TypeAlias = tuple[Any, ...]
_WIDEST = 12

# Qiskit's names for them, to ours and to what they do before the result is cut to its width.
_BINARY: dict[str, Callable[[int, int], int]] = {
    "BIT_AND": operator.and_,
    "BIT_OR": operator.or_,
    "BIT_XOR": operator.xor,
    "LOGIC_AND": lambda a, b: int(bool(a) and bool(b)),
    "LOGIC_OR": lambda a, b: int(bool(a) or bool(b)),
    "EQUAL": lambda a, b: int(a == b),
    "NOT_EQUAL": lambda a, b: int(a != b),
    "LESS": lambda a, b: int(a < b),
    "LESS_EQUAL": lambda a, b: int(a <= b),
    "GREATER": lambda a, b: int(a > b),
    "GREATER_EQUAL": lambda a, b: int(a >= b),
    "SHIFT_LEFT": lambda a, b: a << min(b, 64),
    "SHIFT_RIGHT": operator.rshift,
    "ADD": operator.add,
    "SUB": operator.sub,
    "MUL": operator.mul,
    # Division by nothing has no value in hardware; here it is 0, so that every row has an answer.
    "DIV": lambda a, b: a // b if b else 0,
}


@dataclass(frozen=True)
class Condition:
    """A truth about classical bits.

    Attributes
    ----------
    tree : tuple
        Made by `equals` and `from_qiskit`. ``("value", n)``, ``("bits", (i, ...))`` (an unsigned
        number, least significant bit first), ``("not", a)``, ``("invert", width, a)``,
        ``("cut", width, a)``, ``("bool", a)``, ``("index", a, b)``, or the name of a binary operation,
        its width and two trees.
    """

    tree: _Tree

    @classmethod
    def equals(cls, bits: Sequence[int], value: int) -> Condition:
        """Return whether bits, the least significant first, make up a number."""
        return cls(("EQUAL", 1, ("bits", tuple(bits)), ("value", int(value))))

    @classmethod
    def from_qiskit(cls, source: Any, index: Callable[[Clbit], int]) -> Condition:
        """Return what a Qiskit condition says.

        Parameters
        ----------
        source : qiskit.circuit.classical.expr.Expr, or tuple of (Clbit or ClassicalRegister, int)
            Either kind that control flow takes.
        index : callable
            From a classical bit to its number.

        Raises
        ------
        BadInput
            For variables, and for anything that is neither a bit nor an unsigned integer.
        """
        if isinstance(source, tuple):
            where, value = source
            return cls.equals(_numbered(where, index), value)
        return cls(_grown(source, index))

    @classmethod
    def any_of(cls, target: Any, values: Sequence[int], index: Callable[[Clbit], int]) -> Condition:
        """Return whether a Qiskit bit, register or expression has one of these values."""
        from qiskit.circuit.classical import expr

        tree = _grown(target, index) if isinstance(target, expr.Expr) else ("bits", _numbered(target, index))
        first, *rest = [("EQUAL", 1, tree, ("value", int(value))) for value in values]
        return cls(functools.reduce(lambda a, b: ("LOGIC_OR", 1, a, b), rest, first))

    @cached_property
    def bits(self) -> tuple[int, ...]:
        """The classical bits that it reads, ascending."""
        return tuple(sorted(set(_leaves(self.tree))))

    def evaluate(self, bits: Mapping[int, int] | Sequence[int]) -> bool:
        """Return whether it holds for these bits, which are 0 or 1."""
        return bool(_value(self.tree, bits))

    def negated(self) -> Condition:
        """Return the opposite."""
        return Condition(("not", self.tree))

    @cached_property
    def rows(self) -> tuple[dict[int, int], ...]:
        """Every assignment of `bits` for which it holds, first bit slowest.

        Raises
        ------
        Refused
            Above 12 bits, unless it asks whether bits have one value.
        """
        one = self._only
        if one is not None:
            return (one,) if one else ()
        if len(self.bits) > _WIDEST:
            raise Refused(
                f"A condition reads {len(self.bits)} classical bits, and at most {_WIDEST} are worked out.",
                "Compare the register with one number, or test fewer bits.",
            )
        rows = (dict(zip(self.bits, row, strict=True)) for row in product((0, 1), repeat=len(self.bits)))
        return tuple(row for row in rows if self.evaluate(row))

    @cached_property
    def _only(self) -> dict[int, int] | None:
        """The one row of an equality with distinct bits; empty where it never holds."""
        match self.tree:
            case ("EQUAL", _, ("bits", bits), ("value", value)) if bits and len(set(bits)) == len(bits):
                if value >> len(bits):
                    return {}
                return {bit: value >> place & 1 for place, bit in enumerate(bits)}
        return None


def _leaves(tree: _Tree) -> list[int]:
    if tree[0] == "bits":
        return list(tree[1])
    return [bit for part in tree[1:] if isinstance(part, tuple) for bit in _leaves(part)]


def _value(tree: _Tree, bits: Mapping[int, int] | Sequence[int]) -> int:  # noqa: PLR0911
    match tree:
        case ("value", number):
            return int(number)
        case ("bits", places):
            return sum(int(bits[bit]) << place for place, bit in enumerate(places))
        case ("not", a):
            return int(not _value(a, bits))
        case ("bool", a):
            return int(bool(_value(a, bits)))
        case ("invert", width, a):
            return ~_value(a, bits) & _mask(width)
        case ("cut", width, a):
            return _value(a, bits) & _mask(width)
        case ("index", a, b):
            return _value(a, bits) >> _value(b, bits) & 1
        case (name, width, a, b):
            return _BINARY[name](_value(a, bits), _value(b, bits)) & _mask(width)
    raise AssertionError(tree)


def _mask(width: int) -> int:
    return (1 << width) - 1


def _numbered(where: Any, index: Callable[[Clbit], int]) -> tuple[int, ...]:
    from qiskit.circuit import Clbit

    return (index(where),) if isinstance(where, Clbit) else tuple(index(bit) for bit in where)


def _grown(source: Any, index: Callable[[Clbit], int]) -> _Tree:  # noqa: PLR0911
    from qiskit.circuit.classical import expr, types

    match source:
        case expr.Var() if not source.standalone:
            return ("bits", _numbered(source.var, index))
        case expr.Value(value=bool() | int() as value):
            return ("value", int(value))
        case expr.Unary(op=expr.Unary.Op.LOGIC_NOT, operand=operand):
            return ("not", _grown(operand, index))
        case expr.Unary(op=expr.Unary.Op.BIT_NOT, operand=operand):
            return ("invert", _width(source), _grown(operand, index))
        case expr.Binary(op=op, left=left, right=right):
            return (op.name, _width(source), _grown(left, index), _grown(right, index))
        case expr.Cast(operand=operand) if isinstance(source.type, types.Bool):
            return ("bool", _grown(operand, index))
        case expr.Cast(operand=operand):
            return ("cut", _width(source), _grown(operand, index))
        case expr.Index(target=target, index=place):
            return ("index", _grown(target, index), _grown(place, index))
    raise _beyond(source)


def _width(source: Any) -> int:
    from qiskit.circuit.classical import types

    if isinstance(source.type, types.Uint):
        return int(source.type.width)
    if isinstance(source.type, types.Bool):
        return 1
    raise _beyond(source)


def _beyond(source: Any) -> BadInput:
    what = "a variable" if hasattr(source, "name") else f"a value of type {source.type}"
    return BadInput(
        f"A condition uses {what}, and only classical bits and registers can be asked about.",
        "Measure into a classical register and compare that.",
    )

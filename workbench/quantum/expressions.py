"""Angles that still have parameters in them."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from workbench.errors import BadInput
from workbench.quantum.replaying import replayed

if TYPE_CHECKING:
    from qiskit.circuit import ParameterExpression

__all__ = ["Expression"]

# A number, a name (alone in a tuple), or the name of an operation on what the steps before it left.
_Step: TypeAlias = "float | tuple[str] | str"

_UNARY: dict[str, Callable[[Any], Any]] = {
    "neg": lambda a: -a,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "exp": np.exp,
    "log": np.log,
    "abs": np.abs,
    "sign": np.sign,
    "sqrt": lambda a: a**0.5,
}
_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}
_RANK = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3, "**": 4}
_ATOM = 5
_ALIASES = {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "ln": "log"}
_CONSTANTS = {"pi": math.pi, "π": math.pi, "tau": math.tau, "euler": math.e}
_RESERVED = (_UNARY.keys() - {"neg"}) | _ALIASES.keys() | _CONSTANTS.keys()
_NAME = re.compile(r"`([^`]+)`|(?<![\w.])([^\W\d]\w*(?:\[\d+\])?)")
_LONGEST = 10_000
_SHOWN = 60
_EXACT = 1e15
_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}


@dataclass(frozen=True)
class Expression:
    """A real function of named parameters.

    Attributes
    ----------
    steps : tuple
        Postfix: numbers, ``(name,)`` for a parameter, and the names of operations. Made by
        `from_qiskit` and `parse`.
    """

    steps: tuple[_Step, ...]

    @classmethod
    def from_qiskit(cls, source: ParameterExpression) -> Expression:
        """Return a Qiskit expression's function.

        Raises
        ------
        BadInput
            For complex numbers: an angle is real.
        """
        return cls(tuple(replayed(source)))

    @classmethod
    def parse(cls, text: str) -> Expression:
        """Read ``2*theta[0] + sin(x)``.

        Parameters
        ----------
        text : str
            Numbers, names, ``+ - * / **``, brackets, ``pi``, ``tau``, ``euler`` and ``sin cos tan asin
            acos atan exp log abs sign sqrt``. A name is a word, or a word and an index, ``θ[0]``;
            any other stands in backticks.

        Raises
        ------
        BadInput
            For anything else, with the column.
        """
        if len(text) > _LONGEST:
            raise _unreadable(text, 1, f"is longer than {_LONGEST:,} characters")
        names: list[str] = []

        def marked(match: re.Match[str]) -> str:
            quoted, bare = match.groups()
            if bare in _RESERVED:
                return {"π": "pi"}.get(bare, bare)
            names.append(quoted or bare)
            # As wide as what it stands for, so that columns in errors stay right.
            return f"_{len(names) - 1}".ljust(len(match.group()))

        try:
            tree = ast.parse(_NAME.sub(marked, text).strip(), mode="eval")
            return cls(tuple(_walked(tree.body, names, text)))
        except SyntaxError as error:
            raise _unreadable(text, error.offset or 1, "is no expression") from error
        except (RecursionError, MemoryError, ValueError) as error:
            if isinstance(error, BadInput):
                raise
            raise _unreadable(text, 1, "is nested too deeply") from error

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The parameters, in the order in which they first appear."""
        return tuple(dict.fromkeys(step[0] for step in self.steps if isinstance(step, tuple)))

    def value(self, values: Mapping[str, Any]) -> Any:
        """Return the value.

        Parameters
        ----------
        values : mapping of str to float or ndarray
            One for each of `names`; arrays broadcast. Anything else that has numpy's functions as
            methods, such as Qiskit's parameters, goes through too.

        Returns
        -------
        float or ndarray
            Radians, of the shape that the values broadcast to.

        Raises
        ------
        BadInput
            Where one has no value.
        """
        stack: list[Any] = []
        for step in self.steps:
            if isinstance(step, tuple):
                stack.append(_given(values, step[0]))
            elif isinstance(step, float):
                stack.append(step)
            elif step in _BINARY:
                right = stack.pop()
                stack.append(_BINARY[step](stack.pop(), right))
            else:
                stack.append(_UNARY[step](stack.pop()))
        return stack.pop()

    @cached_property
    def text(self) -> str:
        """What `parse` reads back to an equal function."""
        stack: list[tuple[str, int]] = []
        for step in self.steps:
            if isinstance(step, tuple):
                stack.append((_spelled(step[0]), _ATOM))
            elif isinstance(step, float):
                stack.append((_number(step), _ATOM if math.copysign(1, step) > 0 else _RANK["neg"]))
            elif step in _BINARY:
                right = stack.pop()
                stack.append((_joined(step, stack.pop(), right), _RANK[step]))
            elif step == "neg":
                stack.append((f"-{_bracketed(stack.pop(), _RANK['neg'])}", _RANK["neg"]))
            else:
                stack.append((f"{step}({stack.pop()[0]})", _ATOM))
        return stack.pop()[0]

    def __str__(self) -> str:
        return self.text


def _given(values: Mapping[str, Any], name: str) -> Any:
    try:
        return values[name]
    except KeyError:
        raise BadInput(
            f"The parameter {name!r} has no value.", "Bind it, or sweep it.", details={"field": "bind"}
        ) from None


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)


def _spelled(name: str) -> str:
    match = _NAME.fullmatch(name)
    return name if match and match.group(2) and name not in _RESERVED else f"`{name}`"


def _bracketed(part: tuple[str, int], rank: int) -> str:
    return part[0] if part[1] >= rank else f"({part[0]})"


def _joined(operator: str, left: tuple[str, int], right: tuple[str, int]) -> str:
    rank = _RANK[operator]
    if operator == "**":
        return f"{_bracketed(left, _ATOM)}**{_bracketed(right, _ATOM)}"
    space = " " if rank == 1 else ""
    return f"{_bracketed(left, rank)}{space}{operator}{space}{_bracketed(right, rank + 1)}"


def _walked(node: ast.expr, names: list[str], text: str) -> list[_Step]:  # noqa: PLR0911
    match node:
        case ast.Constant(value=bool() | complex()):
            pass
        case ast.Constant(value=int() | float() as number):
            return [float(number)]
        case ast.Name(id=name) if name in _CONSTANTS:
            return [_CONSTANTS[name]]
        case ast.Name(id=name) if name.startswith("_"):
            return [(names[int(name[1:])],)]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return [*_walked(operand, names, text), "neg"]
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _walked(operand, names, text)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            parts = _walked(left, names, text) + _walked(right, names, text)
            return [*parts, _OPERATORS[type(operator)]]
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if (
            name in _RESERVED - _CONSTANTS.keys()
        ):
            return [*_walked(argument, names, text), _ALIASES.get(name, name)]
    raise _unreadable(text, node.col_offset + 1, "is no expression of numbers, names and functions")


def _unreadable(text: str, column: int, why: str) -> BadInput:
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return BadInput(
        f"{shown!r} {why}, seen at column {column}.",
        "Write such as 2*theta + pi/4.",
        details={"column": column},
    )

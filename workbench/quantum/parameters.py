"""Parameters as text, and back.

A parameter is its name here: two of the same name are the same one, in whatever session or process
they are made, so that equal circuits are equal. Qiskit's own are told apart by random identifiers.
"""

from __future__ import annotations

import ast
import keyword
import math
import operator
import re
import uuid
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput

if TYPE_CHECKING:
    from qiskit.circuit import Parameter, ParameterExpression, ParameterVector

__all__ = ["element", "expression_from_text", "expression_text", "parameter", "vector"]

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "parameters.workbench.invalid")
_FUNCTIONS = {
    "abs": "abs",
    "acos": "arccos",
    "asin": "arcsin",
    "atan": "arctan",
    "conj": "conjugate",
    "cos": "cos",
    "exp": "exp",
    "log": "log",
    "sign": "sign",
    "sin": "sin",
    "tan": "tan",
}
_ROUNDS = 5
_ELEMENT = re.compile(r"(?<![\w.])[^\W\d]\w*(?:\[\d+\])?")
_WORD = re.compile(r"[A-Za-z_]\w*")
_CONSTANTS = {"pi": math.pi}
_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}


def parameter(name: str) -> Parameter:
    """Return the parameter of that name, always the same one."""
    from qiskit.circuit import Parameter

    return Parameter(name, uuid=uuid.uuid5(_NAMESPACE, name))


@cache
def vector(name: str, length: int) -> ParameterVector:
    """Return the vector of that name and length, always the same one."""
    from qiskit.circuit import ParameterVector

    return ParameterVector(name, length)


def element(name: str, vectors: Mapping[str, int]) -> Parameter:
    """Return the parameter of that name: an element where one of the vectors has it.

    Parameters
    ----------
    name : str
        Such as ``"a"`` or ``"θ[0]"``.
    vectors : mapping of str to int
        Names of vectors and their lengths.
    """
    found = re.fullmatch(r"(.*)\[(\d+)\]", name, re.DOTALL)
    if found and int(found[2]) < vectors.get(found[1], 0):
        return vector(found[1], vectors[found[1]])[int(found[2])]
    return parameter(name)


def expression_text(expression: ParameterExpression) -> tuple[str, list[str], list[str]]:
    """Return an expression as text.

    Returns
    -------
    tuple of (str, list of str, list of str)
        The text; what ``p0``, ``p1`` ... in it stand for, or nothing where it has the parameters' own
        names; the names of those that have cancelled out.
    """
    names = sorted(item.name for item in expression.parameters)
    if all(_plain(name) for name in names):
        shown, text, spelt = names, str(expression), []
    else:
        shown, spelt = [f"p{place}" for place in range(len(names))], names
        text = _renamed(expression, dict(zip(names, shown, strict=True)))
    text = _settled(text)
    words = set(_WORD.findall(text))
    return text, spelt, [name for name, word in zip(names, shown, strict=True) if word not in words]


def _renamed(expression: ParameterExpression, places: Mapping[str, str]) -> str:
    if all(_ELEMENT.fullmatch(name) and name not in _FUNCTIONS for name in places):
        return _ELEMENT.sub(lambda found: places.get(found[0], found[0]), str(expression))
    # Slower, and needed where a name could be taken for a part of the text.
    from qiskit.circuit import Parameter

    short = {item: Parameter(places[item.name]) for item in expression.parameters}
    return str(expression.subs(short))


@lru_cache(4096)
def _settled(text: str) -> str:
    """Return the text that an expression keeps when it is read and written again."""
    for _ in range(_ROUNDS):
        before, text = text, str(expression_from_text(text))
        if before == text:
            break
    return text


def _plain(name: str) -> bool:
    reserved = keyword.iskeyword(name) or name in _FUNCTIONS or name in _CONSTANTS
    return name.isascii() and name.isidentifier() and not reserved


def expression_from_text(
    text: str, names: list[str] | None = None, vectors: Mapping[str, int] | None = None
) -> ParameterExpression | float:
    """Rebuild what `expression_text` described.

    Parameters
    ----------
    text : str
        Sums, products, quotients, powers and the functions ``sin``, ``cos``, ``tan``, ``asin``,
        ``acos``, ``atan``, ``exp``, ``log``, ``abs``, ``sign``, ``conj`` of numbers, ``pi`` and parameters.
    names : list of str, optional
        What ``p0``, ``p1`` ... stand for; without it every name stands for itself.
    vectors : mapping of str to int, optional
        Names of parameter vectors and their lengths.

    Raises
    ------
    BadInput
        If the text holds anything else.
    """
    meaning = {f"p{place}": name for place, name in enumerate(names or ())}

    def of(node: ast.AST) -> Any:
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return number
            case ast.Name(id=name) if name in _CONSTANTS and not meaning:
                return _CONSTANTS[name]
            case ast.Name(id=name):
                return element(meaning.get(name, name), vectors or {})
            case ast.UnaryOp(op=op, operand=inner) if type(op) in _OPERATORS:
                return _OPERATORS[type(op)](of(inner))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return _OPERATORS[type(op)](of(left), of(right))
            case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]) if name in _FUNCTIONS:
                return _apply(_FUNCTIONS[name], of(inner))
        raise BadInput(
            f"{ast.unparse(node)!r} is not arithmetic of numbers and parameters.",
            "Functions: " + ", ".join(sorted(_FUNCTIONS)) + ".",
            details={"field": "expression"},
        )

    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError) as error:
        raise BadInput(f"{text!r} is not an expression.", details={"field": "expression"}) from error
    return of(tree.body)


def _apply(name: str, value: Any) -> Any:
    if isinstance(value, int | float):
        import numpy as np

        return float(getattr(np, name)(value))
    return getattr(value, name)()

"""Notebook values among the words of a magic's line: ``@name`` and ``{expression}``."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Collection, Mapping
from typing import Any

from workbench.errors import BadInput
from workbench.magics.arguments import parse_words
from workbench.magics.interpolation import close_names, value_at

__all__ = ["parse_values"]

_BRACE = re.compile(r"\{\{|\}\}|\{")
_VARIABLE = re.compile(r"@([^\W\d]\w*)")
# Of the private use area: no file and no name has them.
_OPEN, _CLOSE = "\ue000", "\ue001"
_HELD = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")


def parse_values(
    magic: Any, line: str, namespace: Mapping[str, Any], *, objects: Collection[str] = ()
) -> Namespace:
    """Parse a line of words and options, in any order, that may hold values.

    A word that is ``@name`` or ``{expression}`` becomes the value itself, such as a list of paths;
    ``{expression}`` within a word becomes text.

    Parameters
    ----------
    magic : function
        Decorated with ``magic_arguments``.
    line : str
        What follows the magic's name.
    namespace : mapping
        Variables by name.
    objects : collection of str
        Options that take objects too. Of those that may be given again, each becomes a pair: the name
        before ``=``, or after ``@``, or ``None``; and the value.

    Raises
    ------
    BadInput
        An expression fails, a variable is not there, or an option is wrong.
    """
    held: list[Any] = []
    given = parse_words(magic, _hold(line, namespace, held))
    for name, value in vars(given).items():
        if name in objects:
            taken = [_pair(word, held, namespace) for word in value] if isinstance(value, list) else None
            setattr(given, name, _value(value, held, namespace) if taken is None else taken)
        elif isinstance(value, str):
            setattr(given, name, _text(value, held))
        elif isinstance(value, list):
            setattr(given, name, [_value(word, held, namespace) for word in value])
    return given


def _hold(line: str, namespace: Mapping[str, Any], held: list[Any]) -> str:
    """Put a mark for each ``{expression}``, whose spaces and quotes are not the line's."""
    pieces, position = [], 0
    while (match := _BRACE.search(line, position)) is not None:
        pieces.append(line[position : match.start()])
        if match.group() == "{":
            position, value = value_at(line, match.start(), namespace)
            pieces.append(_mark(value, held))
        else:
            pieces.append(match.group()[0])
            position = match.end()
    return "".join([*pieces, line[position:]])


def _mark(value: Any, held: list[Any]) -> str:
    # Numbers stand as they are, for options that take one.
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    held.append(value)
    return f"{_OPEN}{len(held) - 1}{_CLOSE}"


def _text(word: str, held: list[Any]) -> str:
    return _HELD.sub(lambda match: str(held[int(match[1])]), word)


def _value(word: Any, held: list[Any], namespace: Mapping[str, Any]) -> Any:
    if not isinstance(word, str):
        return word
    if whole := _HELD.fullmatch(word):
        return held[int(whole[1])]
    if variable := _VARIABLE.fullmatch(word):
        if variable[1] not in namespace:
            hint = close_names(variable[1], namespace) or f"A file of that name is written ./{word}."
            raise BadInput(f"{word} is no variable.", hint)
        return namespace[variable[1]]
    return _text(word, held)


def _pair(word: str, held: list[Any], namespace: Mapping[str, Any]) -> tuple[str | None, Any]:
    name, equals, rest = word.partition("=")
    if equals:
        return _text(name, held).strip(), _value(rest, held, namespace)
    variable = _VARIABLE.fullmatch(word)
    return variable[1] if variable else None, _value(word, held, namespace)

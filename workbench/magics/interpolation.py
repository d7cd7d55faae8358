"""Putting notebook values into a prompt: ``{expression}`` and ``@name``, in one pass.

The text is read once from left to right and what a value brought in is never read again, so a
value that holds ``{braces}`` or ``@names`` goes out as it is.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import ModuleType
from typing import Any

from workbench.errors import BadInput
from workbench.magics.summaries import DEFAULT_MAX_CHARS, LEAST_MAX_CHARS, cut, render

__all__ = ["Insertion", "Interpolated", "close_names", "interpolate", "value_at"]

_LONGEST_EXPRESSION = 2000
_MARKER = re.compile(
    r"\{\{|\}\}|[{}]"
    # a name that stands alone: not in a@b.c, not a call, not a path, not @name.attribute
    r"|(?:(?<=[\s(\[])|(?<![\s\S]))@(?P<name>[^\W\d]\w*)(?![\w@(/\\-])(?P<attribute>\.\w)?"
)
_DECORATED = re.compile(r"\s*(?:#[^\n]*)?(?:\n\s*)+(?:@|def\b|class\b|async\s+def\b)")
# What IPython itself puts among a notebook's variables is never what was meant.
_IPYTHONS = {"In", "Out", "exit", "get_ipython", "open", "quit"}
_CONVERSIONS: dict[str, Callable[[Any], str]] = {"r": repr, "s": str, "a": ascii}
_DOUBLED = "Write {{ and }} for braces of the text itself."
_ESCAPE = "Write {{ and }} for braces of the text itself, or add --raw to send the text as it stands."


@dataclass(frozen=True, slots=True)
class Insertion:
    """One value that went into the text.

    Attributes
    ----------
    marker : str
        What stood in the text, such as ``@df`` or ``{len(df)}``.
    kind : str
        The value's type.
    chars : int
        Characters that it took.
    """

    marker: str
    kind: str
    chars: int


@dataclass(frozen=True, slots=True)
class Interpolated:
    """A text with its values in place.

    Attributes
    ----------
    text : str
        The result.
    insertions : tuple of Insertion
        What went in, in order.
    notes : tuple of str
        Sentences on ``@names`` that were left as text and may have been meant otherwise.
    """

    text: str
    insertions: tuple[Insertion, ...] = ()
    notes: tuple[str, ...] = ()


def interpolate(
    text: str, namespace: Mapping[str, Any], *, max_chars: int = DEFAULT_MAX_CHARS
) -> Interpolated:
    """Put values of a notebook into a text.

    ``{expression}`` is any Python expression, with ``!r`` and ``:format`` as in f-strings;
    ``{{`` and ``}}`` are plain braces. ``@name`` is a variable that stands alone: after the start
    of the text, white space or an opening bracket, and not before a dot and a letter, a call or a
    path, so addresses and decorators stay text. An ``@name`` that is no variable, or is a
    function, a class or a module, stays text too.

    Parameters
    ----------
    text : str
        The text as written.
    namespace : mapping
        Variables by name.
    max_chars : int
        Most characters of one value; at least 100.

    Raises
    ------
    BadInput
        An expression that cannot be read, fails, or names something unknown.
    """
    if max_chars < LEAST_MAX_CHARS:
        raise BadInput(f"--max-chars is {max_chars}; it takes {LEAST_MAX_CHARS} or more.")
    return _Reader(text, namespace, max_chars).read()


def close_names(name: str, namespace: Mapping[str, Any]) -> str:
    """Return a sentence naming variables that look like ``name``, or an empty text."""
    near = get_close_matches(name, _own(namespace), n=3, cutoff=0.6)
    return f"Did you mean {', '.join(near)}?" if near else ""


def value_at(text: str, start: int, namespace: Mapping[str, Any]) -> tuple[int, Any]:
    """Return where the expression that is opened at ``start`` ends, and its value as it is.

    Parameters
    ----------
    text : str
        Holds ``{expression}`` at ``start``, perhaps with ``!r`` or ``:format``.
    start : int
        Position of the opening brace.
    namespace : mapping
        Variables by name.

    Raises
    ------
    BadInput
        It cannot be read, fails, or names something unknown.
    """
    try:
        end, source, conversion, spec = _parse(text, start)
        value = _evaluate(source, namespace)
        if conversion or spec:
            value = _formatted(value, conversion, spec, text[start:end])
    except BadInput as error:
        # Nothing is sent here that could be sent as it stands.
        raise BadInput(error.message, error.hint.replace(_ESCAPE, _DOUBLED), details=error.details) from None
    return end, value


def _own(namespace: Mapping[str, Any]) -> list[str]:
    """Return the names that the notebook itself gave."""
    return [
        key for key in namespace if isinstance(key, str) and not key.startswith("_") and key not in _IPYTHONS
    ]


class _Reader:
    """One reading of one text."""

    def __init__(self, text: str, namespace: Mapping[str, Any], max_chars: int) -> None:
        self.text = text
        self.namespace = namespace
        self.max_chars = max_chars
        self.pieces: list[str] = []
        self.insertions: list[Insertion] = []
        self.notes: list[str] = []

    def read(self) -> Interpolated:
        position = 0
        while (match := _MARKER.search(self.text, position)) is not None:
            self.pieces.append(self.text[position : match.start()])
            position = self._marker(match)
        self.pieces.append(self.text[position:])
        return Interpolated("".join(self.pieces), tuple(self.insertions), tuple(self.notes))

    def _marker(self, match: re.Match[str]) -> int:
        """Handle one marker and return where reading goes on."""
        found = match.group()
        if found in {"{{", "}}"}:
            self.pieces.append(found[0])
            return match.end()
        if found == "{":
            return self._expression(match.start())
        if found == "}":
            raise BadInput(f"A single }} stands in {_near(self.text, match.start())}.", _ESCAPE)
        return self._name(match)

    def _name(self, match: re.Match[str]) -> int:
        name = match["name"]
        end = match.end("name")
        value = self.namespace.get(name)
        if name not in self.namespace:
            self._note_near(name)
        elif self._decorates(match):
            pass
        elif match["attribute"]:
            self.notes.append(f"@{name}{match['attribute']}… was left as text; write {{{name}.…}} for it.")
        elif callable(value) or isinstance(value, ModuleType):
            self.notes.append(f"@{name} is a {type(value).__name__} and was left as text.")
        else:
            self._insert(f"@{name}", value, render(value, name=name, max_chars=self.max_chars))
            return end
        self.pieces.append(f"@{name}")
        return end

    def _decorates(self, match: re.Match[str]) -> bool:
        line = self.text[: match.start()].rpartition("\n")[2]
        return not line.strip() and _DECORATED.match(self.text, match.end("name")) is not None

    def _note_near(self, name: str) -> None:
        near = get_close_matches(name, _own(self.namespace), 1, 0.8)
        if near:
            self.notes.append(f"@{name} is no variable and was left as text; did you mean @{near[0]}?")

    def _expression(self, start: int) -> int:
        end, source, conversion, spec = _parse(self.text, start)
        value = _evaluate(source, self.namespace)
        marker = self.text[start:end]
        if conversion or spec:
            written = cut(_formatted(value, conversion, spec, marker), self.max_chars)
        else:
            written = render(value, name=source.strip(), max_chars=self.max_chars)
        self._insert(marker, value, written)
        return end

    def _insert(self, marker: str, value: Any, written: str) -> None:
        self.insertions.append(Insertion(marker, type(value).__name__, len(written)))
        self.pieces.append(written)


def _evaluate(source: str, namespace: Mapping[str, Any]) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            code = compile(source.strip(), "<prompt>", "eval")
        # The expression is the notebook's own code, as in any cell.
        return eval(code, dict(namespace))  # noqa: S307
    except NameError as error:
        raise _unknown(source, error, namespace) from error
    except Exception as error:
        raise BadInput(
            f"The expression {{{source}}} failed: {type(error).__name__}: {error}.",
            "Try it in a cell of its own.",
        ) from error


def _parse(text: str, start: int) -> tuple[int, str, str, str]:
    """Find where the expression opened at ``start`` ends: end, source, conversion, format."""
    end = start
    while (end := text.find("}", end + 1)) != -1 and end - start < _LONGEST_EXPRESSION:
        inside = text[start + 1 : end]
        if _reads(inside):
            return end + 1, inside, "", ""
        if (parts := _with_format(inside)) is not None:
            return end + 1, *parts
    raise BadInput(f"No Python expression could be read in {_near(text, start)}.", _ESCAPE)


def _with_format(inside: str) -> tuple[str, str, str] | None:
    """Split ``source!r:spec`` where Python would: at the first place that leaves an expression."""
    for match in re.finditer(r"(?:!([rsa]))?(?:(:)|\Z)", inside):
        source, spec = inside[: match.start()], inside[match.end() :]
        if (match[1] or match[2]) and "{" not in spec and _reads(source):
            return source, match[1] or "", spec
    return None


def _reads(source: str) -> bool:
    if not source.strip():
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            ast.parse(source.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _formatted(value: Any, conversion: str, spec: str, marker: str) -> str:
    try:
        return format(_CONVERSIONS[conversion](value) if conversion else value, spec)
    except (TypeError, ValueError) as error:
        raise BadInput(f"{marker} cannot be formatted: {error}.", _ESCAPE) from error


def _unknown(source: str, error: NameError, namespace: Mapping[str, Any]) -> BadInput:
    name = error.name or source.strip()
    hint = f"{close_names(name, namespace)} {_ESCAPE}".strip()
    return BadInput(f"{{{source}}} names {name!r}, which is no variable.", hint, details={"name": name})


def _near(text: str, position: int) -> str:
    """Quote the line around a brace: before a closing one, after an opening one."""
    line = text[:position].rpartition("\n")[2] + text[position:].partition("\n")[0]
    column = position - (text.rfind("\n", 0, position) + 1)
    start = max(0, column - 30) if text[position] == "}" else column
    return f"“{line[start : start + 40].strip()}”"

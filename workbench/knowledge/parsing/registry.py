"""Parsers, found by the entry-point group ``workbench.parsers``.

A parser of one's own is a class with the shape of `Parser`, registered the same way as the built-in
ones; it is loaded and run in the process of the parse only::

    [project.entry-points."workbench.parsers"]
    mine = "my_package.parser:MyParser"
"""

from __future__ import annotations

from functools import cache

from workbench.errors import MissingExtra
from workbench.knowledge.parsing.base import FileKind, Parser
from workbench.plugins import Plugins

__all__ = ["file_types", "imports_of", "parser_for", "parser_named", "parser_names", "text_types"]

_PLUGINS = Plugins("workbench.parsers", "parser", "parser")


def parser_names() -> list[str]:
    """Return the names of the registered parsers, sorted; none is loaded."""
    return _PLUGINS.names()


@cache
def parser_named(name: str) -> Parser:
    """Return a parser by its name.

    Raises
    ------
    BadInput
        For a name that nobody registered.
    MissingExtra
        For a plug-in whose own imports fail.
    """
    return _PLUGINS.load(name)()  # type: ignore[no-any-return]


@cache
def _by_type() -> dict[str, Parser]:
    """Who reads what; parsers from elsewhere come before the built-in ones."""
    found: dict[str, Parser] = {}
    points = _PLUGINS.points
    loadable = sorted(_PLUGINS.loadable(), key=lambda name: not points[name].value.startswith("workbench."))
    for parser in map(parser_named, loadable):
        found.update(dict.fromkeys(parser.file_types, parser))
    return found


def file_types() -> dict[str, str]:
    """Return every file type that can be read, with its media type."""
    return {kind: parser.file_types[kind] for kind, parser in _by_type().items()}


def text_types() -> frozenset[str]:
    """Return the file types that are text, whatever they mean."""
    return frozenset(kind for kind, parser in _by_type().items() if parser.reads_text)


def imports_of(file_type: str) -> tuple[str, ...]:
    """Return the modules that the parser of a file type needs; none for a type that nobody reads."""
    parser = _by_type().get(file_type)
    return parser.imports if parser else ()


def parser_for(kind: FileKind) -> Parser:
    """Return who reads a type of file.

    Raises
    ------
    MissingExtra
        If that parser's library is not installed.
    """
    parser = _by_type()[kind.file_type]
    if missing := parser.available():
        raise MissingExtra(missing, "Install it, or convert the file.")
    return parser

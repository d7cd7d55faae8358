"""Source code, by function and class where its language is Python."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from workbench.knowledge.document import Block, Document
from workbench.knowledge.parsing.base import Limits
from workbench.knowledge.parsing.formats.base import Builtin, paragraphs, read_text

__all__ = ["CodeParser"]

_EXTENSIONS = (
    "py pyi js mjs ts jsx tsx css scss r jl m c h cc cpp cxx hpp hh cu java kt scala go rs rb php swift cs "
    "fs hs ml clj ex erl lua pl sh bash zsh ps1 bat sql f f90 f95 for vb dart qasm v sv vhd proto graphql "
    "cmake gradle tf vue svelte asm s nim zig"
)
# A class longer than this is parted into its methods.
_LONG = 2_000
_PYTHON = (".py", ".pyi")
_WHOLE = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class CodeParser(Builtin):
    """Source code; functions and classes of Python are blocks, elsewhere blank lines part them."""

    name = "code"
    reads_text = True
    file_types: ClassVar[Mapping[str, str]] = {
        "py": "text/x-python", "js": "text/javascript", "css": "text/css", "sql": "application/sql",
        **{name: f"text/x-{name}" for name in _EXTENSIONS.split() if name not in {"py", "js", "css", "sql"}},
    }  # fmt: skip

    def parse(self, path: Path, filename: str, limits: Limits) -> Document:
        """Read a file; see `workbench.knowledge.parsing.Parser`."""
        text, meta = read_text(path, limits)
        if filename.lower().endswith(_PYTHON):
            try:
                return Document(text, (), _python_blocks(text), meta)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                note = "It is no valid Python, so that its functions are not told apart."
                meta["notes"] = [*meta.get("notes", ()), note]
        return Document(text, (), _as_code(paragraphs(text)), meta)


def _as_code(blocks: list[Block]) -> list[Block]:
    return [Block(block.start, block.end, "code") for block in blocks]


def _python_blocks(text: str) -> list[Block]:
    """Return a block for each function and class, and for what stands between them.

    Raises
    ------
    SyntaxError, ValueError, RecursionError, MemoryError
        If Python cannot read it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    lines = _line_starts(text)
    blocks: list[Block] = []
    at = 0
    for first, last in _definitions(tree.body, lines):
        start, end = lines[first - 1], min(lines[last], len(text))
        if start >= at:
            blocks += [*_as_code(paragraphs(text, at, start)), *_trimmed(text, start, end)]
            at = end
    return [*blocks, *_as_code(paragraphs(text, at))]


def _line_starts(text: str) -> list[int]:
    starts = [0]
    while (at := text.find("\n", starts[-1])) >= 0:
        starts.append(at + 1)
    return [*starts, len(text)]


def _definitions(body: list[ast.stmt], lines: list[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last line of each, a long class's head and methods one by one."""
    for node in body:
        if not isinstance(node, _WHOLE):
            continue
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        last = node.end_lineno or node.lineno
        if isinstance(node, ast.ClassDef) and lines[last] - lines[first - 1] > _LONG:
            yield from _definitions(node.body, lines)
        else:
            yield first, last


def _trimmed(text: str, start: int, end: int) -> list[Block]:
    end = start + len(text[start:end].rstrip())
    return [Block(start, end, "code")] if end > start else []

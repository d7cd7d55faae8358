"""Markdown, kept as it is written; its parts are told by markdown-it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from workbench.knowledge.document import Block, BlockKind, Document
from workbench.knowledge.parsing.base import Limits
from workbench.knowledge.parsing.formats.base import Builtin, paragraphs, read_text

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["MarkdownParser", "markdown_blocks"]

# markdown-it takes up to ten seconds for a million characters of short lines.
_LONG = 500_000
_HEADING = re.compile(r"^(#{1,6})[ \t][^\n]*$", re.MULTILINE)
_KINDS: dict[str, BlockKind] = {
    "paragraph_open": "paragraph",
    "heading_open": "heading",
    "list_item_open": "list",
    "fence": "code",
    "code_block": "code",
    "html_block": "paragraph",
    "tr_open": "row",
    "blockquote_open": "paragraph",
}


class MarkdownParser(Builtin):
    """Markdown with tables."""

    name = "markdown"
    reads_text = True
    imports = ("markdown_it",)
    file_types: ClassVar[Mapping[str, str]] = {
        "md": "text/markdown", "markdown": "text/markdown", "qmd": "text/markdown", "rmd": "text/markdown",
    }  # fmt: skip

    def parse(self, path: Path, filename: str, limits: Limits) -> Document:  # noqa: ARG002
        """Read a file; see `workbench.knowledge.parsing.Parser`."""
        text, meta = read_text(path, limits)
        blocks = markdown_blocks(text)
        title = next((text[b.start : b.end].strip("# \n=-") for b in blocks if b.kind == "heading"), "")
        return Document(text, (), blocks, {"title": title, **meta} if title else meta)


def markdown_blocks(text: str) -> list[Block]:
    """Return the headings, paragraphs, items, rows and code of a cleaned text."""
    if len(text) > _LONG:
        return _by_lines(text)
    from markdown_it import MarkdownIt

    lines = [0]
    while (at := text.find("\n", lines[-1])) >= 0:
        lines.append(at + 1)
    lines.append(len(text) + 1)
    blocks: list[Block] = []
    at = 0
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        kind = _KINDS.get(token.type)
        if kind is None or token.map is None or lines[token.map[0]] < at:
            continue
        start, end = lines[token.map[0]], min(lines[token.map[1]], len(text) + 1) - 1
        end = start + len(text[start:end].rstrip())
        if end > start:
            # what lies between, such as a link's definition, is text all the same
            blocks += [*paragraphs(text, at, start), Block(start, end, kind, _level(token))]
            at = end
    return [*blocks, *paragraphs(text, at)]


def _level(token: Token) -> int:
    return int(token.tag[1:]) if token.type == "heading_open" else 0


def _by_lines(text: str) -> list[Block]:
    blocks: list[Block] = []
    at = 0
    for found in _HEADING.finditer(text):
        heading = Block(found.start(), found.end(), "heading", len(found.group(1)))
        blocks += [*paragraphs(text, at, heading.start), heading]
        at = heading.end
    return [*blocks, *paragraphs(text, at)]

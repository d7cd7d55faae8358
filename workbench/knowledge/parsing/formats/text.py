"""Text that is read as it stands: plain, TeX, JSON, YAML, XML and their like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from workbench.knowledge.document import Block, Document
from workbench.knowledge.parsing.base import Limits
from workbench.knowledge.parsing.formats.base import Builtin, paragraphs, read_text

__all__ = ["TextParser"]

_TEX_LEVELS = {"part": 1, "chapter": 1, "section": 1, "subsection": 2, "subsubsection": 3}
_TEX = re.compile(
    r"^[ \t]{0,8}\\(part|chapter|section|subsection|subsubsection)\*?[\[{][^\n]{0,400}$", re.MULTILINE
)
_RST = re.compile(r"^(\S[^\n]{0,200})\n([=\-~^\"'#*+`:._])\2{2,200}[ \t]{0,8}$", re.MULTILINE)


class TextParser(Builtin):
    """Any text; blank lines part its paragraphs."""

    name = "text"
    reads_text = True
    file_types: ClassVar[Mapping[str, str]] = {
        "txt": "text/plain", "text": "text/plain", "log": "text/plain", "rst": "text/x-rst",
        "tex": "text/x-tex", "bib": "text/x-bibtex", "json": "application/json",
        "jsonl": "application/jsonl", "ndjson": "application/jsonl", "geojson": "application/geo+json",
        "yaml": "application/yaml", "yml": "application/yaml", "toml": "application/toml",
        "ini": "text/plain", "cfg": "text/plain", "conf": "text/plain", "properties": "text/plain",
        "xml": "application/xml", "svg": "image/svg+xml", "srt": "application/x-subrip",
        "vtt": "text/vtt", "adoc": "text/asciidoc", "org": "text/org", "diff": "text/x-diff",
        "patch": "text/x-diff",
    }  # fmt: skip

    def parse(self, path: Path, filename: str, limits: Limits) -> Document:
        """Read a file; see `workbench.knowledge.parsing.Parser`."""
        text, meta = read_text(path, limits)
        lowered = filename.lower()
        if lowered.endswith(".tex"):
            return Document(text, (), _with_headings(text, _tex_headings(text)), meta)
        if lowered.endswith(".rst"):
            return Document(text, (), _with_headings(text, _rst_headings(text)), meta)
        return Document(text, (), paragraphs(text), meta)


def _tex_headings(text: str) -> list[Block]:
    return [Block(m.start(), m.end(), "heading", _TEX_LEVELS[m.group(1)]) for m in _TEX.finditer(text)]


def _rst_headings(text: str) -> list[Block]:
    """Levels go by the order in which underlines first appear."""
    levels: dict[str, int] = {}
    return [
        Block(m.start(), m.end(), "heading", levels.setdefault(m.group(2), len(levels) + 1))
        for m in _RST.finditer(text)
    ]


def _with_headings(text: str, headings: list[Block]) -> list[Block]:
    blocks: list[Block] = []
    at = 0
    for heading in headings:
        blocks += [*paragraphs(text, at, heading.start), heading]
        at = heading.end
    return [*blocks, *paragraphs(text, at)]

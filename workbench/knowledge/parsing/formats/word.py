"""Word documents: headings, lists and rows in their order, headers and footers at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from workbench.knowledge.document import BlockKind, Document
from workbench.knowledge.parsing.base import Limits
from workbench.knowledge.parsing.containers import check_size
from workbench.knowledge.parsing.formats.base import Builtin, broken
from workbench.knowledge.parsing.formats.rows import write_rows
from workbench.knowledge.parsing.writer import Writer

__all__ = ["WordParser"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT = {_W + "tab": "\t", _W + "cr": "\n", _W + "noBreakHyphen": "-", _W + "ptab": "\t"}
# Deleted, hidden from the reader, or told again elsewhere.
_SKIPPED = frozenset({
    _FALLBACK, _W + "del", _W + "moveFrom", _W + "instrText", _W + "delText", _W + "pPr", _W + "rPr",
    _W + "sectPr",
    _W + "tblPr", _W + "tcPr", _W + "trPr", _W + "sdtPr",
})  # fmt: skip
_BREAK = "\f"
_LEVEL = re.compile(r"(?:heading|überschrift|titre|título|标题)\s*(\d)", re.IGNORECASE)
_MOST_DEPTH = 60


class WordParser(Builtin):
    """Word documents; pages where the document itself says that they break."""

    name = "word"
    imports = ("docx", "lxml")
    file_types: ClassVar[Mapping[str, str]] = {
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    }

    def parse(self, path: Path, filename: str, limits: Limits) -> Document:  # noqa: ARG002
        """Read a file; see `workbench.knowledge.parsing.Parser`."""
        with path.open("rb") as file:
            check_size(file, limits)
            document = _opened(file)
        reader = _Reader(document, Writer(limits))
        reader.read()
        return reader.writer.document()


def _opened(file: Any) -> Any:
    import zipfile

    import docx
    from docx.exceptions import PythonDocxError
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        return docx.Document(file)
    except (
        PythonDocxError,
        OpcError,
        LxmlError,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        AttributeError,
        OSError,
    ):
        raise broken("Word document") from None


class _Reader:
    def __init__(self, document: Any, writer: Writer) -> None:
        self.writer = writer
        self._document = document
        self._page = 1
        self._broken = False
        self._styles = _styles(document)

    def read(self) -> None:
        """Write all of it."""
        core = self._document.core_properties
        self.writer.meta.update(
            title=core.title, authors=[core.author] if core.author else [], language=core.language
        )
        body = self._document.element.body
        if any(True for _ in body.iter(_W + "lastRenderedPageBreak")) or self._breaks(body):
            self.writer.page(1)
        else:
            self._page = 0
        self._blocks(body, 0)
        self.writer.end_page()
        for name, text in self._edges():
            self.writer.add(f"{name}: {text}")

    @staticmethod
    def _breaks(body: Any) -> bool:
        return any(mark.get(_W + "type") == "page" for mark in body.iter(_W + "br"))

    def _blocks(self, parent: Any, depth: int) -> None:
        for child in parent:
            if child.tag == _W + "p":
                self._paragraph(child)
            elif child.tag == _W + "tbl":
                self._table(child)
            elif child.tag not in _SKIPPED and isinstance(child.tag, str) and depth < _MOST_DEPTH:
                self._blocks(child, depth + 1)

    def _paragraph(self, paragraph: Any) -> None:
        kind, level = self._kind(paragraph)
        for place, piece in enumerate("".join(_texts(paragraph)).split(_BREAK)):
            # Word marks the break that it was told of and the one that it drew: one page
            if place and self._page and not self._broken:
                self._page += 1
                self.writer.page(self._page)
                self._broken = True
            if piece.strip():
                self._broken = False
                self.writer.add(piece, kind, level)

    def _table(self, table: Any) -> None:
        rows = []
        for row in table.iter(_W + "tr"):
            if _owner(row, "tbl") is table:
                cells = [cell for cell in row.iter(_W + "tc") if _owner(cell, "tr") is row]
                rows.append([" ".join("".join(_texts(cell, spaced=True)).split()) for cell in cells])
        write_rows(self.writer, rows)
        self._broken = False

    def _kind(self, paragraph: Any) -> tuple[BlockKind, int]:
        properties = paragraph.find(_W + "pPr")
        if properties is None:
            return "paragraph", 0
        style = properties.find(_W + "pStyle")
        outline = properties.find(_W + "outlineLvl")
        level = self._styles.get(style.get(_W + "val"), 0) if style is not None else 0
        if outline is not None and outline.get(_W + "val", "9") in "012345678":
            level = int(outline.get(_W + "val")) + 1
        if level > 0:
            return "heading", level
        listed = level < 0 or properties.find(_W + "numPr") is not None
        return ("list", 0) if listed else ("paragraph", 0)

    def _edges(self) -> list[tuple[str, str]]:
        """Return the distinct headers, footers and notes."""
        found: dict[tuple[str, str], None] = {}
        for part in self._document.part.package.iter_parts():
            name = {
                "header": "Header",
                "footer": "Footer",
                "footnotes": "Footnote",
                "endnotes": "Endnote",
            }.get(re.sub(r"\d*\.xml$", "", str(part.partname).rpartition("/")[2]))
            for text in _notes(part) if name else ():
                found[str(name), text] = None
        return list(found)


def _notes(part: Any) -> Iterator[str]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(part.blob, parser)
    except etree.LxmlError:
        return
    holders = [*root.iter(_W + "footnote"), *root.iter(_W + "endnote")] or [root]
    for holder in holders:
        if text := " ".join("".join(_texts(holder, spaced=True)).split()):
            yield text


def _owner(element: Any, tag: str) -> Any:
    return next(element.iterancestors(_W + tag), None)


def _texts(root: Any, *, spaced: bool = False) -> Iterator[str]:
    """Yield the text of all runs; a page break is a form feed."""
    from lxml import etree

    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "end":
            if tag == _W + "p" and (spaced or element is not root):
                yield "\n"
        elif tag in _SKIPPED:
            walk.skip_subtree()
        elif tag == _W + "t":
            yield element.text or ""
        elif tag == _W + "lastRenderedPageBreak":
            yield "" if spaced else _BREAK
        elif tag == _W + "br":
            yield _BREAK if element.get(_W + "type") == "page" and not spaced else "\n"
        else:
            yield _TEXT.get(tag, "")


def _styles(document: Any) -> dict[str, int]:
    """Return the level of each style that is a heading, -1 for those of lists."""
    found: dict[str, int] = {}
    try:
        for style in document.styles:
            name = style.name or ""
            if level := _LEVEL.match(name):
                found[style.style_id] = int(level.group(1))
            elif name in {"Title", "Subtitle"}:
                found[style.style_id] = 1 if name == "Title" else 2
            elif name.startswith("List"):
                found[style.style_id] = -1
    except (KeyError, ValueError, AttributeError):
        # a document without styles is still read
        return found
    return found

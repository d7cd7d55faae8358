"""Web pages: their text by block, without what is not read."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import ClassVar

from workbench.knowledge.document import BlockKind, Document
from workbench.knowledge.parsing.base import Limits
from workbench.knowledge.parsing.formats.base import Builtin, read_text
from workbench.knowledge.parsing.writer import Writer

__all__ = ["HtmlParser", "write_html"]

_DROPPED = frozenset({
    "script", "style", "noscript", "template", "svg", "iframe", "object", "canvas", "select", "nav", "form",
})  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BREAKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "details", "dialog", "div",
    "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "header", "hgroup", "hr", "html", "li", "main", "ol",
    "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul", *_HEADINGS,
})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
_AUTHOR = frozenset({"author", "citation_author", "dc.creator"})


class HtmlParser(Builtin):
    """Web pages; scripts, styles, forms and navigation are left out."""

    name = "html"
    reads_text = True
    file_types: ClassVar[Mapping[str, str]] = {
        "html": "text/html", "htm": "text/html", "xhtml": "application/xhtml+xml",
    }  # fmt: skip

    def parse(self, path: Path, filename: str, limits: Limits) -> Document:  # noqa: ARG002
        """Read a file; see `workbench.knowledge.parsing.Parser`."""
        text, meta = read_text(path, limits)
        writer = Writer(limits)
        for note in meta.get("notes", ()):
            writer.note(note)
        writer.meta.update(write_html(writer, text), encoding=meta["encoding"])
        return writer.document()


def write_html(writer: Writer, source: str) -> dict[str, object]:
    """Write the blocks of a page's source and return its ``title``, ``authors`` and ``language``."""
    reader = _Reader(writer)
    comment = source.rfind("<!--")
    if comment >= 0 and source.find("-->", comment) < 0:
        # what follows is no text to a browser, and html.parser would look for its end at every tag
        source = source[:comment]
    reader.feed(source)
    reader.close()
    reader.flush()
    return {"title": " ".join(reader.title.split()), "authors": reader.authors, "language": reader.language}


class _Reader(HTMLParser):
    """A state machine over tags: no tree, so that no depth of nesting matters."""

    def __init__(self, writer: Writer) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.language = ""
        self.authors: list[str] = []
        self._writer = writer
        self._parts: list[str] = []
        self._kind: BlockKind = "paragraph"
        self._level = 0
        self._skipped = ""
        self._depth = 0
        self._in_title = self._in_row = self._verbatim = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin, skip or note an element."""
        if self._skipped:
            self._depth += tag == self._skipped
        elif tag in _DROPPED:
            self._skipped, self._depth = tag, 1
        elif tag == "title":
            self._in_title = not self.title
        elif tag in {"meta", "html"}:
            self._note(tag, {name: value or "" for name, value in attrs})
        elif tag in _CELLS:
            self._parts.append(" | " if "".join(self._parts[-2:]).strip() else "")
        elif tag in _BREAKS and (not self._in_row or tag in {"tr", "table"}):
            self._break(tag)
        elif tag in _BREAKS or tag in _VOID:
            self._parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """End what was begun."""
        if self._skipped:
            self._depth -= tag == self._skipped
            self._skipped = self._skipped if self._depth else ""
        elif tag in {"title", "head"}:
            self._in_title = False
        elif tag in {"tr", "table"} or (tag in _BREAKS and not self._in_row):
            self.flush()

    def handle_data(self, data: str) -> None:
        """Collect text."""
        if self._in_title:
            self.title += data[:1000]
        elif not self._skipped:
            self._parts.append(data)

    def flush(self) -> None:
        """Write what was collected as a block."""
        text = "".join(self._parts)
        if not self._verbatim:
            text = " ".join(text.split())
        self._writer.add(text, self._kind, self._level)
        self._parts.clear()
        self._kind, self._level = "paragraph", 0
        self._in_row = self._verbatim = False

    def _break(self, tag: str) -> None:
        if self._verbatim and tag == "br":
            self._parts.append("\n")
            return
        listed = self._kind == "list" and not "".join(self._parts).strip()
        self.flush()
        self._level = _HEADINGS.get(tag, 0)
        self._in_row = tag == "tr"
        self._verbatim = tag == "pre"
        if self._level:
            self._kind = "heading"
        elif tag in {"li", "dd", "dt"} or listed:
            self._kind = "list"
        elif tag in {"tr", "pre"}:
            self._kind = "row" if tag == "tr" else "code"

    def _note(self, tag: str, attrs: dict[str, str]) -> None:
        if tag == "html":
            self.language = attrs.get("lang", "")[:35]
        elif attrs.get("name", "").lower() in _AUTHOR and attrs.get("content"):
            self.authors.append(attrs["content"][:200])

"""RTF, OpenDocument text and EPUB by kreuzberg."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from workbench.knowledge.document import Document
from workbench.knowledge.parsing.base import Limits
from workbench.knowledge.parsing.containers import check_size
from workbench.knowledge.parsing.formats.base import Builtin, broken
from workbench.knowledge.parsing.formats.rows import write_rows
from workbench.knowledge.parsing.kinds import extension_of
from workbench.knowledge.parsing.writer import Writer

__all__ = ["OtherParser"]


class OtherParser(Builtin):
    """What kreuzberg reads with its structure."""

    name = "kreuzberg"
    imports = ("kreuzberg",)
    file_types: ClassVar[Mapping[str, str]] = {
        "rtf": "application/rtf",
        "odt": "application/vnd.oasis.opendocument.text",
        "epub": "application/epub+zip",
    }

    def parse(self, path: Path, filename: str, limits: Limits) -> Document:
        """Read a file; see `workbench.knowledge.parsing.Parser`."""
        import kreuzberg

        with path.open("rb") as file:
            head = file.read(5)
            if head.startswith(b"PK"):
                check_size(file, limits)
        kind = "rtf" if head == b"{\\rtf" else extension_of(filename)
        media = self.file_types.get(kind, self.file_types["odt"])
        config = kreuzberg.ExtractionConfig(use_cache=False, include_document_structure=True)
        try:
            found = kreuzberg.extract_bytes_sync(path.read_bytes(), media, config=config)
        except (kreuzberg.KreuzbergError, RuntimeError, ValueError, OSError):
            raise broken(
                {"rtf": "RTF document", "epub": "EPUB book"}.get(kind, "OpenDocument text")
            ) from None
        writer = Writer(limits)
        _write_meta(writer, found.metadata)
        structure: Any = found.document or {}
        for node in structure.get("nodes", ()):
            _write(writer, node["content"])
        if not writer.length:
            writer.add(found.content)
        return writer.document()


def _write_meta(writer: Writer, meta: Mapping[str, Any]) -> None:
    authors = meta.get("authors")
    writer.meta.update(
        title=str(meta.get("title") or ""),
        authors=[str(author) for author in authors] if isinstance(authors, list) else [],
        language=str(meta.get("language") or ""),
    )


def _write(writer: Writer, content: Mapping[str, Any]) -> None:
    kind, text = content.get("node_type"), content.get("text") or ""
    if kind == "heading":
        writer.add(text, "heading", int(content.get("level") or 1))
    elif kind == "table":
        write_rows(writer, _grid(content.get("grid") or {}))
    elif kind == "list_item":
        writer.add(text, "list")
    elif kind == "code":
        writer.add(text, "code")
    elif kind != "group":
        writer.add(text)


def _grid(grid: Mapping[str, Any]) -> list[list[str]]:
    rows: list[list[str]] = [[] for _ in range(int(grid.get("rows") or 0))]
    for cell in grid.get("cells") or ():
        rows[cell["row"]].append(cell["content"] or "")
    return rows

"""Presentations: a page is a slide, with its notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from workbench.errors import BadInput
from workbench.knowledge.document import Document
from workbench.knowledge.parsing.base import Limits
from workbench.knowledge.parsing.containers import check_size
from workbench.knowledge.parsing.formats.base import Builtin, broken
from workbench.knowledge.parsing.formats.rows import write_rows
from workbench.knowledge.parsing.writer import Writer

__all__ = ["SlideParser"]

_MOST_DEPTH = 30


class SlideParser(Builtin):
    """PowerPoint presentations: titles, texts, tables, groups and the speaker's notes."""

    name = "slides"
    imports = ("pptx", "lxml")
    file_types: ClassVar[Mapping[str, str]] = {
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    }

    def parse(self, path: Path, filename: str, limits: Limits) -> Document:  # noqa: ARG002
        """Read a file; see `workbench.knowledge.parsing.Parser`."""
        with path.open("rb") as file:
            check_size(file, limits)
            shown = _opened(file)
        writer = Writer(limits)
        core = shown.core_properties
        writer.meta.update(title=core.title, authors=[core.author] if core.author else [])
        for number in range(1, len(shown.slides) + 1):
            writer.page(number)
            try:
                _write_slide(writer, shown.slides[number - 1])
            except BadInput:
                raise
            except (KeyError, ValueError, AttributeError, TypeError, IndexError, NotImplementedError):
                writer.note(f"Slide {number} is damaged; what could be read of it was kept.")
        return writer.document()


def _opened(file: Any) -> Any:
    import zipfile

    from lxml.etree import LxmlError
    from pptx import Presentation
    from pptx.exc import PythonPptxError

    try:
        return Presentation(file)
    except (PythonPptxError, LxmlError, zipfile.BadZipFile, KeyError, ValueError, AttributeError, OSError):
        raise broken("presentation") from None


def _write_slide(writer: Writer, slide: Any) -> None:
    title = slide.shapes.title
    if title is not None:
        writer.add(title.text_frame.text, "heading", 1)
    for shape in _shapes(slide.shapes, 0):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        if shape.has_text_frame:
            for paragraph in shape.text_frame.paragraphs:
                writer.add(paragraph.text, "list" if len(shape.text_frame.paragraphs) > 1 else "paragraph")
        elif getattr(shape, "has_table", False):
            write_rows(writer, [[cell.text for cell in row.cells] for row in shape.table.rows])
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
        writer.add(f"Notes: {notes.text}" if notes.text.strip() else "")


def _shapes(shapes: Any, depth: int) -> Iterator[Any]:
    for shape in shapes:
        inner = getattr(shape, "shapes", None)
        if inner is None:
            yield shape
        elif depth < _MOST_DEPTH:
            yield from _shapes(inner, depth + 1)

"""PDF by PDFium, page by page, so that one bad page costs one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from workbench.errors import BadInput
from workbench.knowledge.document import Document
from workbench.knowledge.parsing.base import Limits
from workbench.knowledge.parsing.formats.apart import one_by_one
from workbench.knowledge.parsing.formats.base import Builtin, broken
from workbench.knowledge.parsing.formats.layout import decoded, laid_out
from workbench.knowledge.parsing.writer import Writer, clean

__all__ = ["PdfParser"]

# FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY of fpdfview.h.
_PASSWORD = (4, 5)
_MOST_NAMED = 12
_MOST_PAGES = 200_000


class PdfParser(Builtin):
    """PDF documents with text in them; a scan needs OCR first."""

    name = "pdf"
    imports = ("pypdfium2",)
    file_types: ClassVar[Mapping[str, str]] = {"pdf": "application/pdf"}

    def parse(self, path: Path, filename: str, limits: Limits) -> Document:  # noqa: ARG002
        """Read a file; see `workbench.knowledge.parsing.Parser`."""
        document = _opened(path)
        count = len(document)
        if not 0 < count <= _MOST_PAGES:
            raise broken("PDF document")
        writer = Writer(limits)
        _write_meta(writer, document)
        damaged: list[int] = []
        blank: list[int] = []
        for number, answer in enumerate(one_by_one(lambda place: _page(document, place), count, limits), 1):
            writer.page(number)
            text, blocks = decoded(answer) if answer else ("", [])
            if answer is None:
                damaged.append(number)
            elif not text:
                blank.append(number)
            writer.add_within(text, blocks)
        if len(damaged) == count:
            raise broken("PDF document")
        if not writer.length:
            raise _scan(count)
        if damaged:
            writer.note(f"{_pages(damaged)} damaged and left out.")
        if blank:
            writer.note(f"{_pages(blank)} without text; a scanned page needs OCR first.")
        return writer.document()


def _opened(path: Path) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in _PASSWORD:
            raise BadInput(
                "The PDF document is encrypted: it opens with a password only.", "Save it without a password."
            ) from None
        raise broken("PDF document") from None


def _write_meta(writer: Writer, document: Any) -> None:
    told = document.get_metadata_dict()
    author = clean(told.get("Author", "")).strip()
    writer.meta.update(title=clean(told.get("Title", "")).strip(), authors=[author] if author else [])


def _page(document: Any, place: int) -> str | None:
    """Return a page as `laid_out` gives it, None if it cannot be read."""
    import pypdfium2

    try:
        page = document[place]
        found = laid_out(page.get_textpage())
    except (pypdfium2.PdfiumError, ValueError, IndexError):
        return None
    page.close()
    return found


def _scan(count: int) -> BadInput:
    pages = "its page is a picture" if count == 1 else f"its {count:,} pages are pictures"
    return BadInput(
        f"The PDF document holds no text: it seems to be a scan, and {pages}.",
        "Run OCR on it first, for instance `ocrmypdf in.pdf out.pdf`.",
    )


def _pages(numbers: Sequence[int]) -> str:
    """Return such as ``Page 3 was`` or ``Pages 1, 2 and 3 were``."""
    if len(numbers) == 1:
        return f"Page {numbers[0]} was"
    if len(numbers) > _MOST_NAMED:
        listed = ", ".join(map(str, numbers[:_MOST_NAMED]))
        return f"Pages {listed} and {len(numbers) - _MOST_NAMED:,} more were"
    return f"Pages {', '.join(map(str, numbers[:-1]))} and {numbers[-1]} were"

"""Workbooks by calamine: a page is a sheet, a block a row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from workbench.errors import BadInput
from workbench.knowledge.document import Document
from workbench.knowledge.parsing.base import Limits
from workbench.knowledge.parsing.containers import check_size
from workbench.knowledge.parsing.formats.base import Builtin, broken
from workbench.knowledge.parsing.formats.rows import write_rows
from workbench.knowledge.parsing.writer import Writer

__all__ = ["SheetParser"]

_ZIPPED = b"PK"
# Excel ends at 1,048,576 rows; a sheet of more cells than this is a bomb or a mistake.
_MOST_CELLS = 50_000_000


class SheetParser(Builtin):
    """Excel's and OpenDocument's workbooks."""

    name = "sheets"
    imports = ("python_calamine",)
    file_types: ClassVar[Mapping[str, str]] = {
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xls": "application/vnd.ms-excel",
        "ods": "application/vnd.oasis.opendocument.spreadsheet",
    }

    def parse(self, path: Path, filename: str, limits: Limits) -> Document:  # noqa: ARG002
        """Read a file; see `workbench.knowledge.parsing.Parser`."""
        from python_calamine import CalamineError, CalamineWorkbook, PasswordError

        with path.open("rb") as file:
            if file.read(2) == _ZIPPED:
                check_size(file, limits)
        try:
            # by path it would go by the extension
            with path.open("rb") as file:
                book = CalamineWorkbook.from_filelike(file)
        except PasswordError:
            raise BadInput("The workbook is encrypted.", "Save it without a password.") from None
        except (CalamineError, OSError, ValueError):
            raise broken("workbook") from None
        writer = Writer(limits)
        for number, name in enumerate(book.sheet_names, 1):
            writer.page(number, name)
            try:
                _write_sheet(writer, book, name)
            except (CalamineError, OSError, ValueError) as error:
                if isinstance(error, BadInput):
                    raise
                writer.note(f"The sheet {name!r} is damaged and was left out.")
        return writer.document()


def _write_sheet(writer: Writer, book: Any, name: str) -> None:
    sheet = book.get_sheet_by_name(name)
    if sheet.height * sheet.width > _MOST_CELLS:
        writer.note(
            f"The sheet {name!r} claims {sheet.height:,} rows of {sheet.width:,} cells and was left out."
        )
        return
    if sheet.height:
        writer.add(name, "heading", 1)
        write_rows(writer, _rows(sheet), sheet.height)


def _rows(sheet: Any) -> Iterator[Sequence[str]]:
    for row in sheet.iter_rows():
        yield [_cell(value) for value in row]


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return value.isoformat(" ") if isinstance(value, dt.datetime) else str(value)

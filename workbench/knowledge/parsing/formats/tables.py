"""Tables in text: comma, semicolon, tab or bar."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from workbench.errors import BadInput
from workbench.knowledge.document import Document
from workbench.knowledge.parsing.base import Limits
from workbench.knowledge.parsing.formats.base import Builtin, read_text
from workbench.knowledge.parsing.formats.rows import write_rows
from workbench.knowledge.parsing.writer import Writer

__all__ = ["TableParser"]

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 50
_SAMPLE = 1 << 16


class TableParser(Builtin):
    """CSV and its kin; the delimiter is found out."""

    name = "table"
    reads_text = True
    file_types: ClassVar[Mapping[str, str]] = {
        "csv": "text/csv", "tsv": "text/tab-separated-values", "tab": "text/tab-separated-values",
        "psv": "text/csv",
    }  # fmt: skip

    def parse(self, path: Path, filename: str, limits: Limits) -> Document:  # noqa: ARG002
        """Read a file; see `workbench.knowledge.parsing.Parser`."""
        text, meta = read_text(path, limits)
        csv.field_size_limit(limits.characters)
        writer = Writer(limits)
        writer.meta["encoding"] = meta["encoding"]
        for note in meta.get("notes", ()):
            writer.note(note)
        lines = text.count("\n")
        rows = csv.reader(io.StringIO(text), delimiter=_delimiter(text), skipinitialspace=True)
        try:
            write_rows(writer, rows, lines)
        except csv.Error as error:
            raise BadInput(
                f"The table cannot be read at line {rows.line_num}: {error}.", "Export it again."
            ) from None
        return writer.document()


def _delimiter(text: str) -> str:
    """Return what parts most lines into equally many cells.

    `csv.Sniffer` takes a letter for a delimiter where there is only one column.
    """
    sample = text[:_SAMPLE].split("\n")
    # the last line may be cut off by the sample's end
    sample = (sample[:-1] or sample)[:_SAMPLE_LINES]
    return max(_DELIMITERS, key=lambda mark: _fit(sample, mark))


def _fit(lines: list[str], mark: str) -> tuple[float, int]:
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=mark, skipinitialspace=True) if row]
    except csv.Error:
        return 0.0, 0
    if not widths:
        return 0.0, 0
    usual = max(set(widths), key=widths.count)
    return (widths.count(usual) / len(widths) if usual > 1 else 0.0), usual

"""A small table that shows the same everywhere: no script, no style sheet, no random identifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

__all__ = ["FAINT", "PREFORMATTED", "STATE_COLOURS", "Table"]

FAINT = "color:var(--jp-ui-font-color2,#666)"
PREFORMATTED = "white-space:pre-wrap;font-family:var(--jp-code-font-family,monospace);margin:2px 0 10px"
_RULE = "border-bottom:1px solid var(--jp-border-color2,#ddd)"
_TITLE = "font-weight:600;margin-bottom:4px"
_GRID = "border-collapse:collapse"
_CELL = "padding:3px 14px 3px 0;vertical-align:top"
STATE_COLOURS = {
    "finished": "#2e7d32",
    "ok": "#2e7d32",
    "running": "#1565c0",
    "submitted": "#1565c0",
    "cancelled": "#b26a00",
    "absent": "#757575",
    "failed": "#c62828",
    "problem": "#c62828",
}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under headings.

    Attributes
    ----------
    columns : sequence of str
        Headings.
    rows : sequence of sequence of str
        One text a cell.
    title : str
        Stands above.
    note : str
        Stands below.
    numbers : frozenset of str
        Columns set to the right.
    states : str
        The column whose words are coloured.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    note: str = ""
    numbers: frozenset[str] = field(default_factory=frozenset)
    states: str = ""

    def __repr__(self) -> str:
        widths = [max(map(len, cells)) for cells in zip(self.columns, *self.rows, strict=True)]
        lines = [self._line(cells, widths) for cells in (self.columns, *self.rows)]
        return "\n".join(filter(None, [self.title, *lines, self.note]))

    def _line(self, cells: Sequence[str], widths: Sequence[int]) -> str:
        padded = [
            cell.rjust(width) if column in self.numbers else cell.ljust(width)
            for column, cell, width in zip(self.columns, cells, widths, strict=True)
        ]
        return "  ".join(padded).rstrip()

    def _repr_html_(self) -> str:
        title = f'<div style="{_TITLE}">{escape(self.title)}</div>' if self.title else ""
        note = f'<div style="{FAINT};margin-top:4px">{escape(self.note)}</div>' if self.note else ""
        head = "".join(map(self._heading, self.columns))
        body = "".join(map(self._row, self.rows))
        table = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        return f'<div style="overflow-x:auto">{title}<table style="{_GRID}">{table}</table>{note}</div>'

    def _heading(self, column: str) -> str:
        return f'<th style="{self._style(column)};{_RULE}">{escape(column)}</th>'

    def _row(self, cells: Sequence[str]) -> str:
        return f"<tr>{''.join(map(self._cell, self.columns, cells))}</tr>"

    def _style(self, column: str) -> str:
        return f"{_CELL};text-align:{'right' if column in self.numbers else 'left'}"

    def _cell(self, column: str, text: str) -> str:
        style = self._style(column)
        if column == self.states and text in STATE_COLOURS:
            style += f";color:{STATE_COLOURS[text]};font-weight:600"
        return f'<td style="{style}">{escape(text)}</td>'

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self._repr_html_(), "text/plain": repr(self)}

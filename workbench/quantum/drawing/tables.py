"""Tables in HTML that need neither script nor style sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["CODE", "FADED", "cell", "mark", "section", "table"]

FADED = "font-size:0.85em;opacity:0.72"
CODE = "font-family:var(--jp-code-font-family,ui-monospace,Menlo,Consolas,monospace)"
_GOOD = "var(--jp-success-color1,#379a42)"
_BAD = "var(--jp-error-color1,#d0453c)"


def cell(text: str, *, code: bool = False, left: bool = False, title: str = "", color: str = "") -> str:
    """Return a cell of a table; the text is escaped."""
    style = "text-align:" + ("left" if left else "right") + (f";{CODE}" if code else "")
    style += f";color:{color}" if color else ""
    hover = f' title="{escape(title)}"' if title else ""
    return f'<td style="{style}"{hover}>{escape(text)}</td>'


def mark(good: bool) -> tuple[str, str]:
    """Return the sign of something right or wrong, and its colour."""
    return ("✓", _GOOD) if good else ("✗", _BAD)


def table(head: Sequence[str], rows: Iterable[str], *, left: int = 1) -> str:
    """Return a table.

    Parameters
    ----------
    head : sequence of str
        Names of columns, not escaped yet.
    rows : iterable of str
        The cells of each row, as `cell` makes them.
    left : int
        Columns whose heads stand to the left.
    """
    names = "".join(
        f'<th style="text-align:{"left" if at < left else "right"}">{escape(name)}</th>'
        for at, name in enumerate(head)
    )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<table style="margin:0.2em 0"><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>'


def section(body: str, *, wide: bool = False) -> str:
    """Return one block among others that stand beside it where there is room."""
    size = "flex:1 1 100%;min-width:0" if wide else "flex:0 1 auto;min-width:0;overflow-x:auto"
    return f'<div style="{size}">{body}</div>'

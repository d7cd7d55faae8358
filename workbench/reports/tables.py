"""Tables of pandas made fit to read: words start at the left, numbers end at the right."""

from __future__ import annotations

import re

__all__ = ["aligned"]

_TABLE = re.compile(r'<table[^>]*\bclass="dataframe"[^>]*>.*?</table>', re.DOTALL)
_ROW = re.compile(r"<tr[^>]*>.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<(t[hd])>(.*?)</\1>", re.DOTALL)
_NUMBER = re.compile(r"[-+$€\u2212]?\d[\d,. ]*(?:[eE][-+]?\d+)?\s?%?|NaN|NaT|None|-?inf|&lt;NA&gt;|\.\.\.|…|")


def aligned(html: str) -> str:
    """Set the columns of words in every table of pandas to the left.

    pandas sets all of them to the right, and says nowhere in its HTML what a column holds. A table
    with spanning or otherwise marked cells stays as it is.

    Parameters
    ----------
    html : str
        Clean HTML.
    """
    return _TABLE.sub(lambda found: _aligned(found[0]), html)


def _aligned(table: str) -> str:
    rows = [_CELL.findall(row) for row in _ROW.findall(table)]
    if len({len(row) for row in rows}) != 1 or sum(map(len, rows)) != len(re.findall(r"<t[hd]\b", table)):
        return table
    body = [[text for _, text in row] for row in rows if any(tag == "td" for tag, _ in row)]
    words = [
        not all(_NUMBER.fullmatch(text.strip()) for text in column) for column in zip(*body, strict=True)
    ]
    return _ROW.sub(lambda row: _left(row[0], words), table)


def _left(row: str, words: list[bool]) -> str:
    columns = iter(words)

    def cell(found: re.Match[str]) -> str:
        style = ' style="text-align:left"' if next(columns, False) else ""
        return f"<{found[1]}{style}>{found[2]}</{found[1]}>"

    return _CELL.sub(cell, row)

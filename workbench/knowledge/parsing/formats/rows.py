"""Rows of tables, each understandable without the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from workbench.knowledge.parsing.writer import Writer

__all__ = ["write_rows"]

_NUMBER = re.compile(r"[-+]?[\d.,\s]*\d[\d.,\s]*(?:[eE][-+]?\d+)?%?")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T][\d:.]+)?")
# Column names in every row: beyond this many characters of them they are written once.
_MOST_REPEATED = 6_000_000
_LOOKED_AT = 30


def write_rows(writer: Writer, rows: Iterable[Sequence[str]], count: int | None = None) -> None:
    """Write a table, a block for each row, as in ``name: Ann | age: 30``.

    The first row that is as wide as those below it and names things gives the columns their names.

    Parameters
    ----------
    writer : Writer
        Where to.
    rows : iterable of sequences of str
        Cells as text; blank rows are left out.
    count : int, optional
        How many rows there are, if that is known.
    """
    filled = ([" ".join(cell.split()) for cell in row] for row in rows)
    kept = (row for row in filled if any(row))
    first = list(islice(kept, _LOOKED_AT))
    place = _header(first)
    for row in first[: place or 0] if place is not None else ():
        writer.add(" | ".join(filter(None, row)), "paragraph")
    if place is None:
        _write(writer, chain(first, kept), [])
        return
    names = first[place]
    writer.add(" | ".join(filter(None, names)), "row")
    if count is not None and count * sum(map(len, names)) > _MOST_REPEATED:
        writer.note("A table is so long that its rows are kept without the names of their columns.")
        names = []
    _write(writer, chain(first[place + 1 :], kept), names)


def _write(writer: Writer, rows: Iterator[Sequence[str]], names: Sequence[str]) -> None:
    repeated = 0
    for row in rows:
        text = _row(row, names)
        repeated += len(text)
        if names and repeated > 4 * _MOST_REPEATED:
            writer.note("A table is so long that its later rows are kept without the names of their columns.")
            names = ()
        writer.add(text, "row")


def _row(row: Sequence[str], names: Sequence[str]) -> str:
    if not names:
        return " | ".join(filter(None, row))
    named = chain(names, ("" for _ in row[len(names) :]))
    return " | ".join(
        f"{name}: {cell}" if name else cell for name, cell in zip(named, row, strict=False) if cell
    )


def _header(rows: Sequence[Sequence[str]]) -> int | None:
    """Return which row names the columns, None for a table without such a row."""
    if len(rows) < 2:  # noqa: PLR2004 - a name needs something that it names
        return None
    width = max(_filled(row) for row in rows)
    for place, row in enumerate(rows[:-1]):
        if _filled(row) >= max(1, round(width * 0.7)):
            return place if _names_things(row) else None
    return None


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell) for cell in row)


def _names_things(row: Sequence[str]) -> bool:
    cells = [cell for cell in row if cell]
    values = sum(bool(_NUMBER.fullmatch(cell) or _DATE.fullmatch(cell)) for cell in cells)
    longest = max(map(len, cells))
    return len(set(cells)) == len(cells) and values * 4 <= len(cells) and longest <= 120  # noqa: PLR2004

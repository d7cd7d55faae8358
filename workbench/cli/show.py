"""Tables for a terminal, plain text for a pipe."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, Self

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Bar", "frame_table", "money", "runs_table", "table"]

# What a reader of a terminal wants first; the rest is in `--json`.
RUN_COLUMNS = (
    "kind",
    "name",
    "status",
    "started_at",
    "duration_s",
    "model",
    "tokens_input",
    "tokens_output",
    "cost_usd",
)
# What a narrow terminal does without, the first to go first; a Run's id is never broken.
SPARE = ("name", "tokens_output", "tokens_input", "duration_s", "model")
_GAP = 3
_PIPE = 160
NUMBERS = {"duration_s", "tokens_input", "tokens_output", "cost_usd", "seconds", "in", "out", "US$"}
HEADINGS = {
    "started_at": "started (UTC)",
    "duration_s": "seconds",
    "tokens_input": "in",
    "tokens_output": "out",
    "cost_usd": "US$",
}


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table, as wide as the terminal and not wider."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=_width(), soft_wrap=False)
    made = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for at, column in enumerate(columns):
        side: Literal["left", "right"] = "right" if column in NUMBERS else "left"
        made.add_column(column, justify=side, overflow="fold", no_wrap=at == 0)
    for row in rows:
        made.add_row(*(Text(cell, style=_style(cell)) for cell in row))
    console.print(made)


def _width() -> int:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _PIPE


def _style(cell: str) -> str:
    styles = {"ok": "green", "finished": "green", "problem": "bold red", "failed": "bold red"}
    return styles.get(cell, "yellow" if cell in ("absent", "cancelled") else "")


def runs_table(title: str, frame: pd.DataFrame) -> None:
    """Print Runs, one line each."""
    cells = {
        name: [_cell(name, value) for value in frame[name]] for name in RUN_COLUMNS if name in frame.columns
    }
    cells = _fitting(cells, _width() - max(map(len, frame.index), default=0) - _GAP)
    headings = ["run", *(HEADINGS.get(name, name) for name in cells)]
    table(title, headings, zip(frame.index, *cells.values(), strict=True))


def _fitting(cells: dict[str, list[str]], width: int) -> dict[str, list[str]]:
    """Return the columns that fit into ``width`` side by side."""
    for name in SPARE:
        wide = sum(_GAP + max(map(len, (HEADINGS.get(one, one), *cells[one]))) for one in cells)
        if wide > width:
            cells = {one: texts for one, texts in cells.items() if one != name}
    return cells


def frame_table(title: str, frame: pd.DataFrame) -> None:
    """Print any frame."""
    rows = ([str(index), *(_cell("", value) for value in row)] for index, *row in frame.itertuples())
    table(title, [str(frame.index.name or ""), *map(str, frame.columns)], rows)


def money(value: Any) -> str:
    """Return US dollars; a price that is not known is no zero."""
    return "unknown" if _missing(value) else f"{value:.4f}" if value else "0"


def _missing(value: Any) -> bool:
    return value is None or value != value  # noqa: PLR0124 NaN alone differs from itself


def _cell(column: str, value: Any) -> str:
    if column == "cost_usd":
        return money(value)
    if _missing(value):
        return ""
    if column == "started_at":
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if column == "duration_s":
        return f"{value:.2f}"
    if column.startswith("tokens"):
        return str(int(value))
    return str(value)


class Bar:
    """A progress bar on stderr, on a terminal only; called with `Runs`' progress protocol."""

    def __init__(self, title: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._task = self._progress.add_task(title, total=None)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, done: int, total: int | None, message: str, _: dict[str, float]) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=done, total=total, description=message[:40])

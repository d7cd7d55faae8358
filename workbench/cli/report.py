"""``workbench report``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from workbench.errors import BadInput

if TYPE_CHECKING:
    from workbench.reports import BatchResult, ReportResult
    from workbench.studio import Studio

__all__ = ["report"]


def report(
    notebook: str = typer.Argument(help="Path of a notebook, or the name of one in notebooks/reports."),
    parameter: list[str] | None = typer.Option(
        None, "-p", "--parameter", metavar="NAME=VALUE", help="A parameter; the value is JSON or plain text."
    ),
    params: Path | None = typer.Option(
        None, help="A .json list of objects, or a .csv, of parameters: one report for each."
    ),
    out: Path = typer.Option(Path("reports"), help="Folder for the pages and executed notebooks."),
    fresh: bool = typer.Option(False, help="With --params: also run those that finished before."),
) -> None:
    """Run a notebook as a report: one Run, one page that needs no network.

    NOTEBOOK is a path, or the name of one in notebooks/reports.

    With --params it is a batch: what finished before with the same notebook and parameters is taken from
    the record, a failure stops none of the others, and the exit status is 1 when there was one.
    """
    from workbench.studio import studio

    given = _pairs(parameter or [])
    if params is None:
        _single(studio(), notebook, given, out)
    else:
        _batch(studio(), notebook, [{**given, **row} for row in _sets(params)], out, fresh)


def _single(studio: Studio, notebook: str, given: dict[str, Any], out: Path) -> None:
    from workbench.cli.show import Bar, runs_table
    from workbench.reports import run_report
    from workbench.wording import amount

    with Bar(Path(notebook).stem) as bar:
        result: ReportResult = run_report(notebook, given, out, studio, progress=bar)
    runs_table(f"{amount(len(result.runs), 'Run')} under report {result.run.id}", result.runs)
    typer.echo(f"Page:      {result.html}\nNotebook:  {result.notebook}")


def _batch(studio: Studio, notebook: str, sets: list[dict[str, Any]], out: Path, fresh: bool) -> None:
    from workbench.cli.show import frame_table
    from workbench.reports import run_batch

    result: BatchResult = run_batch(notebook, sets, out, studio, fresh=fresh)
    frame_table(f"{len(sets)} reports in {out}", result.to_frame())
    if result.failed:
        typer.echo(f"workbench: {len(result.failed)} of {len(sets)} reports failed.", err=True)
        raise typer.Exit(1)


def _pairs(pairs: Sequence[str]) -> dict[str, Any]:
    found = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise BadInput(f"{pair!r} is no parameter; expected NAME=VALUE.", "For example: -p seed=3.")
        found[name] = _value(text)
    return found


def _value(text: str) -> Any:
    try:
        # NaN and Infinity are no JSON, and words that somebody may mean.
        return json.loads(text, parse_constant=str)
    except json.JSONDecodeError:
        return text


def _sets(path: Path) -> list[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.", "Give a .json or .csv file.") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from None
    rows = _csv(path, text) if path.suffix == ".csv" else _json(path, text)
    if not rows or not all(isinstance(row, dict) and row for row in rows):
        raise BadInput(f"{path} holds no parameter sets.", "Give a JSON list of objects or a CSV table.")
    return rows


def _csv(path: Path, text: str) -> list[dict[str, Any]]:
    import csv
    import io

    reader = csv.DictReader(io.StringIO(text, newline=""))
    found = []
    for row in reader:
        if None in row or None in row.values():
            raise BadInput(
                f"{path} has another number of cells in line {reader.line_num} than in its head.",
                "Give each row one cell a column; put quotation marks around a cell that holds a comma.",
            )
        found.append({name: _value(cell) for name, cell in row.items()})
    return found


def _json(path: Path, text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(f"{path} is not JSON: {error.msg} in line {error.lineno}.", "Correct it.") from None
    return found if isinstance(found, list) else [found]

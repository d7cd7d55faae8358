"""``workbench runs``: the record, from a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import typer

__all__ = ["app"]

app = typer.Typer(help="List, show, compare, carry, check and prune Runs.", no_args_is_help=True)

RUN = typer.Argument(help="Id of a Run, or enough of its beginning.")


@app.command("list")
def list_runs(
    kind: str | None = typer.Option(None, help="Only this kind, such as chat or report."),
    status: str | None = typer.Option(None, help="Only running, finished, failed or cancelled."),
    parent: str | None = typer.Option(None, help="Only the Runs under this one."),
    limit: int = typer.Option(20, min=1, help="At most so many, newest first."),
    as_json: bool = typer.Option(False, "--json", help="JSON instead of a table, every column of it."),
) -> None:
    """List the newest Runs."""
    from workbench.cli.show import runs_table
    from workbench.studio import studio

    frame = studio().runs.frame(kind=kind, status=status, parent=parent, limit=limit)
    if as_json:
        typer.echo(frame.reset_index().to_json(orient="records", date_format="iso", indent=2))
    else:
        runs_table("", frame)


@app.command()
def show(run: str = RUN) -> None:
    """Print everything that is recorded of a Run, as JSON; the beginning of its id is enough."""
    from workbench.studio import studio

    found = studio().runs.get(run)
    typer.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))


@app.command()
def diff(first: str = RUN, second: str = RUN) -> None:
    """Say what differs between two Runs; the exit status is 1 when something does."""
    from workbench.studio import studio

    found = studio().runs.diff(first, second)
    typer.echo(str(found))
    if found:
        raise typer.Exit(1)


@app.command()
def export(
    path: Path = typer.Argument(help="The bundle to write, a .zip."),
    runs: list[str] | None = typer.Argument(None, help="Ids; by default every Run."),
) -> None:
    """Write Runs with their objects, all unless some are named, into one .zip for another machine."""
    from workbench.studio import studio

    studio().runs.export(path, runs or None)
    typer.echo(f"Wrote {path}.")


@app.command("import")
def import_runs(path: Path = typer.Argument(help="A bundle that `workbench runs export` wrote.")) -> None:
    """Verify a bundle and take its Runs in."""
    from workbench.studio import studio

    taken = studio().runs.import_(path)
    typer.echo(f"Took in {len(taken)} Runs from {path}.")


@app.command()
def verify() -> None:
    """Read everything again and hash it; the exit status is 1 when something is wrong."""
    from workbench.studio import studio

    wrong = studio().runs.verify()
    for line in wrong:
        typer.echo(line)
    if wrong:
        raise typer.Exit(1)
    typer.echo("Sound: every Run and every object is as it was recorded.")


@app.command()
def prune(
    days: float = typer.Option(..., min=0, help="Remove Runs that started longer ago than so many days."),
    status: str | None = typer.Option(None, help="Only finished, failed or cancelled ones."),
    yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask."),
) -> None:
    """Remove old Runs; tagged ones and what they stand on always stay."""
    from datetime import timedelta

    from workbench.studio import studio

    runs = studio().runs
    age = timedelta(days=days)
    doomed = runs.prune(older_than=age, status=status, dry_run=True)
    if doomed and not yes:
        typer.confirm(f"Remove {len(doomed)} Runs, the oldest {doomed[0]}?", abort=True)
    removed = runs.prune(older_than=age, status=status)
    typer.echo(f"Removed {len(removed)} Runs.")

"""``workbench runs``: the record, from a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import typer

__all__ = ["app"]

app = typer.Typer(help="List, show, compare, tag, carry, check and prune Runs.", no_args_is_help=True)

Status = Literal["running", "submitted", "finished", "failed", "cancelled"]
Ended = Literal["finished", "failed", "cancelled"]
RUN = typer.Argument(help="Id of a Run, or enough of its beginning.")


@app.command("list")
def list_runs(
    kind: str | None = typer.Option(None, help="Only this kind, such as chat or report."),
    status: Status | None = typer.Option(
        None, help="Only running, submitted, finished, failed or cancelled."
    ),
    parent: str | None = typer.Option(
        None, help="Only the Runs under this one; the beginning of its id is enough."
    ),
    limit: int = typer.Option(20, min=1, help="At most so many, newest first."),
    as_json: bool = typer.Option(False, "--json", help="JSON instead of a table, every column of it."),
) -> None:
    """List the newest Runs."""
    from workbench.cli.show import runs_table
    from workbench.studio import studio

    runs = studio().runs
    above = runs.get(parent).id if parent else None
    frame = runs.frame(kind=kind, status=status, parent=above, limit=limit)
    if as_json:
        typer.echo(frame.reset_index().to_json(orient="records", date_format="iso", indent=2))
    elif frame.empty:
        typer.echo(_none(filtered=any((kind, status, parent))))
    else:
        runs_table("", frame)


def _none(*, filtered: bool) -> str:
    if filtered:
        return "There is no such Run; `workbench runs list` shows those of every kind."
    return "There are no Runs yet; `workbench report flagship`, a %chat or your own code leaves some."


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
def tag(
    run: str = RUN,
    words: list[str] = typer.Argument(help="Words to put on it."),
) -> None:
    """Put words on a Run; a tagged Run is never pruned."""
    from workbench.studio import studio

    runs = studio().runs
    tagged = runs.tag(runs.get(run), *words)
    typer.echo(f"Run {tagged.id} is tagged {', '.join(tagged.tags)}.")


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
    from workbench.wording import amount

    taken = studio().runs.import_(path)
    known = "" if taken else "; all that it holds were here already"
    typer.echo(f"Took in {amount(len(taken), 'Run')} from {path}{known}.")


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
    status: Ended | None = typer.Option(None, help="Only finished, failed or cancelled ones."),
    yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask."),
) -> None:
    """Remove old Runs; tagged ones and what they stand on always stay."""
    from datetime import timedelta

    from workbench.studio import studio
    from workbench.wording import amount

    runs = studio().runs
    age = timedelta(days=days)
    doomed = runs.prune(older_than=age, status=status, dry_run=True)
    if doomed and not yes:
        typer.confirm(f"Remove {amount(len(doomed), 'Run')}, the oldest {doomed[0]}?", abort=True)
    removed = runs.prune(older_than=age, status=status)
    typer.echo(f"Removed {amount(len(removed), 'Run')}.")

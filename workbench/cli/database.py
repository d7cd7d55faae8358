"""``workbench db``: the database's schema and health."""

from __future__ import annotations

import typer

__all__ = ["app"]

app = typer.Typer(help="Look at the database, bring it up to date, check it.", no_args_is_help=True)


@app.command()
def status() -> None:
    """Say where the database stands; the exit status is 1 when it needs an upgrade."""
    from workbench.errors import OutdatedDatabase
    from workbench.settings import load_settings
    from workbench.storage import Database

    settings = load_settings()
    try:
        database = Database(settings)
    except OutdatedDatabase as error:
        typer.echo(str(error))
        raise typer.Exit(1) from None
    kind = "SQLite" if database.embedded else database.engine.dialect.name
    typer.echo(f"{kind}, schema {database.revision()}, up to date.")
    database.close()


@app.command()
def upgrade() -> None:
    """Bring the database to the schema of this version."""
    from workbench.settings import load_settings
    from workbench.storage import Database
    from workbench.storage.migrate import head, upgrade_url

    settings = load_settings()
    upgrade_url(settings.database, lock=settings.home / "migrate.lock")
    Database(settings).close()
    typer.echo(f"The database is at schema {head()}.")


@app.command()
def check() -> None:
    """Check the database file and every Run in it; the exit status is 1 when something is wrong."""
    from workbench.studio import studio

    here = studio()
    wrong = [*here.database.integrity(), *here.runs.verify()]
    for line in wrong:
        typer.echo(line)
    if wrong:
        raise typer.Exit(1)
    typer.echo("Sound: the file, its references, every Run and every object.")

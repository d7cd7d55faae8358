"""The commands, put together."""

from __future__ import annotations

import typer

import workbench
from workbench.cli import database, kb, models, runs, user
from workbench.cli.dashboards import dashboards
from workbench.cli.doctor import doctor
from workbench.cli.lab import lab
from workbench.cli.report import report
from workbench.cli.server import serve

__all__ = ["app"]

app = typer.Typer(
    name="workbench",
    help="One memory for language models, search, circuits, federated training and spiking simulation.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(doctor)
app.command()(lab)
app.command()(dashboards)
app.command()(report)
app.command()(serve)
app.add_typer(runs.app, name="runs")
app.add_typer(kb.app, name="kb")
app.add_typer(database.app, name="db")
app.add_typer(models.app, name="models")
app.add_typer(user.app, name="user")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"workbench {workbench.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and leave."
    ),
) -> None:
    """Every command works on WORKBENCH_HOME and the database named in the settings."""

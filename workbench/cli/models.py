"""``workbench models``: the language models on this machine."""

from __future__ import annotations

import typer

__all__ = ["app"]

app = typer.Typer(help="List models, fetch the embedded one.", no_args_is_help=True)


@app.command("list")
def list_models() -> None:
    """List the models that the providers offer, and why one cannot be used now."""
    from workbench.cli.show import table
    from workbench.studio import studio

    rows = (
        (f"{one['provider']}:{one['model']}", "ok" if one["available"] else "absent", one["reason"] or "")
        for one in studio().ai.models()
    )
    table("", ("model", "state", "reason"), rows)


@app.command()
def get(name: str = typer.Argument("smollm2", help="Name of a model that can be fetched.")) -> None:
    """Fetch a model's weights into WORKBENCH_HOME/models, once, and check their digest."""
    from workbench.chat.models import get as fetch
    from workbench.cli.show import Bar
    from workbench.settings import load_settings

    with Bar(name) as bar:
        path = fetch(name, load_settings(), bar)
    typer.echo(f"{name} is at {path} ({path.stat().st_size / 1e6:.0f} MB).")

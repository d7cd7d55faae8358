"""``workbench lab``."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import typer

from workbench.errors import NotFound

__all__ = ["lab"]

START = "notebooks/start.ipynb"
# JupyterLab asks the network for news, updates and extensions; the workbench asks for nothing.
QUIET = (
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)


def lab(
    notebook: Path | None = typer.Argument(None, help=f"Notebook or folder to open; by default {START}."),
    port: int = typer.Option(8888, help="Port on loopback; the next free one is taken where it is in use."),
    browser: bool = typer.Option(True, "--browser/--no-browser", help="Open a browser window."),
) -> None:
    """Open JupyterLab on a notebook or a folder, by default on notebooks/start.ipynb."""
    from workbench.cli.serve import become, project_folder

    target = notebook.expanduser().absolute() if notebook else project_folder(START) / START
    if not target.exists():
        raise NotFound(f"There is no {target}.", "Give a notebook or a folder.")
    root = target.parent if notebook else target.parents[1]
    arguments = [
        # Unlike a file argument this also shows in the address that is printed for other browsers.
        f"--LabApp.default_url=/lab/tree/{quote(target.relative_to(root).as_posix())}",
        f"--ServerApp.root_dir={root}",
        f"--ServerApp.port={port}",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.allow_unauthenticated_access=False",
        *QUIET,
        # In a container root is the only user there is; the server listens on loopback and wants its token.
        *(["--allow-root"] if os.geteuid() == 0 else []),
    ]
    become("jupyterlab", "lab", arguments if browser else [*arguments, "--no-browser"])

"""``workbench dashboards``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import typer

from workbench.errors import NotFound

__all__ = ["dashboards"]

FOLDER = "dashboards"
IDLE_SECONDS = 600


def dashboards(
    folder: Path | None = typer.Argument(None, help=f"Folder of dashboards; by default {FOLDER}/."),
    port: int = typer.Option(8866, help="Port on loopback."),
    browser: bool = typer.Option(True, "--browser/--no-browser", help="Open a browser window."),
    theme: Literal["light", "dark"] = typer.Option("light", help="Colours of the pages."),
    pool: int = typer.Option(1, min=0, max=8, help="Kernels kept warm for each dashboard."),
) -> None:
    """Serve a folder of dashboards as web pages with Voila, by default dashboards/."""
    from workbench.cli.serve import become, project_folder

    root = folder.expanduser().absolute() if folder else project_folder(FOLDER) / FOLDER
    if not any(root.glob("*.ipynb")):
        raise NotFound(f"There are no dashboards in {root}.", "Give a folder that holds .ipynb files.")
    arguments = [*options(root, port, pool), f"--theme={theme}"]
    become("voila", "dashboards", arguments if browser else [*arguments, "--no-browser"])


def options(root: Path, port: int, pool: int) -> list[str]:
    """Return Voila's arguments for the dashboards in ``root``."""
    pools = {path.name: {"pool_size": pool} for path in sorted(root.glob("*.ipynb"))}
    # Voila would warm a pool for every notebook under the root, checkpoints and drafts too.
    pools["default"] = {"pool_size": 0}
    return [
        str(root),
        f"--port={port}",
        "--Voila.ip=127.0.0.1",
        # Voila's own page links style sheets of a CDN.
        "--template=workbench",
        f"--preheat_kernel={pool > 0}",
        f"--VoilaKernelManager.kernel_pools_config={json.dumps(pools)}",
        # The page's farewell is a beacon that cannot carry the token; refused, each visit leaves a kernel.
        "--Voila.tornado_settings=disable_check_xsrf=True",
        f"--MappingKernelManager.cull_idle_timeout={IDLE_SECONDS}",
        f"--MappingKernelManager.cull_interval={IDLE_SECONDS // 5}",
    ]

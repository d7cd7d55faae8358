"""``workbench doctor``."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from workbench.doctor import Check
    from workbench.settings import Settings

__all__ = ["doctor"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def doctor() -> None:
    """Say what works here and what is missing; of a key only whether it is present.

    The exit status is 1 when something that is needed does not work.
    """
    from workbench import __version__
    from workbench.cli.show import table
    from workbench.settings import load_settings

    settings = load_settings()
    found = [*_settings(settings), *_studio(settings), *_tools()]
    rows = [(check.name, check.state, " ".join(filter(None, (check.detail, check.hint)))) for check in found]
    table(f"workbench {__version__}", ("what", "state", "finding"), rows)
    broken = [check.name for check in found if check.state == "problem"]
    if broken:
        typer.echo(f"workbench: needs mending: {', '.join(broken)}.", err=True)
        raise typer.Exit(1)


def _studio(settings: Settings) -> list[Check]:
    from workbench.doctor import Check, checks
    from workbench.errors import WorkbenchError
    from workbench.studio import Studio

    try:
        here = Studio(settings)
    except WorkbenchError as error:
        return [Check("studio", "problem", error.message, error.hint)]
    with contextlib.closing(here):
        return checks(here)


def _settings(settings: Settings) -> Iterator[Check]:
    from workbench.doctor import Check

    places = (Path.cwd() / ".env", settings.workbench_home / "config.toml")
    files = [str(path) for path in places if path.is_file()]
    given = ", ".join(sorted(name.upper() for name in settings.model_fields_set)) or "none"
    sources = " and ".join(["the environment", *files])
    yield Check("settings", "ok", f"read from {sources}; given: {given}")


def _tools() -> Iterator[Check]:
    from jupyter_client.kernelspec import KernelSpecManager

    from workbench.doctor import Check

    kernels = ", ".join(sorted(KernelSpecManager().find_kernel_specs()))
    yield (
        Check("kernels", "ok", kernels)
        if kernels
        else Check("kernels", "problem", "no Jupyter kernel is installed.", "Run `pip install ipykernel`.")
    )
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    yield (
        Check("browser", "ok", browser)
        if browser
        else Check("browser", "absent", "no Chromium found; only the browser tests want one.")
    )

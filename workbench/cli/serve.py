"""Handing this process over to a Jupyter program."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from workbench.errors import MissingExtra, NotFound

__all__ = ["become", "pages", "project_folder"]


def project_folder(wanted: str) -> Path:
    """Return the nearest folder, from here upwards, that holds ``wanted``.

    Raises
    ------
    NotFound
        There is none.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / wanted).exists():
            return folder
    raise NotFound(
        f"There is no {wanted} in this folder or above it.",
        "Go to a checkout of the workbench, or name a file.",
    )


def become(module: str, extra: str, arguments: list[str]) -> None:
    """Replace this process by ``python -m module``, so that signals and exit status are its own.

    Raises
    ------
    MissingExtra
        The program is not installed.
    """
    if importlib.util.find_spec(module) is None:
        raise MissingExtra(f"{module} is not installed.", f"Run `pip install 'autogent-studio[{extra}]'`.")
    sys.stdout.flush()
    # Kernel pools are a dict, which traitlets takes on a command line only under protest.
    quiet = ["-W", "ignore::DeprecationWarning:traitlets.traitlets"]
    command = [sys.executable, *quiet, "-m", module, *arguments]
    os.execve(sys.executable, command, os.environ | pages())  # noqa: S606 a list, no shell


def pages() -> dict[str, str]:
    """Return the environment by which Jupyter finds our page template and JupyterLab's quiet settings."""
    ours = str(Path(__file__).parents[1] / "widgets" / "pages")
    names = ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH")
    return {name: os.pathsep.join(filter(None, (ours, os.environ.get(name)))) for name in names}

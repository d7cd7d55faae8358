"""The reports' optional libraries, asked for in one place."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from workbench.errors import MissingExtra

__all__ = ["library"]


def library(name: str) -> Any:
    """Import ``name``, or say which extra brings it.

    Raises
    ------
    MissingExtra
        The library is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"Reports need {error.name}, which is not installed.",
            "Run `pip install 'autogent-studio[reports]'`.",
        ) from error

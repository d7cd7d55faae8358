"""The service: REST and Socket.IO, in a Jupyter Server or alone."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["WorkbenchServer", "create_app"]

_HOMES = {"WorkbenchServer": "extension", "create_app": "application"}


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell Jupyter Server what to load."""
    from workbench.server.extension import WorkbenchServer

    return [{"module": "workbench.server", "app": WorkbenchServer}]


def __getattr__(name: str) -> Any:
    """Load a name from its module on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)

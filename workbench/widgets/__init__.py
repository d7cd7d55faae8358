"""Live panels for notebooks and dashboards, each a thin view on one of the Studio's services.

They load on first use: listing them costs no widget library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.widgets.chat import ChatWidget
    from workbench.widgets.circuits import CircuitWidget
    from workbench.widgets.knowledge import KnowledgeWidget
    from workbench.widgets.runs import RunsWidget

__all__ = ["ChatWidget", "CircuitWidget", "KnowledgeWidget", "RunsWidget"]

_HOMES = {
    "ChatWidget": "workbench.widgets.chat",
    "CircuitWidget": "workbench.widgets.circuits",
    "KnowledgeWidget": "workbench.widgets.knowledge",
    "RunsWidget": "workbench.widgets.runs",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

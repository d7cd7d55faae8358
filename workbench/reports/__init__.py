"""Parameterised notebooks run as one Run, alone or as a batch, to a page that needs no network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.reports.batch import BatchResult, run_batch
    from workbench.reports.notebook import declared_parameters, find_notebook, listed_reports
    from workbench.reports.report import ReportResult, run_report

__all__ = [
    "BatchResult",
    "ReportResult",
    "declared_parameters",
    "find_notebook",
    "listed_reports",
    "run_batch",
    "run_report",
]

_HOMES = {
    "BatchResult": "batch",
    "ReportResult": "report",
    "declared_parameters": "notebook",
    "find_notebook": "notebook",
    "listed_reports": "notebook",
    "run_batch": "batch",
    "run_report": "report",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__

"""Files and knowledge bases: what was handed in, how it is found again, and where it stands."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.knowledge.answering import Answer, Citation
    from workbench.knowledge.files import FileService
    from workbench.knowledge.results import AddResult, Hit, SearchResults
    from workbench.knowledge.service import VectorService

_HOMES = {
    "AddResult": "results",
    "Answer": "answering",
    "Citation": "answering",
    "FileService": "files",
    "Hit": "results",
    "SearchResults": "results",
    "VectorService": "service",
}

__all__ = ["AddResult", "Answer", "Citation", "FileService", "Hit", "SearchResults", "VectorService"]


def __getattr__(name: str) -> Any:
    """Load a name from its module on first use: the processes that read files need none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)

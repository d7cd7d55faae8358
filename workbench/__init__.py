"""Autogent Studio, the Jupyter-first research workbench.

>>> import workbench
>>> studio = workbench.studio()  # doctest: +SKIP
>>> studio.ai.chat_completion([{"role": "user", "content": "Hello"}])  # doctest: +SKIP

Everything is loaded on first use; importing the package loads nothing heavy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "AIService": "workbench.chat",
    "Answer": "workbench.knowledge",
    "ChatReply": "workbench.chat",
    "ChatService": "workbench.chat",
    "ChatWidget": "workbench.widgets",
    "CircuitResult": "workbench.quantum",
    "CircuitWidget": "workbench.widgets",
    "Citation": "workbench.knowledge",
    "FileService": "workbench.knowledge",
    "KnowledgeWidget": "workbench.widgets",
    "QuantumService": "workbench.quantum",
    "Run": "workbench.runs",
    "RunsWidget": "workbench.widgets",
    "Settings": "workbench.settings",
    "Studio": "workbench.studio",
    "VectorService": "workbench.knowledge",
    "WorkbenchError": "workbench.errors",
    "calculate_file_hash": "workbench.files",
    "format_datetime": "workbench.text",
    "format_file_size": "workbench.files",
    "generate_api_key": "workbench.security",
    "generate_secure_token": "workbench.security",
    "get_file_type_icon": "workbench.files",
    "hash_password": "workbench.security",
    "load_ipython_extension": "workbench.magics",
    "load_settings": "workbench.settings",
    "studio": "workbench.studio",
    "time_ago": "workbench.text",
    "truncate_text": "workbench.text",
    "unload_ipython_extension": "workbench.magics",
    "use": "workbench.studio",
    "verify_password": "workbench.security",
}

__all__ = [
    "AIService",
    "Answer",
    "ChatReply",
    "ChatService",
    "ChatWidget",
    "CircuitResult",
    "CircuitWidget",
    "Citation",
    "FileService",
    "KnowledgeWidget",
    "QuantumService",
    "Run",
    "RunsWidget",
    "Settings",
    "Studio",
    "VectorService",
    "WorkbenchError",
    "__version__",
    "calculate_file_hash",
    "format_datetime",
    "format_file_size",
    "generate_api_key",
    "generate_secure_token",
    "get_file_type_icon",
    "hash_password",
    "load_ipython_extension",
    "load_settings",
    "studio",
    "time_ago",
    "truncate_text",
    "unload_ipython_extension",
    "use",
    "verify_password",
]

if TYPE_CHECKING:
    from workbench.chat import AIService, ChatReply, ChatService
    from workbench.errors import WorkbenchError
    from workbench.files import calculate_file_hash, format_file_size, get_file_type_icon
    from workbench.knowledge import Answer, Citation, FileService, VectorService
    from workbench.magics import load_ipython_extension, unload_ipython_extension
    from workbench.quantum import CircuitResult, QuantumService
    from workbench.runs import Run
    from workbench.security import generate_api_key, generate_secure_token, hash_password, verify_password
    from workbench.settings import Settings, load_settings
    from workbench.studio import Studio, studio, use
    from workbench.text import format_datetime, time_ago, truncate_text
    from workbench.widgets import ChatWidget, CircuitWidget, KnowledgeWidget, RunsWidget


def __getattr__(name: str) -> Any:
    """Load a public name from its home on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'workbench' has no attribute {name!r}")
    # Importing the submodule `workbench.studio` would put the module under the function's name.
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Let completion offer every public name."""
    return sorted(__all__)

"""What is done before anybody waits for it."""

from __future__ import annotations

import gc
import importlib
from contextlib import suppress

from workbench.chat.providers import provider_names
from workbench.chat.providers.base import Provider
from workbench.errors import WorkbenchError
from workbench.studio import Studio

__all__ = ["ready"]

_LOADED_ON_USE = ("limits.storage", "limits.strategies")
_LOOKS_AFTER = 10_000
"""So many objects more, for which the collector looks anew."""


def ready(studio: Studio) -> None:
    """Prepare this process to serve, so that its event loop waits for as little as possible.

    What the first requests would load is loaded, and the garbage collector does not look at it again
    and again: else each of its full collections would stop everything for a tenth of a second. It looks
    less often, too, so that it finds the work of a moment done, and does not take it for what stays.

    Parameters
    ----------
    studio : Studio
        What requests are answered from.
    """
    for name in _LOADED_ON_USE:
        importlib.import_module(name)
    studio.runs.prepare()
    _ = studio.accounts, studio.chat, studio.files, studio.vectors
    for name in provider_names():
        # One that cannot be used says so to whoever asks for it.
        with suppress(WorkbenchError):
            _prepare(studio.ai.provider(name))
    gc.collect()
    gc.freeze()
    gc.set_threshold(_LOOKS_AFTER)


def _prepare(provider: Provider) -> None:
    prepare = getattr(provider, "prepare", None)
    if prepare is not None:
        prepare()

"""What is done before anybody waits for it."""

from __future__ import annotations

import gc
import importlib
import sys

from workbench.chat.providers import provider_names
from workbench.studio import Studio

__all__ = ["ready"]

_SWITCH_SECONDS = 0.0005
_LOADED_ON_USE = ("limits.storage", "limits.strategies", "tenacity")


def ready(studio: Studio) -> None:
    """Prepare this process to serve, so that its event loop waits for as little as possible.

    What the first requests would load is loaded, and the garbage collector does not look at it again
    and again: else each of its full collections would stop everything for a tenth of a second. Threads
    that compute give way sooner than by default, for every event waits for some of them.

    Parameters
    ----------
    studio : Studio
        What requests are answered from.
    """
    for name in _LOADED_ON_USE:
        importlib.import_module(name)
    for name in provider_names():
        prepare = getattr(studio.ai.provider(name), "prepare", None)
        if prepare is not None:
            prepare()
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.collect()
    gc.freeze()

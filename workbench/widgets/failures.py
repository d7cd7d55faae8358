"""How a panel says an error."""

from __future__ import annotations

import logging
from typing import Any

from workbench.errors import WorkbenchError

__all__ = ["described"]

_LOG = logging.getLogger(__name__)


def described(error: BaseException) -> dict[str, Any]:
    """Return ``code``, ``message`` and ``hint`` of an error for a panel.

    What is no `WorkbenchError` may quote anything at all, a key included: its own words go to the
    log and the panel says only that something went wrong.
    """
    if isinstance(error, WorkbenchError):
        return error.to_dict()
    _LOG.info("A panel's action failed.", exc_info=error)
    return {
        "code": WorkbenchError.code,
        "message": "Something went wrong inside the workbench; what was already stored is safe.",
        "hint": "Try again. The log of workbench.widgets at level INFO has the details.",
    }

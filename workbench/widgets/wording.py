"""How the panels say amounts, times and errors: one wording for the live view and the static one."""

from __future__ import annotations

import logging
import math
from typing import Any

from workbench.errors import WorkbenchError

__all__ = ["amount", "described", "duration", "money"]

MINUTE = 60
_LOG = logging.getLogger(__name__)


def money(cost: float | None) -> str:
    """Return US dollars in words short enough for a table.

    Parameters
    ----------
    cost : float or None
        US dollars; ``None`` or NaN where the price is not known.
    """
    if cost is None or math.isnan(cost):
        return "unknown"
    if cost == 0:
        return "$0"
    if cost >= 1:
        return f"${cost:,.2f}"
    digits = min(8, 1 - math.floor(math.log10(abs(cost))))
    return f"${cost:.{max(2, digits)}f}"


def amount(count: float, noun: str) -> str:
    """Return ``"1 token"``, ``"2,048 tokens"``."""
    return f"{int(count):,} {noun}" + ("" if int(count) == 1 else "s")


def duration(seconds: float | None) -> str:
    """Return a time span at a reader's precision.

    Parameters
    ----------
    seconds : float or None
        Zero or more; ``None`` or NaN while it is not known.
    """
    if seconds is None or math.isnan(seconds):
        return "—"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), MINUTE)
    hours, minutes = divmod(minutes, MINUTE)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


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

"""How amounts, times and prices are said: one wording for every surface."""

from __future__ import annotations

import math

__all__ = ["amount", "duration", "money"]

MINUTE = 60


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

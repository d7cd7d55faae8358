"""How long somebody has to wait, and how that is said."""

from __future__ import annotations

import math

from workbench.errors import TooMany
from workbench.wording import amount

__all__ = ["FREE", "LONGEST", "delay", "too_many"]

FREE = 5
"""Failures in a row that cost nothing."""
LONGEST = 900
_MINUTE = 60


def delay(failures: int, free: int = FREE) -> int:
    """Return how many seconds must pass between the last failure and the next attempt.

    Parameters
    ----------
    failures : int
        In a row.
    free : int
        So many cost nothing; after them it is 1, 2, 4 seconds and so on up to a quarter of an hour.
    """
    over = failures - free
    return 0 if over < 0 else min(LONGEST, 2 ** min(over, LONGEST.bit_length()))


def too_many(reason: str, seconds: float) -> TooMany:
    """Return the error that says when to come back."""
    whole = max(1, math.ceil(seconds))
    short = whole <= 2 * _MINUTE
    wait = amount(whole, "second") if short else amount(math.ceil(whole / _MINUTE), "minute")
    return TooMany(f"{reason}.", f"Try again in {wait}.", details={"retry_after": whole})

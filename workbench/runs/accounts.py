"""What a Run holds against budgets, and what an execution used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from workbench.runs.record import Run

__all__ = ["Reservation", "Spent"]


@dataclass(frozen=True, slots=True)
class Reservation:
    """The most that a Run may use, held against budgets while it runs.

    Attributes
    ----------
    cost : float or None
        US dollars.
    tokens : int
        Tokens read and written.
    account : str or None
        What the cost counts against, such as a chat session.
    guard : callable, optional
        Called inside the transaction that holds the reservation; raises to refuse it.
    """

    cost: float | None = 0.0
    tokens: int = 0
    account: str | None = None
    guard: Callable[[Connection], None] | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """What one execution really used; a replayed Run uses nothing.

    Attributes
    ----------
    runs, replayed : int
        Runs computed, and Runs taken from the record.
    tokens : int
        Tokens read and written by the computed ones.
    cost : float
        US dollars of the computed ones whose price is known.
    unknown_cost : int
        Computed Runs whose price is not known.
    """

    runs: int = 0
    replayed: int = 0
    tokens: int = 0
    cost: float = 0.0
    unknown_cost: int = 0

    def plus(self, run: Run) -> Spent:
        """Return the sum with one more Run."""
        if run.replayed:
            return replace(self, replayed=self.replayed + 1)
        return Spent(
            self.runs + 1,
            self.replayed,
            self.tokens + run.tokens,
            self.cost + (run.cost or 0.0),
            self.unknown_cost + (run.cost is None),
        )

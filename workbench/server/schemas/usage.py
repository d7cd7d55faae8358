"""What was used, and what may be."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from workbench.server.route import Query

__all__ = ["Days", "Limits", "Period", "Sums", "UsageByUser", "UsageDay", "UsageView"]


class Days(Query):
    """Which days are wanted, UTC, both included; by default all of them."""

    since: date | None = None
    until: date | None = None


class Period(Days):
    """Whose days are wanted: an admin may name a user, by default it is whoever asks."""

    user: Annotated[str, Field(max_length=100)] | None = None


class Sums(BaseModel):
    """Sums over Runs: ``cost`` in US dollars of those whose price is known."""

    runs: int
    tokens: int
    cost: float
    unknown_cost: int


class UsageDay(Sums):
    """Sums of one day, UTC."""

    day: date


class Limits(BaseModel):
    """What the user's tier allows; ``null`` is no limit."""

    tokens_per_day: int | None
    spend_per_day_usd: float | None
    storage_bytes: int | None


class UsageView(BaseModel):
    """What a user used in the period, today, and of the storage."""

    username: str
    subscription_tier: str
    limits: Limits
    today: Sums
    total: Sums
    days: list[UsageDay]
    storage_bytes: int


class UsageByUser(Sums):
    """Sums of one user."""

    username: str

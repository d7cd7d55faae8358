"""Refusing a call that could pass a limit, before it is made."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from workbench.errors import BudgetExceeded
from workbench.runs import Reservation
from workbench.settings import Settings, TierLimits
from workbench.storage.models import User
from workbench.storage.tables import RunRow, UsageRow
from workbench.wording import money

__all__ = ["Budget"]

DAY_SECONDS = 86_400
# On a server the lock lets one call of a user at a time look at the sums, so that two cannot both take the
# last dollar; it is the weaker one, for a Run's foreign key holds the row too. SQLite has one writer anyway.
_TIER = select(User.subscription_tier).where(User.id == bindparam("user_id")).with_for_update(key_share=True)


@dataclass(frozen=True, slots=True)
class _Limit:
    """One spend limit: its words, the setting that holds it, and which usage counts."""

    words: str
    setting: str
    most: float
    day: int | None = None
    account: str | None = None


class Budget:
    """Holds the most that a call may use against every limit that is set.

    Parameters
    ----------
    settings : Settings
        ``workbench_budget_*_usd`` and ``workbench_tiers``.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def reserve(
        self, user_id: str, model: str, cost: float | None, tokens: int, account: str | None
    ) -> Reservation:
        """Return the reservation of a call.

        Parameters
        ----------
        user_id : str
            Who pays.
        model : str
            Named in a refusal.
        cost : float or None
            Upper estimate, US dollars; ``None`` when the price is not known.
        tokens : int
            Upper estimate of tokens read and written.
        account : str or None
            The chat session.

        Notes
        -----
        The reservation's guard raises `BudgetExceeded` when a limit would be passed, or when a spend
        budget is set and the price is not known: at the call, so that what is replayed needs no budget.
        """

        def guard(connection: Connection) -> None:
            if cost is None and self._has_budget():
                raise BudgetExceeded(
                    f"The price of {model} is not known, so it cannot be held against your budget.",
                    f"Add its price to {self.settings.prices_file}, or unset the budget.",
                )
            self._check(connection, user_id, account, cost or 0.0, tokens)

        return Reservation(cost=cost, tokens=tokens, account=account, guard=guard)

    def _has_budget(self) -> bool:
        settings = self.settings
        return any(
            limit is not None
            for limit in (
                settings.workbench_budget_user_usd,
                settings.workbench_budget_session_usd,
                settings.workbench_budget_day_usd,
            )
        )

    def _check(
        self, connection: Connection, user_id: str, account: str | None, cost: float, tokens: int
    ) -> None:
        tier = self._tier(connection, user_id)
        sums: dict[tuple[int | None, str | None], tuple[float, int]] = {}

        def used(day: int | None, of: str | None = None) -> tuple[float, int]:
            if (day, of) not in sums:
                sums[day, of] = _used(connection, user_id, day, of)
            return sums[day, of]

        for limit in self._spend_limits(account, tier) if cost > 0 else ():
            spent, _ = used(limit.day, limit.account)
            if spent > limit.most:
                raise _too_dear(limit, spent - cost, cost)
        if tier.tokens_per_day is not None:
            _, counted = used(_today())
            if counted > tier.tokens_per_day:
                raise _too_long(tier.tokens_per_day, counted - tokens, tokens)

    def _tier(self, connection: Connection, user_id: str) -> TierLimits:
        name = connection.scalar(_TIER, {"user_id": user_id})
        return self.settings.workbench_tiers.get(name or "free", TierLimits())

    def _spend_limits(self, account: str | None, tier: TierLimits) -> Iterator[_Limit]:
        settings, day = self.settings, _today()
        if settings.workbench_budget_user_usd is not None:
            most = settings.workbench_budget_user_usd
            yield _Limit("all you spent", "WORKBENCH_BUDGET_USER_USD", most)
        if settings.workbench_budget_day_usd is not None:
            most = settings.workbench_budget_day_usd
            yield _Limit("today's spend", "WORKBENCH_BUDGET_DAY_USD", most, day=day)
        if settings.workbench_budget_session_usd is not None and account:
            most = settings.workbench_budget_session_usd
            yield _Limit("this chat session", "WORKBENCH_BUDGET_SESSION_USD", most, account=account)
        if tier.spend_per_day_usd is not None:
            setting = "spend_per_day_usd in WORKBENCH_TIERS"
            yield _Limit("today's spend in your tier", setting, tier.spend_per_day_usd, day=day)


def _today() -> int:
    return int(time.time() // DAY_SECONDS)


def _too_dear(limit: _Limit, spent: float, cost: float) -> BudgetExceeded:
    return BudgetExceeded(
        f"This call may cost up to {money(cost)} and {limit.words} stands at {money(spent)}"
        f" of {money(limit.most)}.",
        f"Raise {limit.setting}, lower max_tokens, or use a local model.",
        details={"limit": limit.most, "used": spent, "estimate": cost},
    )


def _too_long(most: int, counted: int, tokens: int) -> BudgetExceeded:
    return BudgetExceeded(
        f"This call may use up to {tokens} tokens and today's count stands at {counted} of {most}.",
        "Raise tokens_per_day of your tier in WORKBENCH_TIERS, or go on tomorrow (UTC).",
        details={"limit": most, "used": counted, "estimate": tokens},
    )


def _used(connection: Connection, user_id: str, day: int | None, account: str | None) -> tuple[float, int]:
    """Return US dollars and tokens: what was used, and what running Runs hold, this call's own included."""
    statement = _sums(by_day=day is not None, by_account=account is not None)
    values = {"user_id": user_id, "day": day, "account": account}
    cost, tokens, held_cost, held_tokens = connection.execute(statement, values).one()
    return float(cost or 0) + float(held_cost or 0), int(tokens or 0) + int(held_tokens or 0)


@cache
def _sums(*, by_day: bool, by_account: bool) -> Select[Any]:
    """Return the statement of `_used`, built once: it runs before every call."""
    used = [UsageRow.user_id == bindparam("user_id")]
    held = [RunRow.status == "running", RunRow.user_id == bindparam("user_id")]
    if by_day:
        used.append(UsageRow.day == bindparam("day"))
    if by_account:
        used.append(UsageRow.account == bindparam("account"))
        held.append(RunRow.account == bindparam("account"))
    sums: list[tuple[Any, Any]] = [
        (UsageRow.cost, used),
        (UsageRow.tokens, used),
        (RunRow.reserved_cost, held),
        (RunRow.reserved_tokens, held),
    ]
    return select(*(select(func.sum(column)).where(*which).scalar_subquery() for column, which in sums))

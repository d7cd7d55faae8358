"""Refusing a call that could pass a limit, before it is made."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from workbench.errors import BudgetExceeded
from workbench.runs import Reservation
from workbench.settings import Settings, TierLimits
from workbench.storage.models import User
from workbench.storage.tables import RunRow, UsageRow

__all__ = ["Budget"]

DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class _Scope:
    """One sum that a limit holds for: its words, and which usage and running Runs count."""

    words: str
    setting: str
    limit: float
    user_id: str
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

        Raises
        ------
        BudgetExceeded
            The price is not known and a spend budget is set. The reservation's guard raises it when
            a limit would be passed.
        """
        settings = self.settings
        budgets = (
            settings.workbench_budget_user_usd,
            settings.workbench_budget_session_usd,
            settings.workbench_budget_day_usd,
        )
        if cost is None and any(limit is not None for limit in budgets):
            raise BudgetExceeded(
                f"The price of {model} is not known, so it cannot be held against the budget that is set.",
                f"Add its price to {settings.prices_file}, or unset the budget.",
            )

        def guard(connection: Connection) -> None:
            self._check(connection, user_id, account, cost or 0.0, tokens)

        return Reservation(cost=cost, tokens=tokens, account=account, guard=guard)

    def _check(
        self, connection: Connection, user_id: str, account: str | None, cost: float, tokens: int
    ) -> None:
        tier = self._tier(connection, user_id)
        for scope in self._spend_scopes(user_id, account, tier) if cost > 0 else ():
            used = _sum(connection, scope, UsageRow.cost, RunRow.reserved_cost)
            if used > scope.limit:
                raise BudgetExceeded(
                    f"This call may cost up to ${cost:.4f} and {scope.words} stands at ${used - cost:.4f}"
                    f" of ${scope.limit:.4f}.",
                    f"Raise {scope.setting}, lower max_tokens, or use a local model.",
                    details={"limit": scope.limit, "used": used - cost, "estimate": cost},
                )
        if tier.tokens_per_day is not None:
            scope = _Scope("", "", tier.tokens_per_day, user_id, day=_today())
            used = _sum(connection, scope, UsageRow.tokens, RunRow.reserved_tokens)
            if used > scope.limit:
                raise BudgetExceeded(
                    f"This call may use up to {tokens} tokens and today's count stands at {used - tokens:.0f}"
                    f" of {tier.tokens_per_day}.",
                    "Raise tokens_per_day of your tier in WORKBENCH_TIERS, or go on tomorrow (UTC).",
                    details={"limit": tier.tokens_per_day, "used": used - tokens, "estimate": tokens},
                )

    def _tier(self, connection: Connection, user_id: str) -> TierLimits:
        name = connection.scalar(select(User.subscription_tier).where(User.id == user_id))
        return self.settings.workbench_tiers.get(name or "free", TierLimits())

    def _spend_scopes(self, user_id: str, account: str | None, tier: TierLimits) -> Iterator[_Scope]:
        settings, day = self.settings, _today()
        if settings.workbench_budget_user_usd is not None:
            yield _Scope(
                "all you spent", "WORKBENCH_BUDGET_USER_USD", settings.workbench_budget_user_usd, user_id
            )
        if settings.workbench_budget_day_usd is not None:
            limit = settings.workbench_budget_day_usd
            yield _Scope("today's spend", "WORKBENCH_BUDGET_DAY_USD", limit, user_id, day=day)
        if settings.workbench_budget_session_usd is not None and account:
            limit = settings.workbench_budget_session_usd
            yield _Scope("this chat session", "WORKBENCH_BUDGET_SESSION_USD", limit, user_id, account=account)
        if tier.spend_per_day_usd is not None:
            words = "today's spend in your tier"
            yield _Scope(
                words, "spend_per_day_usd in WORKBENCH_TIERS", tier.spend_per_day_usd, user_id, day=day
            )


def _today() -> int:
    return int(time.time() // DAY_SECONDS)


def _sum(connection: Connection, scope: _Scope, column: object, reserved: object) -> float:
    """Return what the scope used, and what its running Runs hold, this call's own included."""
    used = select(func.coalesce(func.sum(column), 0)).where(UsageRow.user_id == scope.user_id)
    held = select(func.coalesce(func.sum(reserved), 0)).where(
        RunRow.status == "running", RunRow.user_id == scope.user_id
    )
    if scope.day is not None:
        used = used.where(UsageRow.day == scope.day)
    if scope.account is not None:
        used = used.where(UsageRow.account == scope.account)
        held = held.where(RunRow.account == scope.account)
    return float(connection.scalar(used) or 0) + float(connection.scalar(held) or 0)

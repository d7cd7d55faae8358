"""What was used: tokens, US dollars, storage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, astuple
from typing import Any

from workbench.errors import NotFound, Refused
from workbench.runs.usage import Usage, today, usage_by_day, usage_by_user
from workbench.server.route import Call, Routes
from workbench.server.schemas.usage import Days, Period, UsageByUser, UsageView
from workbench.settings import TierLimits
from workbench.storage.models import User

__all__ = ["routes", "user_named"]

routes = Routes("runs")


@routes.get("/api/usage", UsageView, query=Period, errors=(404,))
def read_usage(call: Call) -> dict[str, Any]:
    """Say what one used by day, and what one's tier allows; an admin may ask for others."""
    studio, wanted = call.studio, call.query
    user = user_named(call, wanted.user)
    days = usage_by_day(studio.database, user.id, wanted.since, wanted.until)
    now = usage_by_day(studio.database, user.id, today(), today())
    limits = studio.settings.workbench_tiers.get(user.subscription_tier, TierLimits())
    return {
        "username": user.username,
        "subscription_tier": user.subscription_tier,
        "limits": limits.model_dump(),
        "today": _summed(now.values()),
        "total": _summed(days.values()),
        "days": [asdict(usage) | {"day": day} for day, usage in days.items()],
        "storage_bytes": studio.files.stored_bytes(user.id),
    }


@routes.get("/api/usage/users", list[UsageByUser], query=Days)
def list_usage(call: Call) -> list[dict[str, Any]]:
    """Say what each user used; for admins."""
    if not call.sees_all:
        raise Refused("Only an admin sees what others used.", "Ask for your own at /api/usage.")
    found = usage_by_user(call.studio.database, call.query.since, call.query.until)
    return [asdict(usage) | {"username": name} for name, usage in found.items()]


def user_named(call: Call, name: str | None) -> User:
    """Return whoever asks, or the user that an admin names; to others nobody else is there."""
    own = call.studio.user
    if name is None or name == own.username:
        return own
    if not call.sees_all:
        raise NotFound(f"There is no user {name!r}.", "Leave the name out to ask for your own.")
    found = call.studio.accounts.find(name)
    call.studio.accounts.record("user.read", found.username, user_id=found.id)
    return found


def _summed(parts: Iterable[Usage]) -> dict[str, Any]:
    return asdict(Usage(*map(sum, zip(*map(astuple, parts), strict=True))))

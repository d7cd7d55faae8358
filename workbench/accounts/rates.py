"""How often something may be asked for, by one user and from one address."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.accounts.checks import check_choice, place
from workbench.accounts.delays import too_many

if TYPE_CHECKING:
    from limits.strategies import MovingWindowRateLimiter

__all__ = ["RATES", "Rate", "Rates"]

_LOG = logging.getLogger(__name__)
_PREFIX = "workbench:limits"
_REST_SECONDS = 5.0
"""So long a Redis that did not answer is left alone, so that not every request waits for it."""


class Rate(NamedTuple):
    """How often, by a user and from an address; ``None`` is as often as they like.

    ``open`` says that nothing is counted while Redis is down; else this process counts alone.
    """

    user: str | None
    address: str | None
    open: bool


RATES = {
    "api": Rate("600/minute", "1200/minute", open=True),
    "upload": Rate("60/minute", "120/minute", open=False),
    "login": Rate(None, "30/minute", open=False),
}


class Rates:
    """Counts in Redis for all processes together, or in memory for this one.

    Parameters
    ----------
    redis : redis.Redis or None
        A client.
    """

    def __init__(self, redis: Any) -> None:
        self._redis = redis
        self._lock = threading.Lock()
        self._limiters: dict[bool, MovingWindowRateLimiter] = {}
        self._rests_until = 0.0
        self._down = False

    def allow(self, kind: str, who: str | None, address: str | None) -> None:
        """Count one request, or refuse it without counting it.

        Raises
        ------
        TooMany
            It would be one too many.
        """
        check_choice(kind, RATES, "kind")
        rate = RATES[kind]
        # The user first: who is over their own limit uses up nothing of those at the same address.
        for limit, subject, name in (
            (rate.user, "user", who),
            (rate.address, "address", place(address) if address else None),
        ):
            if limit is not None and name:
                self._count(limit, f"{kind}:{subject}:{name}", open_=rate.open)

    def _count(self, limit: str, key: str, *, open_: bool) -> None:
        if self._redis is None:
            _hit(self._limiter(shared=False), limit, key)
            return
        from redis import RedisError

        if time.monotonic() >= self._rests_until:
            try:
                _hit(self._limiter(shared=True), limit, key)
            except RedisError as error:
                self._lost(error)
            else:
                self._found()
                return
        if not open_:
            _hit(self._limiter(shared=False), limit, key)

    def _limiter(self, *, shared: bool) -> MovingWindowRateLimiter:
        from limits.storage import MemoryStorage, RedisStorage
        from limits.strategies import MovingWindowRateLimiter

        with self._lock:
            if shared not in self._limiters:
                storage = (
                    RedisStorage("redis://", connection_pool=self._redis.connection_pool, key_prefix=_PREFIX)
                    if shared
                    else MemoryStorage()
                )
                self._limiters[shared] = MovingWindowRateLimiter(storage)
            return self._limiters[shared]

    def _lost(self, error: Exception) -> None:
        self._rests_until = time.monotonic() + _REST_SECONDS
        with self._lock:
            first, self._down = not self._down, True
        if first:
            _LOG.warning(
                "Redis does not answer (%s): until it does, requests are not counted, and logins and"
                " uploads by this process alone.",
                type(error).__name__,
            )

    def _found(self) -> None:
        with self._lock:
            back, self._down = self._down, False
        if back:
            _LOG.warning("Redis answers again: requests are counted by all processes together.")


def _hit(limiter: MovingWindowRateLimiter, limit: str, key: str) -> None:
    from limits import parse

    item = parse(limit)
    if not limiter.hit(item, key):
        wait = limiter.get_window_stats(item, key).reset_time - time.time()
        raise too_many(f"There were more than {item.amount:,} requests in a {item.GRANULARITY.name}", wait)

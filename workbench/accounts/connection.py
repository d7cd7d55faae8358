"""The connection to Redis."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from workbench.errors import BadInput, MissingExtra, Unavailable
from workbench.settings import Settings

__all__ = ["answering", "connect", "missing_library"]

# A request waits for it, so that it had better be short.
_PATIENCE_SECONDS = 2.0


def missing_library() -> MissingExtra:
    """Return the error for a Redis that is named without the library that speaks to it."""
    return MissingExtra(
        "REDIS_URL names a Redis and redis-py is not installed.",
        "Run `pip install 'autogent-studio[redis]'`.",
    )


def connect(settings: Settings) -> Any:
    """Return a client of the Redis that the settings name, ``None`` without one; nothing is sent yet.

    Raises
    ------
    MissingExtra
        The library is not installed.
    BadInput
        ``REDIS_URL`` is no address of a Redis.
    """
    if settings.redis_url is None:
        return None
    try:
        from redis import Redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ImportError:
        raise missing_library() from None
    try:
        return Redis.from_url(
            settings.redis_url.get_secret_value(),
            socket_timeout=_PATIENCE_SECONDS,
            socket_connect_timeout=_PATIENCE_SECONDS,
            # Once more, for a pooled connection that the server has closed; waiting is the caller's choice.
            retry=Retry(NoBackoff(), 1),
        )
    except ValueError:
        raise BadInput(
            "REDIS_URL is no address of a Redis; expected something like redis://localhost:6379/0.",
            "Correct it, or unset it to do without.",
            details={"field": "REDIS_URL"},
        ) from None


@contextmanager
def answering() -> Iterator[None]:
    """Say in a sentence that Redis does not answer."""
    from redis import RedisError

    try:
        yield
    except RedisError as error:
        raise Unavailable(
            f"Redis, which keeps the login sessions, does not answer ({type(error).__name__}).",
            "Try again in a moment; whoever runs the server looks at REDIS_URL.",
        ) from None

"""A PostgreSQL server: how many connections are kept to it, and what is said while it is away."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from workbench.errors import Unavailable

if TYPE_CHECKING:
    from sqlalchemy import PoolProxiedConnection
    from sqlalchemy.engine import ExceptionContext

__all__ = ["connect", "watch"]

_LOG = logging.getLogger(__name__)
_WAIT_SECONDS = 10
"""For a connection to come free."""
_RETRY_SECONDS = 2
_PATIENT = {
    "connect_timeout": 5,
    # A host that vanished closes nothing: without these a statement would wait for it for hours.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
_GONE = ("08", "57P", "53300")
"""How the codes begin of connection failures, of a server that stops or starts, and of one that is full."""


class _Pool(QueuePool):
    """Says in a sentence that every connection is in use."""

    def connect(self) -> PoolProxiedConnection:
        try:
            return super().connect()
        except PoolTimeout:
            raise Unavailable(
                "Every connection to the database is in use.",
                "Try again in a moment; WORKBENCH_DATABASE_CONNECTIONS says how many there are.",
                details={"retry_after": _RETRY_SECONDS},
            ) from None


def connect(url: URL, connections: int) -> Engine:
    """Return an engine that keeps at most so many connections; none is made yet.

    Parameters
    ----------
    url : URL
        Of the server; what it says of time-outs holds.
    connections : int
        Kept once they were made, for making one takes longer than most of what it is made for.
    """
    return create_engine(
        url,
        poolclass=_Pool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=_WAIT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={name: value for name, value in _PATIENT.items() if name not in url.query},
    )


def watch(engine: Engine) -> None:
    """Let every failure that means that the server is away be an `Unavailable`, and log it once."""
    watch = _Watch()
    event.listen(engine, "handle_error", watch.failed)
    event.listen(engine, "connect", watch.connected)


class _Watch:
    """Knows whether the server answered when it was last asked."""

    def __init__(self) -> None:
        self._away = False
        self._lock = threading.Lock()

    def failed(self, context: ExceptionContext) -> Unavailable | None:
        """Return what to raise instead, if anything."""
        # A connection that fails the pool's look at it is replaced, and nobody need know.
        if context.is_pre_ping or not _means_away(context):
            return None
        context.is_disconnect = context.connection is not None
        with self._lock:
            first, self._away = not self._away, True
        if first:
            reason = (str(context.original_exception) or "no reason given").splitlines()[0]
            _LOG.warning("The database cannot be reached: %s", reason)
        return Unavailable(
            "The database cannot be reached now.",
            "Try again in a moment; whoever runs the server looks at DATABASE_URL.",
            details={"retry_after": _RETRY_SECONDS},
        )

    def connected(self, *_: Any) -> None:
        """Note that the server answers."""
        with self._lock:
            back, self._away = self._away, False
        if back:
            _LOG.warning("The database answers again.")


def _means_away(context: ExceptionContext) -> bool:
    if context.sqlalchemy_exception is None:
        return False
    code = getattr(context.original_exception, "sqlstate", None) or ""
    unconnected = context.connection is None and isinstance(context.sqlalchemy_exception, OperationalError)
    return context.is_disconnect or unconnected or code.startswith(_GONE)

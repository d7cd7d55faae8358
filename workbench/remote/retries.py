"""When a request is made again: one rule for every SDK, whose own are switched off.

What may pass is tried again (see `workbench.remote.trouble.Trouble.transient`), after as
long as ``Retry-After`` asks, else after half a second and about twice as long at every attempt.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from workbench.errors import WorkbenchError
from workbench.remote.trouble import read_trouble

__all__ = ["retried"]

_T = TypeVar("_T")


def retried(function: Callable[[], _T], retries: int) -> _T:
    """Call the function until it succeeds, at most ``retries`` times again; raise its last error."""
    from tenacity import Retrying, retry_if_exception, stop_after_attempt

    retrying = Retrying(
        stop=stop_after_attempt(retries + 1),
        wait=_wait,
        retry=retry_if_exception(_may_pass),
        reraise=True,
    )
    return retrying(function)  # type: ignore[no-any-return]


def _may_pass(error: BaseException) -> bool:
    if not isinstance(error, Exception) or isinstance(error, WorkbenchError):
        return False
    return read_trouble(error).transient


def _wait(state: Any) -> float:
    from tenacity import wait_exponential_jitter

    asked = read_trouble(state.outcome.exception()).retry_after
    if asked is not None:
        return asked
    return float(wait_exponential_jitter(initial=0.5, max=8.0, jitter=0.5)(state))

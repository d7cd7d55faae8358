"""What went wrong at a provider, read from any SDK's exception.

The four SDKs agree on nothing: two wrap transport errors and two let them through, statuses
are called ``status_code`` or ``code``, and the provider's words lie in ``body``, ``details`` or
``message``. `read_trouble` looks at the shape of the exception, so that no SDK need be loaded.
"""

from __future__ import annotations

import email.utils
import json
import math
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

__all__ = ["LONGEST_WAIT", "SPENT", "Trouble", "read_trouble"]

LONGEST_WAIT = 60.0
"""Seconds of ``Retry-After`` that are waited for; a longer wish fails at once and is reported."""

SPENT = "insufficient_quota"
"""The mark of a 429 that no waiting mends."""

_RETRIED = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS}
# Mid-stream errors come in a response of status 200, so only their words tell that they pass.
_PASSING = {"overloaded_error", "rate_limit_error", "api_error", "server_error", "UNAVAILABLE"}
_MOST_WORDS = 500

_Kind = Literal["answered", "silent", "unreachable", "broken", "unreadable"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One failed request, whichever SDK told of it.

    Attributes
    ----------
    kind : str
        ``"answered"`` with an error, ``"silent"`` for too long, ``"unreachable"``,
        ``"broken"`` off in the middle, or ``"unreadable"``.
    status : int, optional
        The HTTP status, of an error answer that had one.
    words : str
        The provider's own message, or what was unreadable.
    plain : bool
        Whether the words are bare text, not the provider's own form of an error.
    marks : frozenset of str
        The error's codes and types.
    retry_after : float, optional
        Seconds that the provider asks to wait.
    """

    kind: _Kind
    status: int | None = None
    words: str = ""
    plain: bool = False
    marks: frozenset[str] = frozenset()
    retry_after: float | None = None

    @property
    def transient(self) -> bool:
        """Whether the same request may well succeed in a while.

        A read that timed out is not: the provider may be at work, and billing, still.
        """
        if self.kind != "answered":
            return self.kind in {"unreachable", "broken"}
        if SPENT in self.marks or (self.retry_after or 0) > LONGEST_WAIT:
            return False
        if self.status is None:
            return bool(self.marks & _PASSING)
        return self.status in _RETRIED or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def read_trouble(error: BaseException) -> Trouble:
    """Tell what an SDK's exception, or one that it let through, means."""
    kind = _transport_kind(error)
    if kind is not None:
        return Trouble(kind)
    status = _status(error)
    body = _first(error, "body", "details")
    # Beside a status the SDKs' own message only repeats it.
    words = _words(body) or ("" if status else _words(getattr(error, "message", None)))
    if status is None and not _is_provider_message(error):
        return Trouble("unreadable", words=_unreadable(error))
    plain = not isinstance(body, (Mapping, list))
    return Trouble("answered", status, words, plain, frozenset(_marks(body)), _retry_after(error))


def _transport_kind(error: BaseException) -> _Kind | None:
    """Classify an httpx or httpx2 error, bare or as the cause of an SDK's own."""
    for candidate in (error, error.__cause__):
        # Only a library that is loaded can have raised; none need be installed.
        for library in filter(None, map(sys.modules.get, ("httpx", "httpx2"))):
            if isinstance(candidate, library.TransportError):
                return _http_kind(candidate, library)
    return None


def _http_kind(error: BaseException, library: Any) -> _Kind:
    unreachable = (
        library.ConnectError, library.ConnectTimeout, library.PoolTimeout,
        library.ProxyError, library.UnsupportedProtocol,
    )  # fmt: skip
    if isinstance(error, unreachable):
        return "unreachable"
    return "silent" if isinstance(error, library.TimeoutException) else "broken"


def _unreadable(error: BaseException) -> str:
    """Say what could not be read, without its content, which may be private."""
    for candidate in (error, error.__cause__, error.__context__):
        if isinstance(candidate, json.JSONDecodeError):
            return f"not valid JSON at character {candidate.pos}"
    return type(error).__name__


def _first(error: BaseException, *names: str) -> Any:
    return next((value for name in names if (value := getattr(error, name, None))), None)


def _status(error: BaseException) -> int | None:
    for name in ("status_code", "code"):
        value = getattr(error, name, None)
        if isinstance(value, int) and value >= HTTPStatus.BAD_REQUEST:
            return value
    return None


def _is_provider_message(error: BaseException) -> bool:
    """Whether an error without a status is one that the provider sent within a stream."""
    return hasattr(error, "message") and (hasattr(error, "body") or hasattr(error, "details"))


def _words(body: Any) -> str:
    """Find the provider's own sentence in an error body of any known shape."""
    if isinstance(body, str):
        text = " ".join(body.split())
        return "" if text.startswith("<") else text[:_MOST_WORDS]
    if isinstance(body, list):
        return next((words for words in map(_words, body) if words), "")
    if isinstance(body, Mapping):
        inner = (body.get(name) for name in ("error", "message", "detail"))
        return next((words for words in map(_words, inner) if words), "")
    return ""


def _marks(body: Any) -> Iterator[str]:
    """Yield every code, type, status and reason in an error body."""
    if isinstance(body, list):
        for item in body:
            yield from _marks(item)
    elif isinstance(body, Mapping):
        for name in ("code", "type", "status", "reason"):
            if isinstance(body.get(name), str):
                yield body[name]
        for name in ("error", "details"):
            yield from _marks(body.get(name))


def _retry_after(error: BaseException) -> float | None:
    """Read ``Retry-After``, seconds or a date, as seconds from now."""
    response = getattr(error, "response", None)
    headers = getattr(response, "headers", None) or getattr(error, "headers", None) or {}
    value = {str(name).lower(): text for name, text in headers.items()}.get("retry-after")
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        date = email.utils.parsedate_tz(value)
        seconds = email.utils.mktime_tz(date) - time.time() if date else math.nan
    return max(seconds, 0.0) if math.isfinite(seconds) else None

"""How the stand-in may treat one request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Behaviour", "corrupt", "cut", "fail", "ok", "slow", "stumble", "truncate"]


@dataclass(frozen=True)
class Behaviour:
    """One way to treat a request; the functions of this module make them.

    Attributes
    ----------
    kind : str
        ``"ok"``, ``"fail"``, ``"cut"``, ``"truncate"``, ``"corrupt"`` or ``"stumble"``.
    text : str, optional
        The answer; made up when left out.
    finish : str
        Why the answer ends: ``"stop"``, ``"length"``, ``"content_filter"`` or ``"tool_calls"``.
    delay, pace : float
        Seconds before the first byte, and between the pieces of a stream.
    after : int
        Pieces of text that come before the fault.
    status : int
        Of an error.
    message, code, retry_after : optional
        What the error says.
    """

    kind: Literal["ok", "fail", "cut", "truncate", "corrupt", "stumble"] = "ok"
    text: str | None = None
    finish: str = "stop"
    delay: float = 0.0
    pace: float = 0.0
    after: int = 2
    status: int = 200
    message: str | None = None
    code: str | None = None
    retry_after: str | None = None


def ok(text: str | None = None, *, finish: str = "stop", pace: float = 0.0) -> Behaviour:
    """Answer, with this text if one is given."""
    return Behaviour(text=text, finish=finish, pace=pace)


def fail(
    status: int,
    message: str | None = None,
    *,
    code: str | None = None,
    retry_after: float | str | None = None,
) -> Behaviour:
    """Answer with an error, in the protocol's own form."""
    wait = None if retry_after is None else str(retry_after)
    return Behaviour("fail", status=status, message=message, code=code, retry_after=wait)


def slow(seconds: float) -> Behaviour:
    """Answer after a silence."""
    return Behaviour(delay=seconds)


def cut(after: int = 2) -> Behaviour:
    """Drop the connection after so many pieces of text."""
    return Behaviour("cut", after=after)


def truncate(after: int = 2) -> Behaviour:
    """End cleanly after so many pieces of text, with no finish reason."""
    return Behaviour("truncate", after=after)


def stumble(after: int = 2, message: str = "Overloaded.") -> Behaviour:
    """Report an error within the stream, after so many pieces of text; a whole answer is refused."""
    return Behaviour("stumble", after=after, status=503, message=message)


def corrupt(after: int = 2) -> Behaviour:
    """Send one piece that is not JSON, and go on as if nothing had been."""
    return Behaviour("corrupt", after=after)

"""Short forms of text and times for people."""

from __future__ import annotations

from datetime import UTC, datetime

from workbench.errors import BadInput

__all__ = ["format_datetime", "time_ago", "truncate_text"]

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_YEAR = 365 * _DAY
_MONTH = _YEAR / 12
_UNITS = ((_YEAR, "year"), (_MONTH, "month"), (_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute"))


def truncate_text(text: str, max_length: int = 100, suffix: str = "...") -> str:
    """Shorten a text and mark that it was shortened.

    Parameters
    ----------
    text : str
        Any text.
    max_length : int
        Characters of the text to keep at most, 0 or more; the suffix comes on top.
    suffix : str
        What stands for the rest.

    Returns
    -------
    str
        The text itself if it is no longer than `max_length`, else its beginning without
        trailing white space, and the suffix.

    Raises
    ------
    BadInput
        If `max_length` is negative.
    """
    if max_length < 0:
        raise BadInput("max_length may not be negative.", "Give the characters to keep, 0 or more.")
    return text if len(text) <= max_length else text[:max_length].rstrip() + suffix


def format_datetime(dt: datetime, format_str: str = "%Y-%m-%d %H:%M:%S") -> str:
    """Return a time as text, in UTC.

    Parameters
    ----------
    dt : datetime
        A time without a zone is read as UTC.
    format_str : str
        As `datetime.strftime` takes it.
    """
    return _utc(dt).strftime(format_str)


def time_ago(dt: datetime, *, now: datetime | None = None) -> str:
    """Return how long ago a time was, or how far ahead it lies, in its largest unit.

    Parameters
    ----------
    dt : datetime
        A time without a zone is read as UTC.
    now : datetime, optional
        Measured from here instead of the present.

    Returns
    -------
    str
        ``just now`` within a minute either way, ``1 minute ago``, ``2 hours ago``,
        ``in 3 days``; a year is 365 days, a month a twelfth of it.
    """
    seconds = (_utc(now or datetime.now(UTC)) - _utc(dt)).total_seconds()
    for size, unit in _UNITS:
        count = int(abs(seconds) // size)
        if count:
            span = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"{span} ago" if seconds > 0 else f"in {span}"
    return "just now"


def _utc(dt: datetime) -> datetime:
    return dt.replace(tzinfo=UTC) if dt.tzinfo is None else dt.astimezone(UTC)

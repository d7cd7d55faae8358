"""Secrets kept out of log files and log services."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.security.redaction import Redactor

__all__ = ["redact_logging"]


def redact_logging(redactor: Redactor) -> Callable[[], None]:
    """Clean every log record of this process, for handlers of now and of later.

    Two places are needed. The record's making covers handlers that send the record itself
    (sockets, HTTP, log services); `logging.Handler.format` covers the text of tracebacks, and
    loggers of libraries that set a record factory of their own.

    Parameters
    ----------
    redactor : Redactor
        Knows the secrets.

    Returns
    -------
    callable
        Undoes it.
    """
    plain_format, plain_factory = logging.Handler.format, logging.getLogRecordFactory()

    def clean_format(handler: logging.Handler, record: logging.LogRecord) -> str:
        # a formatter of structured logs may return another JSON value than text
        return cast("str", redactor.value(plain_format(handler, record)))

    def clean_factory(*args: Any, **kwargs: Any) -> logging.LogRecord:
        return _cleaned(plain_factory(*args, **kwargs), redactor)

    def undo() -> None:
        if logging.Handler.format is clean_format:
            logging.Handler.format = plain_format  # type: ignore[method-assign]
        if logging.getLogRecordFactory() is clean_factory:
            logging.setLogRecordFactory(plain_factory)

    logging.Handler.format = clean_format  # type: ignore[assignment, method-assign]
    logging.setLogRecordFactory(clean_factory)
    return undo


def _cleaned(record: logging.LogRecord, redactor: Redactor) -> logging.LogRecord:
    try:
        message = record.getMessage()
    except Exception:  # noqa: BLE001 - logging itself reports a record that cannot be formatted
        return record
    clean = redactor.text(message)
    if clean is not message:
        record.msg, record.args = clean, None
    return record

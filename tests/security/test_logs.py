from __future__ import annotations

import io
import logging
import logging.handlers
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import pytest

from workbench.security import MASK, Redactor, redact_logging

KEY = "canary-3f9a7c51d2e8"


class Keeper(logging.Handler):
    """Keeps the record itself, as handlers that send it elsewhere do."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(record)


class Structured(logging.Formatter):
    """Formats without the standard library's help."""

    def format(self, record: logging.LogRecord) -> Any:
        return {"message": record.getMessage(), "extra": vars(record).get("extra_key")}


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    undo = redact_logging(Redactor({"KEY": KEY}))
    logger = logging.getLogger("redacted")
    logger.propagate = False
    yield logger
    logger.handlers.clear()
    undo()


def _attach(logger: logging.Logger) -> io.StringIO:
    out = io.StringIO()
    logger.addHandler(logging.StreamHandler(out))
    return out


def test_messages_and_arguments_are_cleaned(logger: logging.Logger) -> None:
    out = _attach(logger)
    logger.warning("key %s in %r", KEY, {"k": KEY})
    assert out.getvalue() == f"key {MASK} in {{'k': '{MASK}'}}\n"


def test_tracebacks_are_cleaned(logger: logging.Logger) -> None:
    out = _attach(logger)
    try:
        {}[KEY]
    except KeyError:
        logger.exception("failed")
    assert KEY not in out.getvalue()
    assert f"KeyError: '{MASK}'" in out.getvalue()


def test_a_record_sent_as_it_is_carries_no_secret(logger: logging.Logger) -> None:
    keeper = Keeper()
    logger.addHandler(keeper)
    logger.warning("key %s", KEY)
    logger.warning("no key %d", 5)
    assert keeper.kept[0].getMessage() == f"key {MASK}"
    assert keeper.kept[1].args == (5,)


def test_other_formatters_and_queues_are_cleaned(logger: logging.Logger) -> None:
    queue: SimpleQueue[Any] = SimpleQueue()
    handler = logging.handlers.QueueHandler(queue)
    handler.setFormatter(Structured())
    logger.addHandler(handler)
    logger.warning("plain", extra={"extra_key": KEY})
    assert queue.get().msg == {"message": "plain", "extra": MASK}


def test_a_record_that_cannot_be_formatted_is_left_to_logging(
    logger: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    # pytest's own handler would raise what logging only reports
    monkeypatch.setattr(logging, "raiseExceptions", False)
    out, keeper = _attach(logger), Keeper()
    logger.addHandler(keeper)
    logger.warning("%d", "no number")
    logger.warning("the next one")
    assert out.getvalue() == "the next one\n"
    assert (keeper.kept[0].msg, keeper.kept[0].args) == ("%d", ("no number",))


def test_undoing_restores_logging() -> None:
    before = logging.Handler.format, logging.getLogRecordFactory()
    redact_logging(Redactor({"KEY": KEY}))()
    assert (logging.Handler.format, logging.getLogRecordFactory()) == before

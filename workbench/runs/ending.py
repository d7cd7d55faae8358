"""How a Run ends: the record that is stored of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from workbench.errors import Cancelled, WorkbenchError
from workbench.runs.canonical import canonical, decode
from workbench.runs.record import Run
from workbench.runs.recorder import Recorder

__all__ = ["Chunks", "abandoned", "ended", "failed"]

STOPS = (KeyboardInterrupt, GeneratorExit, Cancelled, SystemExit, asyncio.CancelledError)
Chunks = Iterable[tuple[float, Any]]
"""Streamed values, each with its milliseconds from the start."""


def ended(wanted: Run, recorder: Recorder, output: Any, chunks: Chunks = ()) -> Run:
    """Return the finished Run, as reading it back will give it.

    Raises
    ------
    BadInput
        The output has no JSON form.
    """
    return _closed(
        wanted, recorder, status="finished", output=_settled(output, "output"), chunks=tuple(chunks)
    )


def failed(wanted: Run, recorder: Recorder, error: BaseException, chunks: Chunks = ()) -> Run:
    """Return the Run that an exception ended: cancelled where somebody stopped it, else failed."""
    status = "cancelled" if isinstance(error, STOPS) else "failed"
    return _closed(wanted, recorder, status=status, error=_described(error), chunks=tuple(chunks))


def abandoned(run: Run) -> Run:
    """Return the Run whose process died."""
    error = {"code": "cancelled", "message": "The process ended before the Run did.", "hint": ""}
    return replace(run, status="cancelled", error=error)


def _closed(wanted: Run, recorder: Recorder, **ending: Any) -> Run:
    return replace(
        wanted,
        parameters=_settled(recorder.parameters, "parameters"),
        metrics=_settled(recorder.metrics, "metrics"),
        tokens_input=recorder.tokens_input,
        tokens_output=recorder.tokens_output,
        cost=recorder.cost,
        duration=round(time.time_ns() / 1e9 - wanted.started_us / 1e6, 6),
        artifacts=tuple(recorder.artifacts),
        **ending,
    )


def _settled(value: Any, what: str) -> Any:
    return decode(canonical(value, what=what))


def _described(error: BaseException) -> dict[str, Any]:
    if isinstance(error, WorkbenchError):
        return error.to_dict()
    if isinstance(error, STOPS):
        return {"code": "cancelled", "message": "The work was stopped before its end.", "hint": ""}
    return {"code": "workbench_error", "message": f"{type(error).__name__}: {error}", "hint": ""}

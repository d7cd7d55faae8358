"""How a Run ends: the record that is stored of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from workbench.errors import BadInput, Cancelled, WorkbenchError
from workbench.runs.canonical import canonical, decode
from workbench.runs.record import Run
from workbench.runs.recorder import Recorder

__all__ = ["STOPS", "TICKET", "Chunks", "abandoned", "ended", "failed", "handed_over"]

STOPS = (KeyboardInterrupt, GeneratorExit, Cancelled, SystemExit, asyncio.CancelledError)
TICKET = "ticket.json"
"""The artifact that says how work sent elsewhere is found again."""
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
        wanted,
        recorder,
        status="finished",
        output=_settled(output, "output"),
        chunks=tuple((at, _chunk(chunk)) for at, chunk in chunks),
        parameters=_settled(recorder.parameters, "parameters"),
        metrics=_settled(recorder.metrics, "metrics"),
    )


def failed(wanted: Run, recorder: Recorder, error: BaseException, chunks: Chunks = ()) -> Run:
    """Return the Run that an exception ended: cancelled where somebody stopped it, else failed.

    What has no JSON form is left out: it must not keep the failure from being recorded.
    """
    return _closed(
        wanted,
        recorder,
        status="cancelled" if isinstance(error, STOPS) else "failed",
        error=_sayable(_described(error)),
        chunks=tuple((at, good["chunk"]) for at, chunk in chunks if (good := _sayable({"chunk": chunk}))),
        parameters=_sayable(recorder.parameters),
        metrics=_sayable(recorder.metrics),
    )


def handed_over(wanted: Run, recorder: Recorder) -> Run:
    """Return the Run whose work was sent elsewhere; its end is not known."""
    return replace(
        wanted,
        status="submitted",
        cost=recorder.cost,
        artifacts=tuple(recorder.artifacts),
        parameters=_sayable(recorder.parameters),
        metrics=_sayable(recorder.metrics),
    )


def abandoned(run: Run) -> Run:
    """Return the Run whose process died; what it may have sent elsewhere by then is still to be asked for."""
    if any(artifact.name == TICKET for artifact in run.artifacts):
        return replace(run, status="submitted")
    error = {"code": "cancelled", "message": "The process ended before the Run did.", "hint": ""}
    return replace(run, status="cancelled", error=error)


def _closed(wanted: Run, recorder: Recorder, **ending: Any) -> Run:
    return replace(
        wanted,
        tokens_input=recorder.tokens_input,
        tokens_output=recorder.tokens_output,
        cost=recorder.cost,
        duration=round(max(recorder.elapsed(), 0.0), 6),
        artifacts=tuple(recorder.artifacts),
        **ending,
    )


def _settled(value: Any, what: str) -> Any:
    return decode(canonical(value, what=what))


def _chunk(chunk: Any) -> Any:
    return chunk if type(chunk) is str else _settled(chunk, "chunk")


def _sayable(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values that have a JSON form; text loses what is not valid Unicode."""
    kept: dict[str, Any] = {}
    for name, value in values.items():
        told = value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        with contextlib.suppress(BadInput):
            kept |= _settled({name: told}, "value")
    return kept


def _described(error: BaseException) -> dict[str, Any]:
    if isinstance(error, WorkbenchError):
        return error.to_dict()
    if isinstance(error, STOPS):
        return {"code": "cancelled", "message": "The work was stopped before its end.", "hint": ""}
    return {"code": "workbench_error", "message": f"{type(error).__name__}: {_words(error)}", "hint": ""}


def _words(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - an error of somebody's own class may fail at anything
        return "(it cannot be shown)"

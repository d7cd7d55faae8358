"""Which figure shows a result, and what goes into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from workbench.quantum.result import CircuitResult

__all__ = ["KINDS", "figure"]

KINDS = ("agreement", "bloch", "city", "histogram", "phase", "sweep")


def figure(result: CircuitResult, kind: str | None = None, **options: Any) -> Figure:
    """Draw a result.

    Parameters
    ----------
    result : CircuitResult
        What to draw.
    kind : str, optional
        One of `KINDS`; by default the curves of a sweep, else the histogram.
    **options
        Of the function in `workbench.quantum.drawing.plots`.

    Raises
    ------
    BadInput
        The result has nothing of the kind.
    """
    from workbench.quantum.drawing import plots

    kind = kind or ("sweep" if result.sweep is not None else "histogram")
    if kind not in KINDS:
        raise _bad(f"There is no figure {kind!r}.", f"There are {', '.join(KINDS)}.")
    if kind == "sweep":
        return _sweep(result, **options)
    if kind == "agreement":
        found = result.agreement
        if found is None:
            raise _bad("No engines were compared.", "Run it with compare=True.")
        return plots.agreement(found.engines, found.distances, found.bound, found.seconds, **options)
    if kind == "histogram":
        return _histogram(result, **options)
    draw = {"bloch": plots.bloch, "city": plots.city, "phase": plots.phase}[kind]
    return draw(result.statevector(), **options)


def _histogram(result: CircuitResult, **options: Any) -> Figure:
    from workbench.quantum.drawing import plots

    values = result.counts if result.counts is not None else result.probabilities
    if values is None:
        raise _bad("This result has neither counts nor probabilities.", "A sweep has plot('sweep').")
    if result.counts is not None:
        options.setdefault("expected", result.probabilities)
    return plots.histogram(values, bits=result.bits, **options)


def _sweep(result: CircuitResult, **options: Any) -> Figure:
    from workbench.quantum.drawing import plots

    frame = result.sweep
    if frame is None:
        raise _bad("This result has no sweep.", "Run it with sweep=.")
    parameters = [name for name in frame.columns if name in result.run.inputs["sweep"]]
    rest = [name for name in frame.columns if name not in parameters and not name.endswith(" error")]
    return plots.curves(frame, parameters, rest, **options)


def _bad(message: str, hint: str) -> BadInput:
    return BadInput(message, hint, details={"field": "kind"})

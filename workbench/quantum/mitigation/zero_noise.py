"""Zero-noise extrapolation: what a value would be if gates took no time at all to go wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.quantum.mitigation.plan import Plan

__all__ = ["Extrapolated", "extrapolated"]


@dataclass(frozen=True, slots=True)
class Extrapolated:
    """A value without noise.

    Attributes
    ----------
    value, error : float
        It, and its standard error.
    fit : str
        What was fitted.
    """

    value: float
    error: float
    fit: str


def extrapolated(values: Sequence[float], errors: Sequence[float], plan: Plan) -> Extrapolated:
    """Return the expectation value of a Pauli string at zero noise.

    Parameters
    ----------
    values, errors : sequence of float
        At each of the plan's factors; errors of 0 are those of exact values.
    plan : Plan
        With factors and fit.

    Notes
    -----
    Fitted and chosen by qiskit-mitigation. Its error is what the fit leaves over, which is nothing
    where there are as many parameters as values: so the samples' errors are carried through as well,
    each value moved by its own.
    """
    value, spread, fit = _fitted(values, errors, plan)
    moved = []
    for at, error in enumerate(errors):
        if error:
            nudged = [*values[:at], values[at] + error, *values[at + 1 :]]
            moved.append(_fitted(nudged, errors, plan)[0] - value)
    carried = math.hypot(*moved) if moved else 0.0
    return Extrapolated(value, max(spread, carried) if math.isfinite(spread) else carried, fit)


def _fitted(values: Sequence[float], errors: Sequence[float], plan: Plan) -> tuple[float, float, str]:
    from qiskit_mitigation.zne.extrapolation import _process_extrapolated_expectation_values as process

    # any equal weights are none; without a positive one it warns
    weights = [max(error, 1e-12) for error in errors] if any(errors) else [1.0] * len(errors)
    value, spread, fit, *_ = process(values, weights, "Z", plan.factors, plan.models)
    return float(value), float(spread), str(fit)

"""How far a mean over questions can be trusted, and whether two settings really differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["CONFIDENCE", "RESAMPLES", "Interval", "mean_interval", "paired_interval"]

CONFIDENCE = 0.95
RESAMPLES = 10_000
_AT_ONCE = 4_000_000
"""Numbers drawn at once: 32 MB."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and where it lies with the stated confidence.

    Attributes
    ----------
    mean : float
        Of the values as they are.
    low, high : float
        Bounds of the interval.
    """

    mean: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside: of a difference, that it is not chance at this confidence."""
        return self.low > 0 or self.high < 0

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def mean_interval(
    values: Sequence[float], *, confidence: float = CONFIDENCE, resamples: int = RESAMPLES, seed: int = 0
) -> Interval:
    """Return the mean and its percentile bootstrap interval (Efron 1979).

    Parameters
    ----------
    values : sequence of float
        One a question; ``nan``, where a measure is not defined, is left out.
    confidence : float
        Between 0 and 1.
    resamples : int
        How often the questions are drawn anew, with replacement.
    seed : int
        Of the drawing: the same seed gives the same interval.

    Raises
    ------
    BadInput
        A confidence or a number of resamples out of range.
    """
    import numpy as np

    if not 0 < confidence < 1 or resamples < 1:
        raise BadInput(
            f"confidence is {confidence} and resamples {resamples}; expected 0 to 1, and 1 or more."
        )
    known = np.asarray(values, dtype=np.float64)
    known = known[~np.isnan(known)]
    if not len(known):
        return Interval(float("nan"), float("nan"), float("nan"))
    mean = float(known.mean())
    if np.ptp(known) == 0:  # summing equal numbers would only add rounding
        return Interval(mean, mean, mean)
    tail = (1 - confidence) / 2
    low, high = np.quantile(_resampled_means(known, resamples, seed), [tail, 1 - tail])
    return Interval(mean, float(low), float(high))


def paired_interval(
    left: Sequence[float],
    right: Sequence[float],
    *,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Return the mean of ``right - left`` and its interval, the questions drawn in pairs.

    Two settings that are measured on the same questions share what makes a question hard; drawing
    the pairs takes that out of the comparison (Sakai 2006).

    Parameters
    ----------
    left, right : sequence of float
        One a question, in the same order; a pair with a ``nan`` is left out.
    confidence : float
        Between 0 and 1.
    resamples : int
        How often the pairs are drawn anew, with replacement.
    seed : int
        Of the drawing.

    Raises
    ------
    BadInput
        The two have different lengths.
    """
    import numpy as np

    if len(left) != len(right):
        raise BadInput(f"There are {len(left)} values against {len(right)}; pairs need the same questions.")
    difference = np.asarray(right, dtype=np.float64) - np.asarray(left, dtype=np.float64)
    return mean_interval(list(difference), confidence=confidence, resamples=resamples, seed=seed)


def _resampled_means(values: NDArray[np.float64], resamples: int, seed: int) -> NDArray[np.float64]:
    import numpy as np

    draw = np.random.default_rng(seed)
    rows = max(1, _AT_ONCE // len(values))
    sizes = [min(rows, resamples - done) for done in range(0, resamples, rows)]
    return np.concatenate(
        [values[draw.integers(len(values), size=(size, len(values)))].mean(axis=1) for size in sizes]
    )

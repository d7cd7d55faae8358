"""The way that an optimisation went, point by point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["HISTORY", "History"]

HISTORY = "history.json"
"""The name of the artifact that it is kept as."""


class History:
    """Points with their values, the start as step 0.

    Parameters
    ----------
    names : sequence of str
        Of the parameters.
    maximise : bool
        Whether the greatest value is the best one.
    sampled : bool
        Whether values are estimates; then the last point counts as the best one, for the best value
        seen would be one that chance made good.
    """

    def __init__(self, names: Sequence[str], *, maximise: bool, sampled: bool) -> None:
        self.names = list(names)
        self.maximise = maximise
        self.sampled = sampled
        self.rows: list[tuple[float, float, float | None, list[float]]] = []

    @property
    def steps(self) -> int:
        """How many steps were done."""
        return max(len(self.rows) - 1, 0)

    def add(self, point: NDArray[np.float64], value: float, error: float, norm: float | None) -> None:
        """Append a point."""
        self.rows.append((float(value), float(error), norm, point.tolist()))

    def best(self) -> dict[str, Any]:
        """Return ``value``, ``error`` and ``parameters`` of the best point."""
        choose = max if self.maximise else min
        value, error, _, point = self.rows[-1] if self.sampled else choose(self.rows, key=lambda row: row[0])
        return {"value": value, "error": error, "parameters": dict(zip(self.names, point, strict=True))}

    def frame(self) -> pd.DataFrame:
        """Return a row a step: ``step``, ``value``, ``error``, ``gradient`` (its norm) and the parameters."""
        import pandas as pd

        table: dict[str, list[Any]] = {
            "step": list(range(len(self.rows))),
            "value": [row[0] for row in self.rows],
            "error": [row[1] for row in self.rows],
            "gradient": [float("nan") if row[2] is None else row[2] for row in self.rows],
        }
        points = pd.DataFrame([row[3] for row in self.rows], columns=self.names)
        return pd.concat([pd.DataFrame(table), points], axis=1)

    def to_json(self) -> dict[str, Any]:
        """Return JSON values."""
        return {"names": self.names, "maximise": self.maximise, "sampled": self.sampled, "rows": self.rows}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Self:
        """Rebuild it."""
        made = cls(body["names"], maximise=body["maximise"], sampled=body["sampled"])
        made.rows = [tuple(row) for row in body["rows"]]
        return made

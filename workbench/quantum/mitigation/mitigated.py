"""`Mitigated`: what was measured, and what mitigation made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Mitigated", "Value"]


@dataclass(frozen=True, slots=True)
class Value:
    """One observable.

    Attributes
    ----------
    observable : str
        Its name.
    raw, raw_error : float
        Expectation value as measured, with its standard error; 0 where it is exact.
    mitigated, error : float
        The same after mitigation. The error is the larger of that of the samples, carried through,
        and what the fit leaves over.
    """

    observable: str
    raw: float
    raw_error: float
    mitigated: float
    error: float


@dataclass(frozen=True)
class Mitigated:
    """What mitigation made of expectation values and counts.

    Attributes
    ----------
    method : str
        Such as ``readout`` or ``zne exponential 1,3,5``.
    factors : tuple of int
        How many times over gates were done; ``(1,)`` where nothing was extrapolated.
    shots : int or None
        Samples of each measurement; ``None`` where it is exact.
    values : tuple of Value
        In the order of the observables.
    terms : tuple of dict
        Each Pauli string: ``term``, ``values`` and ``errors`` by factor, ``mitigated``, ``error``, the
        ``fit`` that was taken (or ``None``), and ``scale``, what its misread values were multiplied by.
    quasi : dict of str to float, or None
        Key to its weight with misread bits made good; negative ones are chance, the sum is 1. With
        observables it is left out where too many keys were seen.
    quasi_error : float
        Bound of the standard error of each.
    """

    method: str
    factors: tuple[int, ...]
    shots: int | None
    values: tuple[Value, ...]
    terms: tuple[dict[str, Any], ...] = ()
    quasi: dict[str, float] | None = None
    quasi_error: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Mitigated:
        """Rebuild it."""
        values = tuple(Value(**row) for row in body["values"])
        kept = {name: body[name] for name in ("method", "shots", "quasi", "quasi_error")}
        return cls(**kept, factors=tuple(body["factors"]), values=values, terms=tuple(body["terms"]))

    def to_frame(self) -> pd.DataFrame:
        """Return a row an observable."""
        import pandas as pd

        columns = [one.name for one in fields(Value)]
        return pd.DataFrame([asdict(value) for value in self.values], columns=columns).set_index(columns[0])

    def __str__(self) -> str:
        rows = [
            f"<{one.observable}> = {one.mitigated:.6g} ± {one.error:.2g} (measured {one.raw:.6g})"
            for one in self.values
        ]
        return "\n".join([f"mitigated by {self.method}", *rows])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.to_frame().to_html()}

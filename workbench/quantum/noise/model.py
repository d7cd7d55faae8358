"""`Noise`: what goes wrong, as values that a Run keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from workbench.errors import BadInput

__all__ = ["DENSITY_QUBITS", "Kind", "Noise"]

Kind: TypeAlias = Literal["rates", "device", "aer", "cirq", "braket"]
DENSITY_QUBITS = 10
"""Up to here a density matrix is computed, however few samples are wanted."""
_KINDS = ("rates", "device", "aer", "cirq", "braket")


@dataclass(frozen=True)
class Noise:
    """What goes wrong while a circuit runs.

    Attributes
    ----------
    kind : {"rates", "device", "aer", "cirq", "braket"}
        Where it comes from.
    body : dict
        JSON values: rates by name, the name of a device, or the model as its library writes it.
    folds : int
        Odd: every gate U is done as U (U† U) ** ((folds - 1) / 2), which does it as many times as
        long, and leaves what it means alone.
    misread : bool
        Whether measurements err.
    """

    kind: Kind
    body: Mapping[str, Any] = field(default_factory=dict)
    folds: int = 1
    misread: bool = True

    @property
    def misreads(self) -> bool:
        """Whether bits may be told wrongly after their measurement."""
        return self.misread and (self.kind in {"device", "aer"} or "readout" in self.body)

    def folded(self, folds: int) -> Noise:
        """Return the same noise on gates that are done several times over.

        Raises
        ------
        BadInput
            The number is not odd and positive.
        """
        if folds < 1 or folds % 2 == 0:
            raise BadInput(f"Gates cannot be folded {folds} times.", "Give odd numbers, such as 1, 3 and 5.")
        return replace(self, folds=folds)

    def well_read(self) -> Noise:
        """Return the same noise on gates, with measurements that do not err."""
        return replace(self, misread=False)

    def to_json(self) -> dict[str, Any]:
        """Return JSON values, equal ones for equal noise."""
        return {"kind": self.kind, **self.body}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Noise:
        """Rebuild it.

        Raises
        ------
        BadInput
            The values were not written by `to_json`.
        """
        kind = body.get("kind")
        if kind not in _KINDS:
            raise BadInput(f"{kind!r} is no kind of noise.", f"There are {', '.join(_KINDS)}.")
        return cls(kind, {name: value for name, value in body.items() if name != "kind"})

    def __str__(self) -> str:
        if self.kind == "device":
            return str(self.body["device"])
        if self.kind != "rates":
            return f"{self.kind} model"
        return " ".join(f"{name}={_text(value)}" for name, value in self.body.items())


def _text(value: Any) -> str:
    return ":".join(f"{one:g}" for one in value) if isinstance(value, list | tuple) else f"{value:g}"

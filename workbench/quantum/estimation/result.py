"""`CircuitEstimate`: what a circuit takes, before it is run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.quantum.recorded import Recorded

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


__all__ = ["CircuitEstimate"]


@dataclass(frozen=True)
class CircuitEstimate(Recorded):
    """What a circuit takes; ``.parameters`` are those without a value.

    Parameters
    ----------
    run : Run
        That recorded it, finished.
    """

    @property
    def qubits(self) -> int:
        """Of the circuit."""
        return int(self._output["qubits"])

    @property
    def clbits(self) -> int:
        """Classical bits of the circuit."""
        return int(self._output["clbits"])

    @property
    def depth(self) -> int:
        """Layers of operations as the circuit is written, measurements among them."""
        return int(self._output["depth"])

    @property
    def gates(self) -> dict[str, int]:
        """Name to number, as the circuit is written."""
        return dict(self._output["gates"])

    @property
    def two_qubit_gates(self) -> int:
        """Gates on two qubits, of the circuit as engines are told it."""
        return int(self._output["two_qubit_gates"])

    @property
    def three_qubit_gates(self) -> int:
        """Gates on three qubits, of the same."""
        return int(self._output["three_qubit_gates"])

    @property
    def two_qubit_depth(self) -> int:
        """Layers of gates on two or three qubits, of the same."""
        return int(self._output["two_qubit_depth"])

    @property
    def t_count(self) -> int:
        """T gates after exact decomposition; see `workbench.quantum.estimation.clifford_t`."""
        return int(self._output["t_count"])

    @property
    def t_depth(self) -> int:
        """Layers of T gates, without scheduling them anew; `rotations` are not counted."""
        return int(self._output["t_depth"])

    @property
    def rotations(self) -> int:
        """Rotations that are neither Clifford nor T: by no multiple of pi/4, or by a parameter."""
        return int(self._output["rotations"])

    @property
    def clifford(self) -> bool:
        """Whether every gate is a Clifford's, so that a tableau holds the circuit at any size."""
        return bool(self._output["clifford"])

    @property
    def dynamic(self) -> bool:
        """Whether it acts on measurements."""
        return bool(self._output["dynamic"])

    @property
    def parameters(self) -> tuple[str, ...]:
        """Those without a value."""
        return tuple(self._output["parameters"])

    @property
    def bond(self) -> int:
        """A bound of the entanglement across any cut: bonds of a matrix product state have 2**bond."""
        return int(self._output["bond"])

    @property
    def on(self) -> str | None:
        """The engine that ``auto`` takes; ``None`` where none can."""
        name: str | None = self._output["auto"]["on"]
        return name

    @property
    def why(self) -> str:
        """Why it does."""
        return str(self._output["auto"]["why"])

    @cached_property
    def engines(self) -> pd.DataFrame:
        """A row an engine.

        ``accepts``, ``fits`` (into the memory that was free), ``bytes`` (at most 2**62), ``precision``
        and ``reason``, why not.
        """
        import pandas as pd

        frame = pd.DataFrame(self._output["engines"]).set_index("engine")
        # JSON objects of a Run have their names sorted
        frame = frame[["accepts", "fits", "bytes", "precision", "reason"]]
        return frame.astype({"bytes": "Int64"})

    @property
    def device(self) -> dict[str, Any] | None:
        """The machine that was named: ``name``, ``qubits``, ``accepts``, ``reason`` and ``cost``."""
        found: dict[str, Any] | None = self._output["device"]
        return found

    @property
    def cost(self) -> float | None:
        """US dollars on that machine; ``None`` where none was named or its price is not known."""
        return None if self.device is None else self.device["cost"]

    def to_frame(self) -> pd.DataFrame:
        """Return the engines, a row each."""
        return self.engines

    def to_json(self) -> str:
        """Return everything as JSON text."""
        return json.dumps({"run": self.run_id} | self._output, ensure_ascii=False, indent=2)

    def plot(self) -> Figure:
        """Return a figure of the memory that each engine needs.

        Raises
        ------
        MissingExtra
            matplotlib is not installed.
        """
        from workbench.quantum.estimation.display import figure

        return figure(self)

    def __str__(self) -> str:
        from workbench.quantum.estimation.display import text

        return text(self)

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from workbench.quantum.estimation.display import html

        return {"text/plain": str(self), "text/html": html(self)}

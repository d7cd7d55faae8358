"""`TranspileComparison`: one circuit on several targets at several levels."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.quantum.recorded import Recorded

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from qiskit import QuantumCircuit


__all__ = ["COLUMNS", "TranspileComparison"]

COLUMNS = (
    "target", "level", "depth", "two_qubit_gates", "two_qubit_depth", "gates", "swaps", "success", "seconds",
    "equivalent",
)  # fmt: skip


@dataclass(frozen=True)
class TranspileComparison(Recorded):
    """How a circuit fits targets.

    Parameters
    ----------
    run : Run
        That recorded it, finished.
    """

    @property
    def seed(self) -> int:
        """Of layout and routing."""
        return int(self._output["seed"])

    @property
    def refused(self) -> dict[str, str]:
        """Targets that cannot take the circuit, with the reason."""
        return dict(self._output["refused"])

    @cached_property
    def frame(self) -> pd.DataFrame:
        """A row a target and level.

        ``depth``, ``two_qubit_gates``, ``two_qubit_depth`` (layers of gates on two or more qubits),
        ``gates`` (without measurements and barriers), ``swaps`` (that routing added), ``success``
        (the product over gates and measurements of 1 - error as calibrated; NaN without a
        calibration), ``seconds`` (that the passes took) and ``equivalent``: whether every
        probability is the original's within 1e-9, missing above 8 qubits; see
        `workbench.quantum.transpilation.equivalence`.
        """
        import pandas as pd

        frame = pd.DataFrame(self._output["rows"], columns=list(COLUMNS))
        frame["success"] = frame["success"].astype("float64")
        frame["equivalent"] = frame["equivalent"].astype("boolean")
        return frame

    @property
    def equivalent(self) -> bool | None:
        """Whether every circuit that was looked at does what the original does; ``None`` if none was."""
        looked = self.frame["equivalent"].dropna()
        return bool(looked.all()) if len(looked) else None

    @property
    def best(self) -> dict[str, Any]:
        """The row most likely to succeed; where nothing is calibrated, with the fewest two-qubit gates.

        Raises
        ------
        BadInput
            No target takes the circuit.
        """
        if self.frame.empty:
            reason = next(iter(self.refused.values()), "There is none.")
            raise BadInput(f"No target takes the circuit: {reason}", "Choose larger targets.")
        rows = self.frame.sort_values(["success", "two_qubit_gates", "depth"], ascending=[False, True, True])
        chosen: dict[str, Any] = rows.iloc[0].to_dict()
        return chosen

    def circuit(self, target: str, level: int) -> QuantumCircuit:
        """Return the fitted circuit of a row, made anew: equal seeds give equal circuits.

        Parameters
        ----------
        target : str
            As in the column of that name.
        level : int
            As in the column of that name.

        Raises
        ------
        BadInput
            There is no such row.
        """
        from workbench.quantum.canonical import from_json
        from workbench.quantum.devices.transpiling import flat
        from workbench.quantum.transpilation.aims import Aim
        from workbench.quantum.transpilation.fitting import fit

        known = {body["name"]: body for body in self.run.inputs["targets"]}
        if target in self.refused or target not in known or level not in self.run.inputs["levels"]:
            raise BadInput(
                f"There is no row of {target!r} at level {level!r}.", "`.frame` shows those there are."
            )
        given = flat(from_json(self.run.inputs["circuit"]))
        return fit(given, Aim.from_json(known[target]), level, self.seed).circuit

    def to_frame(self) -> pd.DataFrame:
        """Return the rows."""
        return self.frame

    def to_json(self) -> str:
        """Return everything as JSON text."""
        return json.dumps({"run": self.run_id} | self._output, ensure_ascii=False, indent=2)

    def plot(self) -> Figure:
        """Return a figure of two-qubit gates and success by level.

        Raises
        ------
        MissingExtra
            matplotlib is not installed.
        """
        from workbench.quantum.transpilation.display import figure

        return figure(self)

    def __str__(self) -> str:
        from workbench.quantum.transpilation.display import text

        return text(self)

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from workbench.quantum.transpilation.display import html

        return {"text/plain": str(self), "text/html": html(self)}

"""`OptimisedCircuit`: where an optimisation ended, and how it went there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.quantum.optimisation.history import HISTORY, History
from workbench.quantum.recorded import Recorded

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from qiskit import QuantumCircuit


__all__ = ["OptimisedCircuit"]


@dataclass(frozen=True)
class OptimisedCircuit(Recorded):
    """The best parameters that were found.

    Of an optimisation that was stopped, what it had found by then.

    Parameters
    ----------
    run : Run
        That recorded it: finished or cancelled.
    load : callable
        Gives an object of the Run by its digest.

    Raises
    ------
    BadInput
        The Run holds no optimisation.
    """

    load: Callable[[str], bytes] = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self._way.rows:
            raise BadInput(f"The Run {self.run.id} was stopped before its first value.", "Start it again.")

    @cached_property
    def _way(self) -> History:
        kept = next((one for one in self.run.artifacts if one.name == HISTORY), None)
        if kept is None:
            raise BadInput(f"The Run {self.run.id} holds no optimisation.", details={"field": "run_id"})
        return History.from_json(json.loads(self.load(kept.digest)))

    @cached_property
    def _best(self) -> dict[str, Any]:
        return self._way.best()

    @property
    def value(self) -> float:
        """The observable's expectation value there, in its own unit; of samples, the last estimate."""
        value: float = self._best["value"]
        return value

    @property
    def error(self) -> float:
        """Its standard error; 0 where it is exact."""
        error: float = self._best["error"]
        return error

    @property
    def parameters(self) -> dict[str, float]:
        """Parameter to value, in the circuit's order, radians."""
        return dict(self._best["parameters"])

    @property
    def bind(self) -> dict[str, float]:
        """What ``studio.quantum.run(circuit, bind=...)`` takes to run the circuit there."""
        return self.parameters

    @cached_property
    def history(self) -> pd.DataFrame:
        """A row a step, the start as step 0.

        Columns ``step``, ``value``, ``error`` (standard error), ``gradient`` (its Euclidean norm, NaN
        where none is computed), and one for each parameter. A step of COBYLA is one evaluation.
        """
        return self._way.frame()

    @property
    def steps(self) -> int:
        """How many steps were done."""
        return self._way.steps

    @property
    def ended(self) -> str:
        """Why it ended."""
        return "it was stopped" if self.run.output is None else str(self.run.output["ended"])

    @property
    def meta(self) -> dict[str, Any]:
        """How it was done: ``on``, ``why``, ``optimiser``, ``gradient``, ``seed`` and more."""
        return {} if self.run.output is None else dict(self.run.output["meta"])

    @property
    def observable(self) -> str:
        """The observable's name."""
        name: str = self.run.inputs["observable"]["name"]
        return name

    @cached_property
    def circuit(self) -> QuantumCircuit:
        """The circuit with its parameters."""
        from workbench.quantum.canonical import from_json

        return from_json(self.run.inputs["circuit"])

    @property
    def bound(self) -> QuantumCircuit:
        """The circuit with the best values in place of its parameters."""
        best = self.parameters
        return self.circuit.assign_parameters({one: best[one.name] for one in self.circuit.parameters})

    def plot(self) -> Figure:
        """Return a figure of value and gradient by step.

        Raises
        ------
        MissingExtra
            matplotlib is not installed.
        """
        from workbench.quantum.optimisation.display import figure

        return figure(self)

    def to_frame(self) -> pd.DataFrame:
        """Return the history."""
        return self.history

    def to_json(self) -> str:
        """Return the result and its history as JSON text."""
        body = {
            "run": self.run_id, "observable": self.observable, "value": self.value, "error": self.error,
            "parameters": self.parameters, "steps": self.steps, "ended": self.ended, "meta": self.meta,
            "history": self._way.to_json(),
        }  # fmt: skip
        return json.dumps(body, ensure_ascii=False, indent=2)

    def __str__(self) -> str:
        from workbench.quantum.optimisation.display import text

        return text(self)

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from workbench.quantum.optimisation.display import html

        return {"text/plain": str(self), "text/html": html(self)}

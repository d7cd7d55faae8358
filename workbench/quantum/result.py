"""`CircuitResult`: what a circuit gave, as a notebook shows it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from workbench.errors import BadInput
from workbench.quantum.agreement import Agreement
from workbench.quantum.header import bits_of, places_of
from workbench.quantum.keeping import read, read_circuit
from workbench.quantum.mitigation import Mitigated
from workbench.quantum.recorded import Recorded

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.figure import Figure
    from numpy.typing import NDArray
    from qiskit import QuantumCircuit


__all__ = ["CircuitResult", "Expectation"]


@dataclass(frozen=True, slots=True)
class Expectation:
    """An expectation value.

    Attributes
    ----------
    observable : str
        Its name.
    value : float
        In the observable's own unit.
    error : float
        Standard error of the mean; 0 where the value is exact.
    """

    observable: str
    value: float
    error: float

    def __str__(self) -> str:
        return f"<{self.observable}> = {self.value:.6g}" + (f" ± {self.error:.2g}" if self.error else "")


@dataclass(frozen=True)
class CircuitResult(Recorded):
    """What a circuit gave.

    A key has classical bits in the order of their declaration, bit 0 leftmost; a circuit that
    measures nothing is read by its qubits, qubit 0 leftmost. `bits` is the header of the key.

    Parameters
    ----------
    run : Run
        That recorded it, finished.
    load : callable
        Gives an object of the Run by its digest.
    """

    load: Callable[[str], bytes] = field(repr=False, compare=False)

    @cached_property
    def _header(self) -> dict[str, Any]:
        header: dict[str, Any] = self._output["header"]
        return header

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        return places_of(self._header)

    @cached_property
    def bits(self) -> tuple[str, ...]:
        """Names of the bits of a key, leftmost first."""
        return bits_of(self._header)

    @property
    def registers(self) -> tuple[tuple[str, int], ...]:
        """Name and width of each register."""
        return tuple((name, len(places)) for name, places in self._places.items())

    @property
    def meta(self) -> dict[str, Any]:
        """How it was done: ``on``, ``why``, ``shots``, ``seed``, ``precision``, ``qubits`` and more."""
        return dict(self._output["meta"])

    @cached_property
    def counts(self) -> dict[str, int] | None:
        """Key to samples, by ascending key; ``None`` where nothing was sampled."""
        return read(self._output.get("counts"), len(self.bits), self.load)

    @cached_property
    def probabilities(self) -> dict[str, float] | None:
        """Key to exact probability, without those that are 0; ``None`` where they were not kept."""
        found = read(self._output.get("probabilities"), len(self.bits), self.load)
        # JSON knows no difference between 1 and 1.0
        return None if found is None else {key: float(value) for key, value in found.items()}

    @cached_property
    def expval(self) -> tuple[Expectation, ...]:
        """Expectation values, in the order that they were asked for."""
        return tuple(Expectation(*row) for row in self._output.get("expval") or ())

    @cached_property
    def sweep(self) -> pd.DataFrame | None:
        """A row a point: parameters, expectation values and ``NAME error`` where they were sampled.

        ``attrs["parameters"]`` names the columns that are parameters.
        """
        kept = self._output.get("sweep")
        if kept is None:
            return None
        import pandas as pd

        columns = kept["columns"] if "columns" in kept else json.loads(self.load(kept["artifact"]))
        frame = pd.DataFrame(dict(columns))
        frame.attrs["parameters"] = [name for name in frame.columns if name in self.run.inputs["sweep"]]
        return frame

    @cached_property
    def agreement(self) -> Agreement | None:
        """What other engines said; ``None`` where none was asked."""
        kept = self._output.get("agreement")
        return Agreement.from_dict(kept) if kept else None

    @cached_property
    def mitigation(self) -> Mitigated | None:
        """What mitigation made of the expectation values; ``None`` where it was not asked for.

        `expval` has the mitigated ones.
        """
        kept = self._output.get("mitigation")
        return Mitigated.from_json(kept) if kept else None

    @cached_property
    def circuit(self) -> QuantumCircuit:
        """The circuit as Qiskit has it, parameters as they were given."""
        return read_circuit(self.run.inputs["circuit"], self.load)

    @cached_property
    def diagram(self) -> str:
        """The circuit as SVG text."""
        from workbench.quantum.drawing.diagram import circuit_svg

        return circuit_svg(self.circuit)

    def counts_qiskit(self) -> dict[str, int]:
        """Return the counts as Qiskit writes them: bit 0 rightmost, registers apart by a space.

        Raises
        ------
        BadInput
            Nothing was sampled.
        """
        places = list(self._places.values()) or [list(range(len(self.bits)))]
        return {
            " ".join("".join(key[at] for at in reversed(where)) for where in reversed(places)): many
            for key, many in self._sampled().items()
        }

    def by_register(self) -> pd.DataFrame:
        """Return a row a key: the number that each register shows, bit 0 least significant, and the count.

        Raises
        ------
        BadInput
            Nothing was sampled.
        """
        import pandas as pd

        rows = [
            {
                name: sum(int(key[at]) << power for power, at in enumerate(where))
                for name, where in self._places.items()
            }
            | {"count": many}
            for key, many in self._sampled().items()
        ]
        return pd.DataFrame(rows)

    def _sampled(self) -> dict[str, int]:
        if self.counts is None:
            raise BadInput("This result has exact probabilities and no counts.", "Run it again with shots.")
        return self.counts

    def statevector(self, order: Literal["big", "little"] = "big") -> NDArray[np.complex128]:
        """Return the state before the final measurements, computed anew.

        Parameters
        ----------
        order : {"big", "little"}
            Whether qubit 0 is the most significant bit of the index, or the least, as in Qiskit.

        Returns
        -------
        ndarray of complex, shape (2**qubits,)

        Raises
        ------
        BadInput
            The state depends on what was measured, was swept, or does not fit into memory.
        """
        from workbench.quantum.states import state_of

        if order not in {"big", "little"}:
            raise BadInput(f"{order!r} is no order.", "There are 'big' (qubit 0 first) and 'little'.")
        if self.run.inputs.get("noise") is not None:
            raise BadInput(
                "With noise the circuit ends in a mixture, which no state vector holds.",
                "Run it without noise=, or look at .probabilities.",
            )
        if self._output.get("sweep") is not None:
            raise BadInput("A sweep has a state a point.", "Run the circuit with bind= for one of them.")
        return state_of(self.circuit, self.run.inputs.get("bind", {}), order)

    def plot(self, kind: str | None = None, **options: Any) -> Figure:
        """Return a figure.

        Parameters
        ----------
        kind : {"histogram", "bloch", "city", "phase", "sweep", "agreement"}, optional
            By default what the result has: a sweep's curves, else a histogram.
        **options
            Of the drawing; see `workbench.quantum.drawing.plots`.

        Raises
        ------
        BadInput
            There is nothing of the kind in this result.
        MissingExtra
            matplotlib is not installed.
        """
        from workbench.quantum.figures import figure

        return figure(self, kind, **options)

    def to_frame(self) -> pd.DataFrame:
        """Return the sweep, else a row a key with its count and probability."""
        import pandas as pd

        if self.sweep is not None:
            return self.sweep
        columns: dict[str, Mapping[str, float] | None] = {
            "count": self.counts,
            "probability": self.probabilities,
        }
        frame = pd.DataFrame(
            {name: pd.Series(values) for name, values in columns.items() if values is not None}
        )
        frame.index.name = "".join(f"{name} " for name in self.bits).strip()
        if "count" in frame:
            frame["count"] = frame["count"].fillna(0).astype("int64")
        return frame.fillna(0.0).sort_index()

    def to_json(self) -> str:
        """Return the result as JSON text."""
        body = {name: self._output.get(name) for name in ("expval", "mitigation", "agreement", "meta")}
        body |= {"bits": self.bits, "registers": self.registers}
        body |= {"run": self.run_id, "counts": self.counts, "probabilities": self.probabilities}
        if self.sweep is not None:
            body["sweep"] = {str(name): self.sweep[name].tolist() for name in self.sweep.columns}
        return json.dumps(body, ensure_ascii=False, indent=2)

    def __str__(self) -> str:
        from workbench.quantum.drawing.html import result_text

        return result_text(self)

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from workbench.quantum.drawing.html import result_html

        return {"text/plain": str(self), "text/html": result_html(self)}

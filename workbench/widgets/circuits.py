"""A panel to write a circuit, see it, run it and turn its parameters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from workbench.widgets.circuits_bench import PARTS, CircuitBench
from workbench.widgets.circuits_examples import examples
from workbench.widgets.circuits_html import static_html
from workbench.widgets.circuits_work import Asked
from workbench.widgets.panel import Panel, asset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.quantum.request import Shots
    from workbench.studio import Studio

__all__ = ["CircuitWidget"]


class CircuitWidget(Panel):
    """A circuit in OpenQASM with its live diagram, its results, and a slider for each free parameter.

    What is run, compared and released is a Run, as from `QuantumService.run` and ``%%circuit``. While a
    slider moves, the exact result follows and leaves none.

    Parameters
    ----------
    studio : Studio, optional
        The process's default one when not given.
    circuit : str or Path, optional
        OpenQASM 2 or 3, or the path of a file with it; by default a Bell pair.
    on : str
        An engine, or ``auto``.
    shots : int, None or "auto"
        As for `QuantumService.run`.
    seed : int, optional
        Drawn when not given.
    observables : str
        Sums of Pauli strings, apart by commas, such as ``"Z0*Z1, X0"``.
    bind : mapping of str to float, optional
        Where the sliders stand at first, radians.
    **traits
        Those of `ipywidgets.DOMWidget`, such as ``layout``.

    Examples
    --------
    >>> from workbench.widgets import CircuitWidget
    >>> CircuitWidget(shots=1000, seed=1)  # doctest: +SKIP
    """

    _esm = asset("dom.js", "circuits_editor.js", "circuits_controls.js", "circuits.js")
    _css = asset("theme.css", "circuits.css")

    program = traitlets.Dict().tag(sync=True)
    asked = traitlets.Dict().tag(sync=True)
    result = traitlets.Dict().tag(sync=True)
    engines = traitlets.List().tag(sync=True)
    examples = traitlets.List().tag(sync=True)
    status = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        studio: Studio | None = None,
        *,
        circuit: str | Path | None = None,
        on: str = "auto",
        shots: Shots = "auto",
        seed: int | None = None,
        observables: str = "",
        bind: Mapping[str, float] | None = None,
        **traits: Any,
    ) -> None:
        self.bench: CircuitBench | None = None
        super().__init__(studio, **traits)
        self.examples = list(examples())
        values = {str(name): float(value) for name, value in (bind or {}).items()}
        asked = Asked(on, shots, seed, observables, values)
        self.bench = CircuitBench(self.studio, self._publish, _text(circuit), asked)
        self._publish({"parts": PARTS, "settled": True})

    def act(self, action: dict[str, Any]) -> None:
        """Do what the browser asks; see `CircuitBench.act`."""
        if self.bench is not None:
            self.bench.act(action)

    def static_html(self) -> str:
        """Return text, diagram and the last recorded result as HTML without script."""
        return static_html({name: getattr(self, name) for name in PARTS})

    def __repr__(self) -> str:
        return f"CircuitWidget({self.program.get('facts') or 'no circuit'})"

    def _publish(self, event: dict[str, Any]) -> None:
        """Pass an event on; threads come one after the other."""
        bench = self.bench
        if bench is None:  # still being made
            return
        with bench.desk.lock:
            with self.hold_sync():
                for part in event["parts"]:
                    setattr(self, part, bench.view(part))
            if event["settled"] and not bench.busy:
                self._refresh_twin()


def _text(circuit: str | Path | None) -> str:
    if circuit is None:
        return examples()[0]["source"]
    if isinstance(circuit, str) and not ("\n" not in circuit and circuit.strip().endswith(".qasm")):
        return circuit
    from workbench.quantum.loading import load

    return load(circuit).source or ""

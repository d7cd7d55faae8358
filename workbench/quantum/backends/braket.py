"""Braket's local simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.quantum.backends.base import Outcome, Task
from workbench.quantum.backends.local import LocalEngine

if TYPE_CHECKING:
    from workbench.quantum.lowered import Lowered

__all__ = ["BraketBackend"]


class BraketBackend(LocalEngine):
    """``LocalSimulator("braket_sv")``."""

    name = "braket"
    modules = ("braket.circuits", "braket.default_simulator")
    precisions = frozenset({"double"})
    copies = 4.0

    def available(self) -> str | None:
        """Return why this engine cannot be used now, or ``None`` when it can."""
        try:
            return super().available()
        except ModuleNotFoundError:
            return "the library amazon-braket-sdk is not installed."

    def cannot(self, lowered: Lowered) -> str | None:
        """Return which operation is beyond it."""
        from workbench.quantum.emit.braket import refusal

        return refusal(lowered)

    def run(self, task: Task) -> Outcome:
        """Return amplitudes."""
        from braket.devices import LocalSimulator

        from workbench.quantum.emit.braket import to_braket

        circuit = to_braket(task.lowered.unmeasured())
        circuit.state_vector()
        result = LocalSimulator("braket_sv").run(circuit, shots=0).result()
        return Outcome(amplitudes=np.asarray(result.values[0]))

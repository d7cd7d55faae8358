"""Braket's local simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.quantum.backends.base import Outcome, Task
from workbench.quantum.backends.local import LocalEngine

if TYPE_CHECKING:
    from workbench.quantum.lowered import Lowered
    from workbench.quantum.noise import Noise

__all__ = ["BraketBackend"]


class BraketBackend(LocalEngine):
    """``LocalSimulator("braket_sv")``, and with noise ``"braket_dm"``."""

    name = "braket"
    modules = ("braket.circuits", "braket.default_simulator")
    precisions = frozenset({"double"})
    copies = 4.0
    noisy = True

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

    def cannot_with_noise(self, task: Task, noise: Noise) -> str | None:
        """Return why it cannot do this with noise."""
        from workbench.quantum.noise.on_braket import refusal

        return super().cannot_with_noise(task, noise) or refusal(task, noise)

    def run(self, task: Task) -> Outcome:
        """Return amplitudes, or probabilities where there is noise."""
        if task.noise is not None:
            from workbench.quantum.noise.on_braket import run

            return run(task, task.noise)
        from braket.devices import LocalSimulator

        from workbench.quantum.emit.braket import to_braket

        circuit = to_braket(task.lowered.unmeasured())
        circuit.state_vector()
        result = LocalSimulator("braket_sv").run(circuit, shots=0).result()
        return Outcome(amplitudes=np.asarray(result.values[0]))

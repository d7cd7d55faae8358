"""PennyLane's two simulators: ``default.qubit`` in numpy, ``lightning.qubit`` in C++."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.quantum.backends.base import Outcome, Task
from workbench.quantum.backends.local import LocalEngine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.quantum.lowered import Lowered
    from workbench.quantum.observables import Observable

__all__ = ["LightningBackend", "PennyLaneBackend"]


class PennyLaneBackend(LocalEngine):
    """``default.qubit``: slow alone, the fastest for many parameter values of a small circuit."""

    name = "pennylane"
    modules = ("pennylane",)
    precisions = frozenset({"double"})
    copies = 3.0

    def cannot(self, lowered: Lowered) -> str | None:
        """Return which operation is beyond it."""
        from workbench.quantum.emit.pennylane import refusal

        return refusal(lowered)

    def run(self, task: Task) -> Outcome:
        """Return amplitudes."""
        import pennylane as qml
        from pennylane.devices.qubit import get_final_state

        state, _ = get_final_state(_tape(task.lowered, [qml.state()]))
        return Outcome(amplitudes=np.ascontiguousarray(state, complex).reshape(-1))

    def expectations(
        self, lowered: Lowered, values: NDArray[np.float64], observables: Sequence[Observable]
    ) -> NDArray[np.float64]:
        """Return exact expectation values; the points are one more axis of every array."""
        from pennylane.devices.qubit import get_final_state

        from workbench.quantum.binding import bind
        from workbench.quantum.expectation import exact_many

        columns = {name: values[:, at] for at, name in enumerate(lowered.parameters)}
        state, batched = get_final_state(_tape(bind(lowered, columns), []))
        rows = np.asarray(state).reshape(len(values) if batched else 1, -1)
        return np.broadcast_to(exact_many(rows, lowered.qubits, observables), (len(values), len(observables)))


class LightningBackend(LocalEngine):
    """``lightning.qubit``."""

    name = "lightning"
    modules = ("pennylane", "pennylane_lightning")
    copies = 2.0

    def cannot(self, lowered: Lowered) -> str | None:
        """Return which operation is beyond it."""
        from workbench.quantum.emit.pennylane import refusal

        return refusal(lowered)

    def run(self, task: Task) -> Outcome:
        """Return amplitudes."""
        import pennylane as qml

        precision = np.complex64 if task.precision == "single" else np.complex128
        device = qml.device("lightning.qubit", wires=task.lowered.qubits, c_dtype=precision)
        tape = _tape(task.lowered, [qml.state()])
        (tape,), _ = device.preprocess_transforms()((tape,))
        return Outcome(amplitudes=np.asarray(device.execute(tape)))


def _tape(lowered: Lowered, measured: list[Any]) -> Any:
    import pennylane as qml

    from workbench.quantum.emit.pennylane import to_pennylane

    # an operation on every wire, or idle ones would be left out of the state
    idle = [qml.Identity(wire) for wire in range(lowered.qubits)]
    return qml.tape.QuantumScript([*idle, *to_pennylane(lowered.unmeasured())], measured)

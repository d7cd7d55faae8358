"""The adjoint sweep of ``lightning.qubit``, in C++: for larger circuits."""

from __future__ import annotations

import math
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.quantum.binding import bind
from workbench.quantum.lowered import Lowered
from workbench.quantum.optimisation.atoms import Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.quantum.observables import Observable, Term

__all__ = ["LIGHTNING_FROM", "LightningSweep", "lightning_usable"]

LIGHTNING_FROM = 12
"""Qubits from which it is worth loading PennyLane, which takes as long as hundreds of sweeps in numpy."""
_MARK = 1e-3 * math.sqrt(2.0)
"""Of its multiples no circuit is made."""


def lightning_usable() -> bool:
    """Whether PennyLane and its C++ simulator are installed."""
    return find_spec("pennylane") is not None and find_spec("pennylane_lightning") is not None


class LightningSweep:
    """Values and gradients of one circuit, which PennyLane is told once.

    Parameters
    ----------
    lowered : Lowered
        Of `workbench.quantum.optimisation.atoms.Atoms`: static; final measurements are left out.
    observable : Observable
        What is differentiated.
    """

    def __init__(self, lowered: Lowered, observable: Observable) -> None:
        import pennylane as qml
        from pennylane.devices import ExecutionConfig

        from workbench.quantum.emit.pennylane import to_pennylane

        lowered = lowered.unmeasured()
        self._device = qml.device("lightning.qubit", wires=lowered.qubits)
        marks = [_MARK * (at + 1) for at in range(len(lowered.parameters))]
        operations = to_pennylane(bind(lowered, dict(zip(lowered.parameters, marks, strict=True))))
        tape = qml.tape.QuantumScript(operations, [qml.expval(_operator(observable))])
        wanted = ExecutionConfig(gradient_method="adjoint", use_device_gradient=True)
        self._config = self._device.setup_execution_config(wanted, tape)
        (self._tape,), _ = self._device.preprocess_transforms(self._config)((tape,))
        self._places = _places(self._tape, marks)

    def value(self, angles: NDArray[np.float64]) -> Reading:
        """Return the expectation value alone."""
        return Reading(float(self._device.execute(self._at(angles))), 0.0, None)

    def gradient(self, angles: NDArray[np.float64]) -> Reading:
        """Return the expectation value and its derivative by each angle, shape (angles,)."""
        value, slopes = self._device.execute_and_compute_derivatives(self._at(angles), self._config)
        return Reading(float(value), 0.0, np.asarray(slopes, float).reshape(len(self._places)))

    def _at(self, angles: NDArray[np.float64]) -> Any:
        tape = self._tape.bind_new_parameters(angles.tolist(), self._places)
        tape.trainable_params = self._places
        return tape


def _places(tape: Any, marks: list[float]) -> list[int]:
    """Return where the free angles stand, which is found out by their values.

    Gates without parameters may have become several with angles, so that counting does not do.
    """
    numbers = [one if np.ndim(one) == 0 else None for one in tape.get_parameters(trainable_only=False)]
    return [numbers.index(mark) for mark in marks]


def _operator(observable: Observable) -> Any:
    import pennylane as qml

    weights = [term.weight for term in observable.terms]
    return qml.Hamiltonian(weights, [_string(term) for term in observable.terms])


def _string(term: Term) -> Any:
    import pennylane as qml

    kinds = {"X": qml.PauliX, "Y": qml.PauliY, "Z": qml.PauliZ}
    factors = [kinds[letter](qubit) for qubit, letter in term.factors] or [qml.Identity(0)]
    return factors[0] if len(factors) == 1 else qml.prod(*factors)

"""A circuit in a target's gates on its qubits, and what that took."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.quantum.transpilation.aims import Aim, manager

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.transpiler import Target

__all__ = ["Fit", "fit", "success"]

_ROUTERS = frozenset({"SabreLayout", "SabreSwap", "BasicSwap", "LookaheadSwap"})
_NO_GATES = frozenset({"barrier", "measure", "delay", "reset"})
_PAIR = 2


@dataclass(frozen=True)
class Fit:
    """A fitted circuit.

    Attributes
    ----------
    circuit : QuantumCircuit
        In the target's gates.
    layout : tuple of int
        Where each qubit of the given circuit ends.
    swaps : int
        That routing added, before they became gates of the target.
    seconds : float
        That the passes took.
    """

    circuit: QuantumCircuit
    layout: tuple[int, ...]
    swaps: int
    seconds: float

    def facts(self) -> dict[str, Any]:
        """Return depth and numbers of gates, as JSON values."""
        gates = [one for one in self.circuit.data if one.operation.name not in _NO_GATES]
        return {
            "depth": int(self.circuit.depth()),
            "two_qubit_gates": sum(len(one.qubits) == _PAIR for one in gates),
            "two_qubit_depth": int(self.circuit.depth(_pair)),
            "gates": len(gates),
            "swaps": self.swaps,
            "seconds": self.seconds,
        }


def _pair(instruction: Any) -> bool:
    return len(instruction.qubits) >= _PAIR and instruction.operation.name not in _NO_GATES


def fit(circuit: QuantumCircuit, aim: Aim, level: int, seed: int) -> Fit:
    """Fit a circuit to a target.

    Parameters
    ----------
    circuit : QuantumCircuit
        Of `workbench.quantum.devices.transpiling.flat`; parameters may be unbound.
    aim : Aim
        The target.
    level : int
        Of optimisation, 0 to 3.
    seed : int
        Of layout and routing: equal seeds give equal circuits.

    Raises
    ------
    BadInput
        The target has too few qubits, or not the gates that it takes.
    """
    from qiskit.exceptions import QiskitError

    passes = manager(aim, circuit.num_qubits, level, seed)
    counter = _Swaps()
    began = time.perf_counter()
    try:
        made = passes.run(circuit, callback=counter)
    except QiskitError as error:
        raise BadInput(
            f"The circuit cannot be fitted to {aim.name}: {_first(error)}",
            "Name gates that make up any circuit, such as 'cx,rz,sx,x'.",
            details={"field": "targets"},
        ) from error
    seconds = time.perf_counter() - began
    layout = range(circuit.num_qubits)
    if made.layout is not None:
        layout = made.layout.final_index_layout(filter_ancillas=True)
    return Fit(made, tuple(layout), counter.added, seconds)


def _first(error: Exception) -> str:
    said = str(getattr(error, "message", error)).strip("'\"").partition("\n")[0]
    # Qiskit goes on to list every gate on either side
    return "its gates do not make up the circuit's." if said.startswith("Unable to translate") else said


class _Swaps:
    """Counts swaps as routing adds them; it is called after each pass."""

    def __init__(self) -> None:
        self.added = 0
        self._before = 0

    def __call__(self, *, pass_: Any, dag: Any, **_: Any) -> None:
        now = dag.count_ops(recurse=False).get("swap", 0)
        if type(pass_).__name__ in _ROUTERS:
            self.added += max(now - self._before, 0)
        self._before = now


def success(circuit: QuantumCircuit, target: Target | None) -> float | None:
    """Estimate how likely a shot goes without any error.

    The product over all gates and measurements of 1 - error, each as the device was calibrated:
    errors are taken as independent, and waiting qubits as perfect.

    Parameters
    ----------
    circuit : QuantumCircuit
        In the device's gates on its qubits.
    target : Target or None
        With the errors.

    Returns
    -------
    float or None
        0 to 1; ``None`` without a calibration, or where operations depend on measurements.
    """
    if target is None:
        return None
    logarithm = 0.0
    for one in circuit.data:
        name = one.operation.name
        if name in ("barrier", "delay"):
            continue
        if hasattr(one.operation, "blocks"):
            return None
        properties = target[name].get(tuple(circuit.find_bit(qubit).index for qubit in one.qubits))
        error = None if properties is None else properties.error
        # a gate that is done by relabelling has no error, and no entry
        logarithm += math.log1p(-min(error or 0.0, 1.0 - 1e-16))
    return math.exp(logarithm)

"""Which engine is the fastest for a circuit, and why: the rule behind ``on="auto"``.

The bounds were measured by ``python -m benchmarks.circuits``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.quantum.limits import BOND, DENSE, bond_bound
from workbench.wording import amount

if TYPE_CHECKING:
    from workbench.quantum.backends import Engines
    from workbench.quantum.backends.base import Precision
    from workbench.quantum.lowered import Lowered
    from workbench.quantum.noise import Noise

__all__ = ["Choice", "choose", "choose_noisy", "choose_sweep"]

SMALL = 10
SHORT = 64
"""Up to so many qubits and operations Qiskit's own state vector starts the soonest."""
TABLEAU_FROM = 16
"""From here a Clifford circuit is sampled from its tableau instead of a state."""
SINGLE_FROM = 13
"""From here the state is computed in single precision unless double is asked for."""
BROADCAST = 8
"""Up to here a sweep is fastest as one more axis of every array."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine and the reason.

    Attributes
    ----------
    engine : str
        Its name.
    precision : {"single", "double"}
        Of the amplitudes.
    why : str
        For people.
    warning : str or None
        What to know about the result.
    """

    engine: str
    precision: Precision
    why: str
    warning: str | None = None


def choose(
    lowered: Lowered, engines: Engines, precision: Precision | None = None, *, sampled: bool = True
) -> Choice:
    """Choose the engine for one circuit without noise.

    Parameters
    ----------
    lowered : Lowered
        Without branches where those could be deferred.
    engines : Engines
        What there is.
    precision : {"single", "double"}, optional
        What was asked for.
    sampled : bool
        Whether samples are enough, or exact probabilities are needed.
    """
    large = lowered.qubits >= TABLEAU_FROM and sampled
    if (large or lowered.dynamic) and _usable(engines, "stim"):
        from workbench.quantum.emit.stim import refusal

        if refusal(lowered) is None:
            kind = "acts on measurements" if lowered.dynamic else f"has {amount(lowered.qubits, 'qubit')}"
            return Choice("stim", "double", f"a Clifford circuit that {kind}: its tableau is sampled")
    if lowered.dynamic:
        why = "acts on measurements in a way that cannot be deferred: shot by shot"
        return _beyond(lowered) or Choice("aer", precision or "double", why)
    if lowered.qubits > DENSE:
        return _beyond(lowered) or Choice("qsim", "single", "dense")
    return _dense(lowered, engines, precision)


def _dense(lowered: Lowered, engines: Engines, precision: Precision | None) -> Choice:
    qubits = lowered.qubits
    if qubits <= SMALL and len(lowered.ops) <= SHORT and precision != "single":
        why = f"{amount(qubits, 'qubit')} and few operations: Qiskit's state vector starts the soonest"
        return Choice("qiskit", "double", why)
    if precision != "double" and qubits >= SINGLE_FROM and _usable(engines, "qsim"):
        return Choice("qsim", "single", f"{amount(qubits, 'qubit')} in single precision: qsim fuses gates")
    if precision == "single":
        return Choice("aer", "single", f"{amount(qubits, 'qubit')} in single precision")
    return Choice("aer", "double", f"{amount(qubits, 'qubit')} in double precision: Aer fuses gates")


def _beyond(lowered: Lowered) -> Choice | None:
    """Choose a matrix product state where it can hold the circuit."""
    bond = bond_bound(lowered)
    if lowered.qubits <= DENSE or bond > BOND:
        return None
    return Choice(
        "aer",
        "double",
        f"{lowered.qubits} qubits, little entanglement: a matrix product state, bonds up to {2**bond}",
        "Computed as a matrix product state; compare with a smaller circuit of the same kind.",
    )


def choose_noisy(lowered: Lowered, noise: Noise, engines: Engines, *, sampled: bool = True) -> Choice:
    """Choose the engine for one circuit with noise.

    Parameters
    ----------
    lowered : Lowered
        As it was written: a deferred measurement would have other gates, and other noise.
    noise : Noise
        What goes wrong.
    engines : Engines
        What there is.
    sampled : bool
        Whether samples are enough, or exact probabilities are needed.
    """
    from workbench.quantum.noise import DENSITY_QUBITS
    from workbench.quantum.noise.program import keeps_measurements

    qubits = lowered.qubits
    if lowered.dynamic or (sampled and keeps_measurements(lowered, noise)):
        return Choice("aer", "double", "noise on what acts on measurements: a trajectory a shot")
    if qubits <= DENSITY_QUBITS or not sampled:
        return Choice("aer", "double", f"{amount(qubits, 'qubit')} with noise: the density matrix, exactly")
    if _usable(engines, "stim"):
        from workbench.quantum.noise.on_stim import pauli_only
        from workbench.quantum.noise.program import program

        if pauli_only(program(lowered.shown().unmeasured(), noise)) is None:
            why = f"{amount(qubits, 'qubit')}, Clifford gates and Pauli noise: a sampled tableau"
            return Choice("stim", "double", why)
    return Choice("aer", "double", f"{amount(qubits, 'qubit')} with noise: a trajectory a shot")


def choose_sweep(qubits: int, engines: Engines) -> Choice:
    """Choose the engine for exact expectation values of many parameter values."""
    if qubits <= BROADCAST and _usable(engines, "pennylane"):
        return Choice("pennylane", "double", f"a sweep of {amount(qubits, 'qubit')}: all points in one array")
    return Choice("aer", "double", f"a sweep of {amount(qubits, 'qubit')}: one circuit, many values")


def _usable(engines: Engines, name: str) -> bool:
    return engines.any(name).available() is None

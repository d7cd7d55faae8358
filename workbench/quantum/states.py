"""The state that a circuit prepares, computed on request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from workbench.errors import BadInput
from workbench.quantum.execution import Asked, execute

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["state_of"]


def state_of(
    circuit: Any, values: Mapping[str, float], order: Literal["big", "little"] = "big"
) -> NDArray[np.complex128]:
    """Return the state before the final measurements.

    Parameters
    ----------
    circuit : QuantumCircuit
        The hub.
    values : mapping of str to float
        Its parameters, radians.
    order : {"big", "little"}
        Significance of qubit 0 in the index: most or least.

    Raises
    ------
    BadInput
        The state depends on what was measured, or does not fit into memory.
    """
    from workbench.quantum.backends.aer import AerBackend
    from workbench.quantum.backends.qiskit import QiskitBackend
    from workbench.quantum.binding import bind
    from workbench.quantum.choosing import SMALL
    from workbench.quantum.lowering import lower

    lowered = bind(lower(circuit), values)
    if lowered.dynamic:
        raise BadInput(
            "The state of this circuit depends on what is measured on the way, so there is not one.",
            "Leave the measurements in mid-circuit out, or look at .probabilities.",
        )
    engine = (QiskitBackend if lowered.qubits <= SMALL else AerBackend)()
    outcome = execute(engine, lowered, Asked(None, 0, "double")).outcome
    return np.asarray(outcome.state("most" if order == "big" else "least"), np.complex128)

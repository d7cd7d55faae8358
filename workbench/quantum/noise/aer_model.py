"""Qiskit Aer's noise models: errors by the name of a gate and its qubits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from workbench.errors import BadInput
from workbench.quantum.lowered import GATES, Gate, Matrix, Reset
from workbench.quantum.noise.channels import Channel, Error, Step
from workbench.quantum.unitaries import gate_matrix

__all__ = ["AerErrors", "body_of"]

_KEPT = ("type", "operations", "gate_qubits", "instructions", "probabilities")
_OURS = {"u1": "p", "u3": "u"}
"""Older names of the same gates."""


def body_of(model: Any) -> dict[str, Any]:
    """Return a ``qiskit_aer.noise.NoiseModel`` as JSON values; its random identifiers are left out."""
    written = model.to_dict(serializable=True)["errors"]
    errors = [{name: error[name] for name in _KEPT if name in error} for error in written]
    if any(error["type"] == "qerror" and "measure" in error["operations"] for error in errors):
        raise BadInput(
            "The noise model has a quantum error on measure.",
            "Give it as a readout error, or as the error of an id gate before.",
            details={"field": "noise"},
        )
    names = {_OURS.get(name, name) for name in model.basis_gates}
    return {"errors": errors, "basis": sorted(names & {*GATES, "ecr"})}


class AerErrors:
    """The errors of one model.

    Parameters
    ----------
    body : mapping
        From `body_of`.
    """

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._gates: dict[tuple[str, tuple[int, ...] | None], Error] = {}
        self._readout: dict[int | None, tuple[float, float]] = {}
        made: dict[int, Error] = {}
        for error in body["errors"]:
            places = [tuple(at) for at in error["gate_qubits"]] if "gate_qubits" in error else [None]
            for at in places:
                if error["type"] == "roerror":
                    self._readout[None if at is None else _alone(at)] = _flips(error["probabilities"])
                    continue
                read = made.setdefault(id(error), _error(error))
                self._gates.update({(_OURS.get(name, name), at): read for name in error["operations"]})

    def after(self, op: Gate | Matrix | Reset) -> list[Channel]:
        """Return what follows a gate or a reset on physical qubits."""
        qubits = (op.qubit,) if isinstance(op, Reset) else op.qubits
        name = "reset" if isinstance(op, Reset) else op.name if isinstance(op, Gate) else op.label
        error = self._gates.get((name, qubits)) or self._gates.get((name, None))
        return [Channel(qubits, error)] if error is not None else []

    def misread(self, qubit: int) -> tuple[float, float]:
        """Return the probabilities that a qubit's 0 is told as 1, and its 1 as 0."""
        return self._readout.get(qubit, self._readout.get(None, (0.0, 0.0)))


def _alone(at: tuple[int, ...]) -> int:
    if len(at) != 1:
        raise BadInput(
            "The noise model has a readout error of several qubits at once.",
            "Give one for each qubit.",
            details={"field": "noise"},
        )
    return at[0]


def _flips(table: Sequence[Sequence[float]]) -> tuple[float, float]:
    return float(table[0][1]), float(table[1][0])


def _error(error: Mapping[str, Any]) -> Error:
    """Read one quantum error: probabilities, and circuits as lists of instructions."""
    branches = []
    size = 1 + max(place for circuit in error["instructions"] for one in circuit for place in one["qubits"])
    for probability, circuit in zip(error["probabilities"], error["instructions"], strict=True):
        steps = [step for instruction in circuit for step in _steps(instruction)]
        branches.append((float(probability), tuple(steps)))
    return Error(size, tuple(branches))


def _steps(instruction: Mapping[str, Any]) -> list[Step]:
    name, places = instruction["name"], tuple(instruction["qubits"])
    if name == "id":
        return []
    if name == "pauli":
        # Qiskit's rightmost letter is the first qubit's
        letters = zip(reversed(instruction["params"][0].lower()), places, strict=True)
        return [(letter, (place,), ()) for letter, place in letters if letter != "i"]
    if name in {"x", "y", "z"}:
        return [(name, places, ())]
    if name == "reset":
        return [("reset", (place,), ()) for place in places]
    if name in {"kraus", "unitary"}:
        return [(name, places, tuple(_matrix(one) for one in instruction["params"]))]
    if name in GATES:
        return [("unitary", places, (gate_matrix(name, instruction.get("params", ())).copy(),))]
    raise BadInput(
        f"The noise model holds {name!r} in an error, which is not known here.",
        "Give the error as a Kraus channel.",
        details={"field": "noise"},
    )


def _matrix(pairs: Any) -> Any:
    """Read a matrix whose numbers are pairs of real and imaginary part."""
    array = np.asarray(pairs, float)
    return array[..., 0] + 1j * array[..., 1]

"""Lowered circuits as stim's, where they are made of Clifford gates."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.quantum.emit.refusing import has_arrays, named, refuse, unbound
from workbench.quantum.lowered import Branch, Gate, Lowered, Matrix, Measure, Op, Reset, While
from workbench.quantum.unitaries import gate_matrix

if TYPE_CHECKING:
    import stim

__all__ = ["records", "refusal", "to_stim"]

_NAMES = {
    "id": "I",
    "x": "X",
    "y": "Y",
    "z": "Z",
    "h": "H",
    "s": "S",
    "sdg": "S_DAG",
    "sx": "SQRT_X",
    "sxdg": "SQRT_X_DAG",
    "cx": "CX",
    "cy": "CY",
    "cz": "CZ",
    "swap": "SWAP",
    "iswap": "ISWAP",
}
_FEEDBACK = {"x": "CX", "y": "CY", "z": "CZ"}
# How far a matrix may lie from a Clifford's: far above rounding, far below any rotation that is meant.
_TOLERANCE = 1e-9
# Entries of Clifford matrices on three qubits are 0 or at least a third.
_ENTRY = 0.1


def refusal(lowered: Lowered) -> str | None:
    """Return why stim cannot do a circuit, or ``None``.

    It does Clifford gates, whatever they are called and however they are written, measurements,
    resets, and Pauli gates under a condition on one classical bit.
    """
    reason = unbound(lowered)
    if reason is not None:
        return reason
    swept = has_arrays(lowered)
    if swept is not None:
        return f"stim takes one number an angle, and {named(swept)} has an array."
    for op in lowered.ops:
        if isinstance(op, Branch):
            wrong = _beyond_feedback(op)
            if wrong is not None:
                return wrong
        elif isinstance(op, While):
            return f"stim has no loop on classical bits, and there is {named(op)}."
        elif isinstance(op, Gate) and op.name in _NAMES:
            continue
        elif isinstance(op, (Gate, Matrix)) and _tableau(op) is None:
            return f"stim does Clifford gates only, and {named(op)} is none."
    return None


def _beyond_feedback(op: Branch) -> str | None:
    if len(op.condition.bits) > 1:
        return f"stim takes conditions on one classical bit, and {named(op)} reads {len(op.condition.bits)}."
    for inner in op.then + op.otherwise:
        if not (isinstance(inner, Gate) and (inner.name in _FEEDBACK or inner.name == "id")):
            return f"stim does only x, y and z inside an if, and {named(inner)} is none."
    return None


def to_stim(lowered: Lowered) -> stim.Circuit:
    """Return the circuit on qubits 0 to ``qubits - 1``, with one record a measurement, in order.

    `records` says which record each classical bit shows. stim has no global phase.

    Raises
    ------
    BadInput
        With the sentence of `refusal`.
    """
    import stim

    refuse(lowered, refusal)
    lines: list[str] = []
    shown: dict[int, int] = {}
    count = 0
    for op in lowered.ops:
        if isinstance(op, Measure):
            shown[op.clbit] = count
            count += 1
        lines.extend(_told(op, shown, count))
    # One text is read twenty times sooner than as many operations are appended.
    circuit = stim.Circuit("\n".join(lines))
    if lowered.qubits > circuit.num_qubits:
        circuit.append("I", [lowered.qubits - 1])
    return circuit


def records(lowered: Lowered) -> dict[int, int]:
    """Return classical bit to the number of the measurement record that it shows at the end."""
    clbits = [op.clbit for op in lowered.ops if isinstance(op, Measure)]
    return {clbit: number for number, clbit in enumerate(clbits)}


def _told(op: Op, shown: dict[int, int], count: int) -> Iterator[str]:
    if isinstance(op, Measure):
        yield f"M {op.qubit}"
    elif isinstance(op, Reset):
        yield f"R {op.qubit}"
    elif isinstance(op, Branch):
        yield from _fed_back(op, shown, count)
    elif isinstance(op, Gate) and op.name in _NAMES:
        yield f"{_NAMES[op.name]} {' '.join(map(str, op.qubits))}"
    elif isinstance(op, (Gate, Matrix)):
        for name, targets in _tableau(op) or ():
            yield f"{name} {' '.join(str(op.qubits[target]) for target in targets)}"


def _fed_back(op: Branch, shown: dict[int, int], count: int) -> Iterator[str]:
    """Yield Pauli gates under a record; what happens for 0 is done always and undone for 1."""
    when = [op.condition.evaluate(dict.fromkeys(op.condition.bits, value)) for value in (0, 1)]
    record = shown.get(op.condition.bits[0]) if op.condition.bits else None
    for holds, ops in ((when, op.then), ([not value for value in when], op.otherwise)):
        for inner in ops:
            if not isinstance(inner, Gate) or inner.name == "id":
                continue
            if holds[0]:
                yield f"{_NAMES[inner.name]} {inner.qubits[0]}"
            if holds[0] != holds[1] and record is not None:
                yield f"{_FEEDBACK[inner.name]} rec[{record - count}] {inner.qubits[0]}"


def _tableau(op: Gate | Matrix) -> tuple[tuple[str, tuple[int, ...]], ...] | None:
    """Return a gate as named Clifford gates on its own qubits, or ``None`` where it is no Clifford."""
    if isinstance(op, Matrix):
        return _clifford(op.matrix.tobytes(), len(op.qubits))
    if op.name in _NAMES:
        return ((_NAMES[op.name], tuple(range(len(op.qubits)))),)
    return _named_clifford(op.name, op.angles)


@lru_cache(maxsize=1024)
def _named_clifford(name: str, angles: tuple[float, ...]) -> tuple[tuple[str, tuple[int, ...]], ...] | None:
    matrix = gate_matrix(name, angles)
    return _clifford(matrix.tobytes(), matrix.shape[0].bit_length() - 1)


@lru_cache(maxsize=1024)
def _clifford(data: bytes, qubits: int) -> tuple[tuple[str, tuple[int, ...]], ...] | None:
    import stim

    matrix = np.frombuffer(data, dtype=np.complex128).reshape(1 << qubits, 1 << qubits)
    try:
        tableau = stim.Tableau.from_unitary_matrix(matrix, endian="little")
    except ValueError:
        return None
    found = tableau.to_unitary_matrix(endian="little")
    exact = _rounded(found)
    overlap = np.vdot(exact, matrix) / matrix.shape[0]
    # stim itself forgives what single precision does, and with it small rotations.
    if abs(abs(overlap) - 1) > _TOLERANCE or np.max(np.abs(exact * overlap - matrix)) > _TOLERANCE:
        return None
    steps = tableau.to_circuit("elimination")
    return tuple(
        (step.name, tuple(t.value for t in group)) for step in steps for group in step.target_groups()
    )


def _rounded(matrix: Any) -> Any:
    """Return a Clifford's matrix, whose entries have modulus 0 or one common value, in full precision."""
    sizes = np.abs(matrix)
    count = np.count_nonzero(sizes[0] > _ENTRY)
    turns = np.round(np.angle(matrix.astype(np.complex128)) / (np.pi / 4))
    return np.where(sizes > _ENTRY, np.exp(1j * turns * np.pi / 4) / np.sqrt(count), 0)

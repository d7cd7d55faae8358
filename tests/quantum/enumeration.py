"""The distribution of a dynamic circuit, by following every outcome: slow, and obviously right."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from workbench.quantum.lowered import Branch, Gate, Lowered, Matrix, Measure, Reset
from workbench.quantum.unitaries import unitary


def _projected(state: Any, qubit: int) -> list[tuple[int, float, Any]]:
    ones = (np.arange(len(state)) >> qubit & 1).astype(bool)
    found = []
    for value in (0, 1):
        kept = np.where(ones == bool(value), state, 0)
        weight = float(np.vdot(kept, kept).real)
        if weight > 1e-14:
            found.append((value, weight, kept / np.sqrt(weight)))
    return found


def _after(paths: list[Any], op: Any, qubits: int) -> list[Any]:
    result = []
    for weight, bits, state in paths:
        if isinstance(op, (Gate, Matrix)):
            result.append((weight, bits, unitary([op], qubits) @ state))
        elif isinstance(op, Measure):
            for value, share, kept in _projected(state, op.qubit):
                result.append((weight * share, (*bits[: op.clbit], value, *bits[op.clbit + 1 :]), kept))
        elif isinstance(op, Reset):
            for value, share, kept in _projected(state, op.qubit):
                turned = unitary([Gate("x", (op.qubit,))], qubits) @ kept if value else kept
                result.append((weight * share, bits, turned))
        elif isinstance(op, Branch):
            side = [(weight, bits, state)]
            for inner in op.then if op.condition.evaluate(bits) else op.otherwise:
                side = _after(side, inner, qubits)
            result += side
    return result


def enumerated(lowered: Lowered) -> dict[tuple[int, ...], float]:
    """Return the probability of each value of the classical bits, bit 0 first."""
    state = np.zeros(1 << lowered.qubits, dtype=complex)
    state[0] = 1
    paths = [(1.0, (0,) * lowered.clbits, state)]
    for op in lowered.ops:
        paths = _after(paths, op, lowered.qubits)
    found: dict[tuple[int, ...], float] = defaultdict(float)
    for weight, bits, _ in paths:
        found[bits] += weight
    return dict(found)


def read_out(lowered: Lowered, state: Any) -> dict[tuple[int, ...], float]:
    """Return the same of a static circuit, from its amplitudes, qubit 0 least significant."""
    found: dict[tuple[int, ...], float] = defaultdict(float)
    where = lowered.readout
    for index, amplitude in enumerate(state):
        bits = tuple(index >> where[bit] & 1 if bit in where else 0 for bit in range(lowered.clbits))
        found[bits] += abs(amplitude) ** 2
    return dict(found)


def distance(one: dict[Any, float], other: dict[Any, float]) -> float:
    """Return the total variation distance."""
    return sum(abs(one.get(key, 0) - other.get(key, 0)) for key in one.keys() | other.keys()) / 2

"""The same noise after every gate."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from workbench.quantum.lowered import Gate, Lowered, Matrix, Reset
from workbench.quantum.noise.channels import Channel, Error, damping, dephasing, depolarizing
from workbench.quantum.noise.model import Noise
from workbench.quantum.noise.program import Program, noisy

__all__ = ["of_rates"]


def of_rates(lowered: Lowered, noise: Noise) -> Program:
    """Return the circuit with depolarising, then damping, then dephasing after each gate."""
    body = noise.body
    alone = [
        make(body[name])
        for make, name in ((_damping, "damping"), (_dephasing, "dephasing"))
        if body.get(name)
    ]

    def after(op: Gate | Matrix | Reset) -> list[Channel]:
        if isinstance(op, Reset):
            return []
        size = len(op.qubits)
        rate = body.get("depol" if size == 1 else "depol2")
        first = [Channel(op.qubits, _depolarizing(size, rate))] if rate else []
        return first + [Channel((qubit,), error) for error in alone for qubit in op.qubits]

    flips = np.tile(np.asarray(body.get("readout", (0.0, 0.0)), float), (lowered.qubits, 1))
    ops = noisy(lowered.ops, after, noise.folds)
    return Program(lowered.qubits, lowered.clbits, ops, tuple(range(lowered.qubits)), flips)


@lru_cache(maxsize=256)
def _depolarizing(size: int, rate: float) -> Error:
    return depolarizing(size, rate)


@lru_cache(maxsize=256)
def _damping(rate: float) -> Error:
    return damping(rate)


@lru_cache(maxsize=256)
def _dephasing(rate: float) -> Error:
    return dephasing(rate)

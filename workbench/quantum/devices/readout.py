"""Circuits for devices that are told gates and qubits alone: which bit shows which qubit is kept here.

Providers order what they measured by qubit, by key or by declaration; none of them is asked to.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from workbench.errors import BadInput
from workbench.quantum.devices.transpiling import flat
from workbench.quantum.lowered import Measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qiskit import QuantumCircuit
    from qiskit.transpiler import StagedPassManager

    from workbench.quantum.lowered import Lowered

__all__ = ["by_bits", "gates_and_readout"]


_BASIS = ("rx", "rz", "cx", "measure")
"""What every provider compiles: none of them is sure to take a matrix."""


def gates_and_readout(circuit: QuantumCircuit, level: int = 1) -> tuple[Lowered, dict[int, int]]:
    """Return the circuit without its measurements, and the qubit that each classical bit shows.

    Its gates are rotations about x and z and controlled nots; the global phase, which no device
    shows, is left out.

    Parameters
    ----------
    circuit : qiskit.QuantumCircuit
        Every parameter bound.
    level : int
        Of optimization, 0 to 3.

    Raises
    ------
    BadInput
        Something depends on a measurement, or happens to a qubit after its own.
    """
    from workbench.quantum.lowering import lower

    if lower(circuit).dynamic:
        raise BadInput(
            "The circuit measures in its midst, resets or branches, which this device cannot do.",
            "Choose an IBM device or a fake one, or an engine of this machine.",
            details={"field": "on"},
        )
    lowered = lower(_translator(level).run(flat(circuit)))
    gates = tuple(op for op in lowered.ops if not isinstance(op, Measure))
    return replace(lowered, ops=gates, phase=0.0), lowered.readout


@cache
def _translator(level: int) -> StagedPassManager:
    from qiskit.transpiler import generate_preset_pass_manager

    return generate_preset_pass_manager(level, basis_gates=list(_BASIS), seed_transpiler=0)


def by_bits(
    samples: Iterable[Sequence[int]], qubits: Sequence[int], readout: dict[int, int], clbits: int
) -> dict[str, int]:
    """Count samples by classical bits, bit 0 leftmost; a bit that shows nothing is 0.

    Parameters
    ----------
    samples : iterable of sequence of int
        One row a shot, one column a qubit.
    qubits : sequence of int
        Of the columns.
    readout : dict of int to int
        Classical bit to the qubit that it shows.
    clbits : int
        How many classical bits there are.
    """
    column = {qubit: at for at, qubit in enumerate(qubits)}
    places = [column[readout[bit]] if bit in readout else None for bit in range(clbits)]
    found = Counter("".join("0" if at is None else str(int(row[at])) for at in places) for row in samples)
    return dict(sorted(found.items()))

"""Lowered circuits as Braket's."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from workbench.quantum.emit.refusing import has_arrays, named, only_static, refuse, turns, unbound
from workbench.quantum.lowered import Gate, Lowered, Measure
from workbench.quantum.unitaries import gate_matrix

if TYPE_CHECKING:
    from braket.circuits import Circuit

__all__ = ["refusal", "to_braket"]


def refusal(lowered: Lowered) -> str | None:
    """Return why Braket is not told a circuit, or ``None``: whatever is not static."""
    swept = has_arrays(lowered)
    if swept is not None:
        return f"Braket takes one number an angle, and {named(swept)} has an array."
    return only_static(lowered, "Braket") or unbound(lowered)


def to_braket(lowered: Lowered) -> Circuit:
    """Return the circuit on qubits 0 to ``qubits - 1``; the final measurements are left out.

    Qubits that nothing is done to get an identity, as Braket drops them otherwise. No gate has a
    modifier, since the local simulator gives wrong answers for controls. The global phase is ``gphase``.

    Raises
    ------
    BadInput
        With the sentence of `refusal`.
    """
    from braket.circuits import Circuit, Instruction
    from braket.circuits.gates import GPhase, Unitary

    refuse(lowered, refusal)
    made: dict[Any, Any] = {}
    instructions = []
    idle = set(range(lowered.qubits))
    for op in lowered.ops:
        if isinstance(op, Measure):
            continue
        idle.difference_update(op.qubits)  # type: ignore[union-attr]
        if isinstance(op, Gate) and op.name in _gates():
            key = op.name, op.angles
            if key not in made:
                made[key] = _gates()[op.name](*op.angles)
            instructions.append(Instruction(made[key], op.qubits))
            continue
        matrix = gate_matrix(op.name, op.angles) if isinstance(op, Gate) else op.matrix  # type: ignore[arg-type, union-attr]
        if id(matrix) not in made:
            made[id(matrix)] = Unitary(matrix), matrix
        # Braket's first qubit is the most significant.
        instructions.append(Instruction(made[id(matrix)][0], op.qubits[::-1]))  # type: ignore[union-attr]
    instructions.extend(Instruction(_gates()["id"](), qubit) for qubit in sorted(idle))
    if turns(lowered.phase):
        instructions.append(Instruction(GPhase(lowered.phase)))
    return Circuit(instructions)


@cache
def _gates() -> dict[str, Callable[..., Any]]:
    from braket.circuits import gates

    return {
        "id": gates.I,
        "x": gates.X,
        "y": gates.Y,
        "z": gates.Z,
        "h": gates.H,
        "s": gates.S,
        "sdg": gates.Si,
        "t": gates.T,
        "tdg": gates.Ti,
        "sx": gates.V,
        "sxdg": gates.Vi,
        "p": gates.PhaseShift,
        "rx": gates.Rx,
        "ry": gates.Ry,
        "rz": gates.Rz,
        "u": gates.U,
        "cx": gates.CNot,
        "cy": gates.CY,
        "cz": gates.CZ,
        "swap": gates.Swap,
        "iswap": gates.ISwap,
        "cp": gates.CPhaseShift,
        "rxx": gates.XX,
        "ryy": gates.YY,
        "rzz": gates.ZZ,
        "ccx": gates.CCNot,
        "cswap": gates.CSwap,
    }

"""Fitting a circuit to a device that Qiskit describes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2
    from qiskit.transpiler import StagedPassManager

__all__ = ["fitted", "flat", "leftmost_first", "level_of"]

_HIGHEST = 3


def level_of(options: dict[str, Any]) -> int:
    """Return the optimization level that the options ask for, 1 where they do not.

    Raises
    ------
    BadInput
        It is none of 0, 1, 2 and 3.
    """
    level = options.get("optimization_level", 1)
    if isinstance(level, bool) or level not in range(_HIGHEST + 1):
        raise BadInput(
            f"optimization_level is {level!r}; expected 0, 1, 2 or 3.",
            details={"field": "optimization_level"},
        )
    return int(level)


def flat(circuit: QuantumCircuit) -> QuantumCircuit:
    """Return the circuit with one quantum register ``q`` and one classical register ``c``.

    Providers name what they measured by register; with several of them, or with bits in none or in
    two, an order has to be guessed.
    """
    if not any(hasattr(instruction.operation, "blocks") for instruction in circuit.data):
        return _renamed(circuit)
    # Conditions name registers, which a plain copy would bring along.
    from workbench.quantum.emit.qiskit import to_qiskit
    from workbench.quantum.lowering import lower

    return to_qiskit(lower(circuit))


def _renamed(circuit: QuantumCircuit) -> QuantumCircuit:
    from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

    made = QuantumCircuit(
        QuantumRegister(circuit.num_qubits, "q"),
        ClassicalRegister(circuit.num_clbits, "c"),
        global_phase=circuit.global_phase,
    )
    for instruction in circuit.data:
        made.append(
            instruction.operation,
            [circuit.find_bit(bit).index for bit in instruction.qubits],
            [circuit.find_bit(bit).index for bit in instruction.clbits],
        )
    return made


def fitted(
    circuit: QuantumCircuit, backend: BackendV2, level: int, seed: int
) -> tuple[QuantumCircuit, list[int]]:
    """Return the circuit in the device's gates on its qubits, and where each qubit went.

    Parameters
    ----------
    circuit : qiskit.QuantumCircuit
        From `flat`.
    backend : BackendV2
        The device.
    level : int
        Of optimization, 0 to 3.
    seed : int
        Of layout and routing: equal seeds give equal circuits.

    Raises
    ------
    BadInput
        The circuit has more qubits than the device.
    """
    if circuit.num_qubits > backend.num_qubits:
        raise BadInput(
            f"The circuit has {circuit.num_qubits} qubits and {backend.name} has {backend.num_qubits}.",
            "Choose a larger device.",
            details={"field": "on"},
        )
    made = _manager(backend, level, seed % 2**31).run(circuit)
    return made, list(made.layout.final_index_layout(filter_ancillas=True))


@lru_cache(maxsize=32)
def _manager(backend: BackendV2, level: int, seed: int) -> StagedPassManager:
    from qiskit.transpiler import generate_preset_pass_manager

    return generate_preset_pass_manager(level, backend=backend, seed_transpiler=seed)


def leftmost_first(counts: dict[str, int]) -> dict[str, int]:
    """Return Qiskit's counts of one register with classical bit 0 leftmost, keys in order."""
    return {key: int(counts[key[::-1]]) for key in sorted(word[::-1] for word in counts)}

"""What fits into this machine, said before any memory is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.errors import BadInput
from workbench.quantum.lowered import Branch, Gate, Lowered, Matrix, While, walk

if TYPE_CHECKING:
    from workbench.quantum.backends.base import Backend, Task

__all__ = ["BOND", "DENSE", "bond_bound", "check_memory", "free_bytes", "size_text"]

DENSE = 30
"""Qubits beyond which states do not fit into common machines."""
BOND = 12
"""Most qubits of a matrix product state's bond that end in a reasonable time."""
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_THOUSAND = 1000.0


def free_bytes() -> int:
    """Return the memory that a program may take now."""
    import psutil

    return int(psutil.virtual_memory().available)


def size_text(count: float) -> str:
    """Return a number of bytes for people, by powers of 1000."""
    size, unit = float(count), 0
    while size >= _THOUSAND and unit < len(_UNITS) - 1:
        size, unit = size / _THOUSAND, unit + 1
    return f"{size:,.0f} {_UNITS[unit]}" if size >= 10 or unit == 0 else f"{size:.1f} {_UNITS[unit]}"  # noqa: PLR2004


def check_memory(engine: Backend, task: Task) -> None:
    """Refuse what does not fit.

    Raises
    ------
    BadInput
        Saying how much it needs and how much is free.
    """
    needed, free = engine.bytes_needed(task), free_bytes()
    if needed > free:
        raise BadInput(
            f"{task.lowered.qubits} qubits dense on {engine.name} need {size_text(needed)}, "
            f"{size_text(free)} are free.",
            "Use fewer qubits; Clifford circuits of any size run on 'stim', and on='auto' takes a matrix "
            "product state where little entanglement allows it.",
            details={"field": "circuit", "needed_bytes": needed, "free_bytes": free},
        )


def bond_bound(lowered: Lowered) -> int:
    """Return a bound of the entanglement, as the qubits of the largest bond of a matrix product state.

    Each gate across a cut multiplies the bond by at most 4 ** (qubits on its smaller side), and by 2
    where it is a controlled or two-qubit rotation gate; a cut with k qubits on one side has at most
    2**k (Schmidt).
    """
    rises = [0] * (lowered.qubits + 1)
    for op in walk(lowered.ops):
        if isinstance(op, Gate | Matrix) and len(op.qubits) > 1:
            low, high = min(op.qubits), max(op.qubits)
            worth = 1 if isinstance(op, Gate) and op.name not in {"swap", "iswap", "cswap"} else 2
            rises[low] += worth
            rises[high] -= worth
        elif isinstance(op, While | Branch):
            continue
    largest = running = 0
    for cut in range(lowered.qubits - 1):
        running += rises[cut]
        largest = max(largest, min(running, cut + 1, lowered.qubits - 1 - cut))
    return largest

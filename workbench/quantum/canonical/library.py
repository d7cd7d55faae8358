"""Qiskit's standard gates by the names that they have in the canonical form."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qiskit.circuit import Instruction

__all__ = ["angles", "classes", "make", "names"]


@cache
def classes() -> dict[str, Callable[..., Any]]:
    """Return name to class."""
    from qiskit.circuit.library import C3XGate, C4XGate, get_standard_gate_name_mapping

    known = {
        name: gate.base_class
        for name, gate in get_standard_gate_name_mapping().items()
        if name not in {"delay", "measure", "reset"}
    }
    return known | {"c3x": C3XGate, "c4x": C4XGate}


@cache
def names() -> dict[Any, str]:
    """Return class to name."""
    return {made: name for name, made in classes().items()}


@cache
def angles(name: str) -> int:
    """Return how many parameters a gate takes."""
    from qiskit.circuit.library import get_standard_gate_name_mapping

    known = get_standard_gate_name_mapping().get(name)
    return 0 if known is None else len(known.params)


@cache
def _fixed(name: str) -> Instruction:
    return classes()[name]()


def make(name: str, params: list[Any], state: int | None = None) -> Instruction:
    """Return a standard gate, with these controls where it has any and they are not all 1."""
    if state is not None:
        return classes()[name](*params, ctrl_state=state)
    return classes()[name](*params) if params else _fixed(name)

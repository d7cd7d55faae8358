"""How one gate is drawn: its controls, the sign or box on its targets, and the words in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.quantum.drawing.words import gate_name, parameter, parameters

__all__ = ["GateLook", "look"]

_SHAPES = {"x": "plus", "z": "dot", "swap": "swap"}
_FIXED = frozenset({
    "id", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx", "sxdg", "swap", "iswap", "ecr", "dcx", "rccx",
    "rcccx",
})  # fmt: skip
_TURNS = frozenset({
    "p", "r", "u", "u1", "u2", "u3", "rx", "ry", "rz", "rxx", "ryy", "rzz", "rzx", "rv", "global_phase",
    "xx_plus_yy", "xx_minus_yy",
})  # fmt: skip
_PLAIN = frozenset(
    {"reset", "delay", "initialize", "state_preparation", "store", "break_loop", "continue_loop"}
)


@dataclass(frozen=True, slots=True)
class GateLook:
    """What is drawn of a gate.

    Attributes
    ----------
    shape : str
        ``box``, ``plus``, ``dot`` or ``swap`` on the targets.
    label, detail : str
        Name and parameters in the box.
    controls : tuple of bool
        One a control, first qubits first: whether it acts where the qubit is 1.
    full : str
        All the parameters, for the words shown on hovering.
    family : str
        ``fixed``, ``turn``, ``custom`` or ``plain``.
    """

    shape: str
    label: str
    detail: str
    controls: tuple[bool, ...]
    full: str
    family: str


def look(operation: Any) -> GateLook:
    """Return how an operation of Qiskit is drawn."""
    if operation.name == "annotated":
        return _annotated(operation)
    controls = _controls(getattr(operation, "num_ctrl_qubits", 0), getattr(operation, "ctrl_state", 0))
    base = operation.base_gate if controls else operation
    if controls and operation.num_qubits != len(controls) + base.num_qubits:
        # It has ancillas, which no control on a base gate shows.
        controls, base = (), operation
    label = _label(operation, base)
    # Not the base's: controlled-U has a phase of its own.
    values = operation.params
    full = detail = parameters(values)
    if base.name == "delay":
        full = detail = f"{_plain_number(values[0])} {operation.unit}"
    elif base.name == "store":
        full, detail = "", ""
    elif base.name == "PauliEvolution":
        full = detail = f"t = {_plain_number(values[0])}"
    elif base.name == "unitary":
        detail = ""
    shape = _shape(base.name, controls) if not operation.label else "box"
    return GateLook(shape, label, detail, controls, full, _family(base.name))


def _shape(name: str, controls: tuple[bool, ...]) -> str:
    return _SHAPES.get(name, "box") if controls or name == "swap" else "box"


def _plain_number(value: Any) -> str:
    """Return a time, which is no fraction of π."""
    return f"{value:g}" if isinstance(value, (int, float)) else parameter(value)


def _controls(number: int, state: int) -> tuple[bool, ...]:
    return tuple(bool(state >> at & 1) for at in range(number))


def _label(operation: Any, base: Any) -> str:
    if operation.name == "reset":
        return "|0⟩"
    return str(operation.label or getattr(base, "label", None) or gate_name(base.name))


def _family(name: str) -> str:
    if name in _FIXED:
        return "fixed"
    if name in _TURNS:
        return "turn"
    return "plain" if name in _PLAIN else "custom"


def _annotated(operation: Any) -> GateLook:
    """Unfold modifiers that Qiskit keeps beside a gate; the outermost controls come first."""
    base = look(operation.base_op)
    controls, label = base.controls, base.label
    for modifier in operation.modifiers:
        if hasattr(modifier, "num_ctrl_qubits"):
            controls = (*_controls(modifier.num_ctrl_qubits, modifier.ctrl_state), *controls)
        elif hasattr(modifier, "power"):
            label = f"{label}^{_plain_number(modifier.power)}"
        else:
            label = f"{label}†"
    shape = "box"
    if label == base.label:
        shape = _shape(operation.base_op.name, controls) if not base.controls else base.shape
    return GateLook(shape, label, base.detail, controls, base.full, base.family)

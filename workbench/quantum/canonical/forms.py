"""How gates are said in the canonical form."""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol

from workbench.quantum.canonical.library import angles, make, names
from workbench.quantum.canonical.numbers import number

__all__ = ["Table", "form"]


class Table(Protocol):
    """Where definitions stand once."""

    def place(self, operation: Any) -> int:
        """Return the place of an operation's definition."""

    def value(self, value: Any) -> Any:
        """Return a parameter as JSON."""


def form(operation: Any, table: Table) -> tuple[Any, list[Any]]:  # noqa: PLR0911 # one a kind
    """Return how a gate is said, and its parameters.

    What has a name is said by it, what is made of something by that, and the rest by its definition.
    """
    from qiskit.circuit import AnnotatedOperation, ControlledGate
    from qiskit.circuit.library import StatePreparation, UnitaryGate

    kind = getattr(operation, "base_class", type(operation))
    if (known := names().get(kind)) is not None:
        state = getattr(operation, "ctrl_state", None)
        opened = state is not None and state != (1 << operation.num_ctrl_qubits) - 1
        what: Any = {"gate": known, "state": state} if opened else known
        return what, [table.value(value) for value in operation.params]
    if isinstance(operation, UnitaryGate) and not isinstance(operation, ControlledGate):
        rows = [[number(value) for value in row] for row in operation.to_matrix().tolist()]
        return {"unitary": rows}, []
    if isinstance(operation, ControlledGate) and _exact(operation):
        if _standard(operation.base_gate, operation.num_ctrl_qubits):
            return form(_controlled(operation), table)
        base, params = form(operation.base_gate, table)
        return {
            "control": operation.num_ctrl_qubits,
            "state": operation.ctrl_state,
            "base": base,
        }, params
    if isinstance(operation, AnnotatedOperation):
        base, params = form(operation.base_op, table)
        return {"modifiers": [_modifier(item) for item in operation.modifiers], "base": base}, params
    if kind is StatePreparation and _amplitudes(operation):
        return {"state": [number(complex(value)) for value in operation.params]}, []
    return table.place(operation), []


def _exact(operation: Any) -> bool:
    """Whether a controlled gate is its base under control and nothing more.

    Some have ancillas; a controlled CU says that its base is U, and means one with a phase.
    """
    base = operation.base_gate
    if operation.num_qubits != operation.num_ctrl_qubits + base.num_qubits:
        return False
    name = names().get(getattr(base, "base_class", None))
    return name is None or len(base.params) == angles(name)


def _standard(base: Any, controls: int) -> bool:
    """Whether Qiskit has a gate of its own for so many controls of a gate."""
    name = names().get(getattr(base, "base_class", None))
    return name is not None and _has_own(name, len(base.params), controls)


@cache
def _has_own(name: str, params: int, controls: int) -> bool:
    made = make(name, [0.5] * params).control(controls, annotated=False)
    return made.base_class in names()


def _controlled(operation: Any) -> Any:
    return operation.base_gate.control(
        operation.num_ctrl_qubits, ctrl_state=operation.ctrl_state, annotated=False
    )


def _amplitudes(operation: Any) -> bool:
    """Whether a state is said by its amplitudes, rather than by a label or a number."""
    params = operation.params
    return len(params) == 1 << operation.num_qubits and not any(isinstance(value, str) for value in params)


def _modifier(modifier: Any) -> list[Any]:
    from qiskit.circuit import ControlModifier, InverseModifier

    if isinstance(modifier, InverseModifier):
        return ["inverse"]
    if isinstance(modifier, ControlModifier):
        return ["control", modifier.num_ctrl_qubits, modifier.ctrl_state]
    return ["power", number(modifier.power)]

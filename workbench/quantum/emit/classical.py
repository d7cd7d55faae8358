"""Our conditions on classical bits, as Cirq asks them of its measurement records."""

from __future__ import annotations

from functools import cache
from typing import Any

from workbench.quantum.conditions import Condition

__all__ = ["feedback"]


@cache
def feedback() -> type[Any]:
    """Return a ``cirq.Condition`` made from a `Condition` and those of its bits that were measured."""
    import cirq

    class Feedback(cirq.Condition):
        def __init__(self, condition: Condition, known: tuple[int, ...]) -> None:
            self.condition = condition
            self.measured = {bit: cirq.MeasurementKey(f"c{bit}") for bit in known}

        @property
        def keys(self) -> tuple[Any, ...]:
            return tuple(self.measured.values())

        def replace_key(self, current: Any, replacement: Any) -> Any:
            twin = Feedback(self.condition, ())
            twin.measured = {
                bit: replacement if key == current else key for bit, key in self.measured.items()
            }
            return twin

        def resolve(self, classical_data: Any) -> bool:
            bits = dict.fromkeys(self.condition.bits, 0)
            bits |= {bit: classical_data.get_int(key) for bit, key in self.measured.items()}
            return self.condition.evaluate(bits)

        @property
        def qasm(self) -> str:
            raise ValueError("This condition has no form in OpenQASM 2.")

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Feedback) and (self.condition, self.measured) == (
                other.condition,
                other.measured,
            )

        def __hash__(self) -> int:
            return hash((self.condition, tuple(self.measured.items())))

        def __str__(self) -> str:
            return f"if {', '.join(map(str, self.keys))}"

    return Feedback

"""What stands at the head of a block of control flow, and which bits decide about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from workbench.quantum.drawing.words import condition, parameter

__all__ = ["FRAMES", "bits_read", "heads"]

FRAMES = frozenset({"if_else", "while_loop", "for_loop", "switch_case", "box"})


def heads(operation: Any, bit_name: Callable[[Any], str]) -> Iterator[tuple[str, str]]:
    """Yield the two lines that stand before each block."""
    name = operation.name
    if name in {"if_else", "while_loop"}:
        yield "if" if name == "if_else" else "while", condition(operation.condition, bit_name)
        if len(operation.blocks) > 1:
            yield "else", ""
    elif name == "for_loop":
        values, loop, _ = operation.params
        listed = values if isinstance(values, range) else [parameter(value) for value in values]
        said = str(listed) if isinstance(values, range) else ", ".join(map(str, listed))
        yield "for", f"{loop.name} in {said}" if loop is not None else f"{len(list(values))} times"
    elif name == "switch_case":
        target = condition(operation.target, bit_name)
        for at, (values, _) in enumerate(operation.cases_specifier()):
            words = ", ".join(str(int(one)) if isinstance(one, int) else "default" for one in values)
            yield f"switch {target}" if at == 0 else "case", f"case {words}" if at == 0 else words
    else:
        yield operation.label or "box", ""


def bits_read(operation: Any) -> Iterator[Any]:
    """Yield the classical bits that decide about a block."""
    tested = getattr(operation, "condition", getattr(operation, "target", None))
    if tested is None:
        return
    if isinstance(tested, tuple):
        tested = tested[0]
    kind = type(tested).__name__
    if kind == "Clbit":
        yield tested
    elif kind == "ClassicalRegister":
        yield from tested
    else:
        from qiskit.circuit.classical.expr import iter_vars

        for one in iter_vars(tested):
            if one.name is None:
                yield from [one.var] if type(one.var).__name__ == "Clbit" else one.var

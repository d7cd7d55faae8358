"""Dynamic circuits without anything dynamic: measured late, controlled by qubits instead of bits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeAlias

from workbench.errors import BadInput, Refused
from workbench.quantum.conditional import many_controls, under
from workbench.quantum.conditions import Condition
from workbench.quantum.emit.refusing import named
from workbench.quantum.lowered import Branch, Gate, Lowered, Matrix, Measure, Op, Reset, While, walk

__all__ = ["defer"]

_Literal: TypeAlias = tuple[int, int]


def defer(lowered: Lowered, most: int = 24) -> Lowered:
    """Return a static circuit whose measurements have exactly the same distribution.

    A bit that is measured before its qubit goes on is copied to a fresh qubit; a reset takes a fresh
    qubit instead; what depends on bits is controlled by the qubits that hold them. Qubits keep their
    numbers and fresh ones follow, so that observables of the circuit's own qubits stay what they are.
    A qubit that nothing happens to after its measurement is not copied: like any final measurement,
    its own does not disturb observables.

    Parameters
    ----------
    lowered : Lowered
        Of any kind; a static one comes back as it is.
    most : int
        Qubits that the result may have, those of the circuit included.

    Raises
    ------
    BadInput
        For a loop on classical bits, with its line.
    Refused
        Where more qubits are needed, with the operation and its line.
    """
    if not lowered.dynamic:
        return lowered
    for op in walk(lowered.ops):
        if isinstance(op, While):
            raise BadInput(
                f"{named(op)} may go round any number of times, and so cannot be deferred.",
                "Sample it on aer.",
                details={"field": "circuit", "line": op.line},
            )
    deferral = _Deferral(lowered, most)
    deferral.run()
    return replace(lowered, qubits=deferral.count, ops=deferral.finished())


class _Deferral:
    """Keeps on which wire each qubit lies and which wire, never touched again, holds each bit."""

    def __init__(self, lowered: Lowered, most: int) -> None:
        self.source = lowered
        self.most = most
        self.count = lowered.qubits
        self.wires = list(range(lowered.qubits))
        self.holders: dict[int, int] = {}
        self.free: list[int] = []
        self.ops: list[Gate | Matrix] = []

    def run(self) -> None:
        for number, op in enumerate(self.source.ops):
            if isinstance(op, Measure):
                self._measure(op, self.source.ops[number + 1 :])
            else:
                self._apply(op, None)

    def finished(self) -> tuple[Op, ...]:
        """Return the operations with every qubit under its own number, and the measurements last."""
        names = {wire: qubit for qubit, wire in enumerate(self.wires)}
        others = (wire for wire in range(self.count) if wire not in names)
        names |= dict(zip(others, range(len(self.wires), self.count), strict=True))
        ops = [replace(op, qubits=tuple([names[wire] for wire in op.qubits])) for op in self.ops]
        last = [Measure(names[wire], clbit) for clbit, wire in sorted(self.holders.items())]
        return (*ops, *last)

    def _fresh(self, op: Op) -> int:
        if self.free:
            return self.free.pop()
        if self.count >= self.most:
            raise Refused(
                f"{named(op)} needs one qubit more than the {self.most} that deferred measurement may take.",
                "Sample it on aer.",
                details={"field": "circuit", "line": op.line},
            )
        self.count += 1
        return self.count - 1

    def _measure(self, op: Measure, rest: Iterable[Op]) -> None:
        wire = self.wires[op.qubit]
        following = next((later for later in rest if _touches(later, op.qubit)), None)
        if following is None or isinstance(following, Reset):
            self.holders[op.clbit] = wire
            return
        copy = self._fresh(op)
        self.ops.append(Gate("cx", (wire, copy), (), op.line))
        self.holders[op.clbit] = copy

    def _apply(self, op: Op, control: _Literal | None) -> None:
        """Append an operation, where there is a control only for its value."""
        if isinstance(op, Branch):
            self._branch(op, control)
        elif isinstance(op, Reset):
            self._reset(op, control)
        elif isinstance(op, Measure):
            self._measure_under(op, control)
        elif isinstance(op, (Gate, Matrix)):
            moved = replace(op, qubits=tuple(self.wires[qubit] for qubit in op.qubits))
            self._controlled([moved], control)

    def _reset(self, op: Reset, control: _Literal | None) -> None:
        fresh = self._fresh(op)
        if control is None:
            self.wires[op.qubit] = fresh
        else:
            self._controlled([Gate("swap", (self.wires[op.qubit], fresh), (), op.line)], control)

    def _measure_under(self, op: Measure, control: _Literal | None) -> None:
        """Hold what is measured where the control has its value, and what was held where it has not."""
        new = self._fresh(op)
        self._controlled([Gate("cx", (self.wires[op.qubit], new), (), op.line)], control)
        old = self.holders.get(op.clbit)
        if control is not None and old is not None:
            wire, value = control
            if old != wire:
                self._controlled([Gate("cx", (old, new), (), op.line)], (wire, 1 - value))
            elif not value:
                # The bit is the control itself: where that has not its value 0, the bit is 1.
                self.ops.append(Gate("cx", (wire, new), (), op.line))
        self.holders[op.clbit] = new

    def _controlled(self, ops: list[Gate | Matrix], control: _Literal | None) -> None:
        if control is None:
            self.ops.extend(ops)
            return
        wire, value = control
        flip = [] if value else [Gate("x", (wire,))]
        self.ops += [*flip, *(part for op in ops for part in under(op, wire)), *flip]

    def _branch(self, op: Branch, outer: _Literal | None) -> None:
        # Both sides ask the bits as they are before either side changes them.
        sides = [
            (self._rows(op.condition, outer), op.then),
            (self._rows(op.condition.negated(), outer), op.otherwise),
        ]
        for rows, ops in sides:
            if ops and rows:
                with self._flag(rows, op) as control:
                    for inner in ops:
                        self._apply(inner, control)

    def _rows(self, condition: Condition, outer: _Literal | None) -> list[dict[int, int]]:
        """Return the values of wires for which it holds; a bit that nothing was measured to is 0."""
        found: list[dict[int, int]] = []
        for row in condition.rows:
            wires = dict([outer] if outer else [])
            possible = True
            for bit, value in row.items():
                wire = self.holders.get(bit)
                possible &= value == 0 if wire is None else wires.setdefault(wire, value) == value
            if possible and wires not in found:
                found.append(wires)
        return found

    @contextmanager
    def _flag(self, rows: list[dict[int, int]], op: Op) -> Iterator[_Literal | None]:
        """Give one wire and the value that it has where a row holds; ``None`` where that is always."""
        if len(rows) == 1 and len(rows[0]) <= 1:
            yield next(iter(rows[0].items()), None)
            return
        flag = self._fresh(op)
        made = [step for row in rows for step in _raised(row, flag)]
        self.ops += made
        yield (flag, 1)
        # Whoever holds a bit is never touched again, so the same steps take the flag back to 0.
        self.ops += made
        self.free.append(flag)


def _raised(row: dict[int, int], flag: int) -> list[Gate | Matrix]:
    """Return what turns a flag over where wires have these values."""
    flips: list[Gate | Matrix] = [Gate("x", (wire,)) for wire, value in row.items() if not value]
    return [*flips, *many_controls(tuple(row), flag), *flips]


def _touches(op: Op, qubit: int) -> bool:
    """Return whether more than a measurement at the top happens to a qubit."""
    if isinstance(op, Measure):
        return False
    if isinstance(op, Reset):
        return op.qubit == qubit
    if isinstance(op, Branch):
        return any(
            inner.qubit == qubit if isinstance(inner, (Measure, Reset)) else _touches(inner, qubit)
            for inner in walk(op.then + op.otherwise)
            if not isinstance(inner, Branch)
        )
    return not isinstance(op, While) and qubit in op.qubits

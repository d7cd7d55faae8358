"""From a circuit to the elements of its diagram."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.quantum.drawing.blocks import FRAMES, bits_read, heads
from workbench.quantum.drawing.elements import Element
from workbench.quantum.drawing.gates import GateLook, look
from workbench.quantum.drawing.wires import Wires
from workbench.quantum.drawing.words import condition, shorten

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

__all__ = ["Reader", "count"]

_LABEL_MOST = 20
_DETAIL_MOST = 26


def count(circuit: QuantumCircuit, *, measured: bool = True) -> int:
    """Return the number of operations, those inside blocks too; a block itself counts as one.

    Parameters
    ----------
    circuit : QuantumCircuit
        Or the circuit of a block.
    measured : bool
        Whether measurements count.
    """
    names = circuit.count_ops()
    total = sum(names.values()) - (0 if measured else names.get("measure", 0))
    if FRAMES.isdisjoint(names):
        return int(total)
    blocks = (block for one in circuit.data for block in getattr(one.operation, "blocks", ()))
    return int(total) + sum(count(block, measured=measured) for block in blocks)


class Reader:
    """Makes elements of a circuit's operations until there is no room for more.

    Parameters
    ----------
    wires : Wires
        The rows.
    most : int
        Operations to draw at most.
    measured : bool
        Whether measurements are drawn.

    """

    def __init__(self, wires: Wires, most: int, *, measured: bool) -> None:
        self.wires = wires
        self.most = most
        self.measured = measured
        self._drawn = 0

    def read(self, circuit: QuantumCircuit) -> list[Element]:
        """Return the elements of the whole circuit, in order."""
        return self._block(circuit, {})[0]

    def _block(self, circuit: Any, bits: dict[Any, Any]) -> tuple[list[Element], int]:
        """Return the elements of a block whose bits stand for outer ones, and how deep its frames go."""
        made: list[Element] = []
        depth = 0
        for instruction in circuit.data:
            if self._drawn >= self.most:
                break
            qubits = [bits.get(bit, bit) for bit in instruction.qubits]
            clbits = [bits.get(bit, bit) for bit in instruction.clbits]
            if qubits and not any(map(self.wires.shown, qubits)):
                continue
            found, level = self._operation(instruction.operation, qubits, clbits, bits)
            made += found
            depth = max(depth, level)
        return made, depth

    def _operation(
        self, operation: Any, qubits: list[Any], clbits: list[Any], bits: dict[Any, Any]
    ) -> tuple[list[Element], int]:
        name = operation.name
        if name == "measure":
            return self._measurement(qubits[0], clbits[0]), 0
        self._drawn += 1
        if name in FRAMES:
            alone = self._conditioned(operation, qubits, clbits, bits) if name == "if_else" else None
            return ([alone], 0) if alone else self._frame(operation, qubits, clbits, bits)
        if name == "barrier":
            return [self._barrier(operation, qubits)], 0
        return [self._gate(operation, qubits, clbits)], 0

    def _measurement(self, qubit: Any, clbit: Any) -> list[Element]:
        if not self.measured:
            return []
        self._drawn += 1
        wires = self.wires
        title = f"Measure {wires.name(qubit)} into {wires.name(clbit)}"
        reads = ((wires.row(clbit), wires.index(clbit), True),)
        return [Element("measure", (wires.row(qubit),), reads=reads, title=title, family="plain")]

    def _barrier(self, operation: Any, qubits: list[Any]) -> Element:
        label = shorten(operation.label or "", _LABEL_MOST)
        return Element(
            "barrier", self._rows(qubits), label=label, title=f"Barrier {operation.label or ''}".strip()
        )

    def _rows(self, bits: list[Any]) -> tuple[int, ...]:
        rows = dict.fromkeys(map(self.wires.row, bits))
        # What acts on no wire is drawn over all of them, for it happens to the whole.
        return tuple(rows) if rows else tuple(range(self.wires.qubit_rows))

    def _gate(self, operation: Any, qubits: list[Any], clbits: list[Any]) -> Element:
        seen = look(operation)
        if operation.name == "store":
            place, value = (condition(side, self.wires.name) for side in operation.params)
            seen = replace(seen, detail=f"{place} = {value}", full=f"{place} = {value}")
        controls, targets = qubits[: len(seen.controls)], [*qubits[len(seen.controls) :], *clbits]
        rows = self._rows(targets)
        shape = seen.shape if len(rows) == len(targets) else "box"
        several = len(targets) > 1 and shape == "box" and len(rows) == len(targets)
        marks = {
            self.wires.row(bit): closed
            for bit, closed in zip(controls, seen.controls, strict=True)
            if self.wires.row(bit) not in rows
        }
        return Element(
            "gate",
            rows,
            shape,
            shorten(seen.label, _LABEL_MOST),
            shorten(seen.detail, _DETAIL_MOST),
            tuple(map(str, range(len(rows)))) if several else (),
            tuple(marks.items()),
            title=self._title(seen, controls, targets),
            family=seen.family,
        )

    def _title(self, seen: GateLook, controls: list[Any], targets: list[Any]) -> str:
        words = seen.label + (f"({seen.full})" if seen.full else "")
        if targets:
            words += " on " + ", ".join(map(self.wires.name, targets))
        asked = [
            f"{self.wires.name(bit)} = {int(closed)}"
            for bit, closed in zip(controls, seen.controls, strict=True)
        ]
        return words + (f" where {', '.join(asked)}" if asked else "")

    def _conditioned(
        self, operation: Any, qubits: list[Any], clbits: list[Any], bits: dict[Any, Any]
    ) -> Element | None:
        """Return the one gate of an if-block with its condition as a classical control, or None."""
        block = operation.blocks[0]
        asked = self._asked(operation.condition, bits)
        if len(operation.blocks) != 1 or asked is None or len(block.data) != 1 or block.global_phase:
            return None
        inner = block.data[0]
        if inner.operation.name in FRAMES | {"measure", "barrier"} or inner.clbits or not inner.qubits:
            return None
        outer = dict(zip([*block.qubits, *block.clbits], [*qubits, *clbits], strict=True))
        acted = [outer[bit] for bit in inner.qubits]
        if not any(map(self.wires.shown, acted)):
            return None
        self._drawn += 1
        made = self._gate(inner.operation, acted, [])
        said = condition(operation.condition, self._namer(bits))
        return replace(made, reads=(asked,), title=f"{made.title} if {said}", operations=2)

    def _asked(self, tested: Any, bits: dict[Any, Any]) -> tuple[int, str, bool] | None:
        """Return row, words and polarity of a condition that a single mark can show."""
        what, value = tested if isinstance(tested, tuple) else (getattr(tested, "var", None), 1)
        kind = type(what).__name__
        if kind == "Clbit":
            bit = bits.get(what, what)
            return self.wires.row(bit), self.wires.index(bit), bool(value)
        if kind == "ClassicalRegister" and isinstance(tested, tuple):
            rows = {self.wires.row(bits.get(bit, bit)) for bit in what}
            return (rows.pop(), f"= {int(value)}", True) if len(rows) == 1 else None
        return None

    def _namer(self, bits: dict[Any, Any]) -> Callable[[Any], str]:
        return lambda bit: self.wires.name(bits.get(bit, bit))

    def _frame(
        self, operation: Any, qubits: list[Any], clbits: list[Any], bits: dict[Any, Any]
    ) -> tuple[list[Element], int]:
        rows = self._rows(qubits)
        read = {self.wires.row(bits.get(bit, bit)) for bit in bits_read(operation)}
        reads = tuple((row, "", True) for row in sorted(read))
        bodies: list[list[Element]] = []
        depth = 0
        for block in operation.blocks:
            outer = dict(zip([*block.qubits, *block.clbits], [*qubits, *clbits], strict=True))
            body, inside = self._block(block, outer)
            bodies.append(body)
            depth = max(depth, inside)
        level = depth + 1
        made: list[Element] = []
        for at, (head, body) in enumerate(zip(heads(operation, self._namer(bits)), bodies, strict=True)):
            label, detail = head
            made.append(
                Element(
                    "part" if at else "open",
                    rows,
                    label=shorten(label, _LABEL_MOST),
                    detail=shorten(detail, _DETAIL_MOST),
                    reads=() if at else reads,
                    title=f"{label} {detail}".strip(),
                    family="plain",
                    level=level,
                    operations=0 if at else 1,
                )
            )
            made += body
        return [*made, Element("close", rows, level=level, operations=0)], level

"""What a diagram is made of: boxes, controls, measurements and frames, before they have a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.quantum.drawing.words import text_width

__all__ = ["BOX", "DETAIL", "LABEL", "Element"]

BOX = 30.0
LABEL = 13.0
DETAIL = 10.0
_MARK = 18.0
_INDEX_ROOM = 12.0


@dataclass(frozen=True, slots=True)
class Element:
    """One thing that takes a column.

    Attributes
    ----------
    kind : str
        ``gate``, ``measure``, ``barrier``, or the edges of a frame: ``open``, ``part`` (its next
        block), ``close``.
    rows : tuple of int
        The wires that it acts on, in the gate's own order; all the wires of a frame.
    shape : str
        How a gate is drawn: ``box``, ``plus``, ``dot``, ``swap``.
    label, detail : str
        The two lines in a box.
    indices : tuple of str
        What a box writes beside each of its rows; empty where it has one.
    controls : tuple of (int, bool)
        Row, and whether it acts where the qubit is 1.
    reads : tuple of (int, str, bool)
        Row of a classical register that it reads or writes, words below it, and whether it asks for 1.
    title : str
        All there is to say, shown on hovering and read aloud.
    family : str
        ``fixed``, ``turn``, ``custom`` or ``plain``: its colour.
    level : int
        How many frames, itself included, lie in one another here.
    operations : int
        How many operations of the circuit it stands for.
    """

    kind: str
    rows: tuple[int, ...]
    shape: str = "box"
    label: str = ""
    detail: str = ""
    indices: tuple[str, ...] = ()
    controls: tuple[tuple[int, bool], ...] = ()
    reads: tuple[tuple[int, str, bool], ...] = ()
    title: str = ""
    family: str = "fixed"
    level: int = 0
    operations: int = 1

    @property
    def touched(self) -> tuple[int, ...]:
        """Every row that it has a mark on."""
        return (*self.rows, *(row for row, _ in self.controls), *(row for row, _, _ in self.reads))

    @property
    def occupied(self) -> Sequence[int]:
        """Every row that nothing else may use in its column: those it crosses too."""
        if self.kind == "barrier":
            return self.rows
        return range(min(self.touched), max(self.touched) + 1)

    @property
    def width(self) -> float:
        """Pixels that its column must have."""
        below = max((text_width(text, DETAIL) + 6 for _, text, _ in self.reads), default=0.0)
        if self.kind == "close":
            return 4.0
        if self.kind == "barrier":
            return max(14.0, text_width(self.label, DETAIL))
        if self.kind == "gate" and self.shape != "box":
            return max(_MARK, below)
        index = _INDEX_ROOM if self.indices else 0.0
        words = max(text_width(self.label, LABEL) + 14, text_width(self.detail, DETAIL) + 12)
        return max(BOX, words + index, below)

"""Where everything stands: columns packed to the left, folded into lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.quantum.drawing.elements import Element

__all__ = ["GAP", "Frame", "Layout", "Line", "arrange"]

GAP = 14.0
_HALVINGS = 6


@dataclass(frozen=True, slots=True)
class Frame:
    """A block of control flow: the columns of its first and last edge.

    Attributes
    ----------
    first, last : int
        Columns, both included.
    top, bottom : int
        Rows, both included.
    level : int
        How deep frames lie in one another in it, itself included.
    """

    first: int
    last: int
    top: int
    bottom: int
    level: int


@dataclass(frozen=True, slots=True)
class Line:
    """Columns that stand side by side.

    Attributes
    ----------
    first, last : int
        Columns; ``last`` is not included.
    width : float
        Pixels.
    """

    first: int
    last: int
    width: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of all elements.

    Attributes
    ----------
    elements : tuple of Element
        In the circuit's order.
    columns : tuple of int
        One an element.
    widths, lefts : tuple of float
        Pixels, one a column; ``lefts`` counts from the beginning of the column's line.
    lines : tuple of Line
        From top to bottom; one at least.
    frames : tuple of Frame
        Outer ones before those inside them.
    """

    elements: tuple[Element, ...]
    columns: tuple[int, ...]
    widths: tuple[float, ...]
    lefts: tuple[float, ...]
    lines: tuple[Line, ...]
    frames: tuple[Frame, ...]

    @property
    def operations(self) -> int:
        """How many operations of the circuit stand on its lines."""
        end = self.lines[-1].last
        pairs = zip(self.elements, self.columns, strict=True)
        return sum(element.operations for element, column in pairs if column < end)

    @property
    def deepest(self) -> int:
        """How many frames lie in one another at most."""
        return max((frame.level for frame in self.frames), default=0)


def arrange(elements: Sequence[Element], rows: int, width: float, most: int) -> Layout:
    """Put each element into the first column that is free on all the rows it crosses.

    Parameters
    ----------
    elements : sequence of Element
        In the circuit's order, which is kept on every row.
    rows : int
        How many wires there are.
    width : float
        Pixels that a line may have; infinite where nothing is folded.
    most : int
        Lines to keep at most.
    """
    columns = _pack(elements, rows)
    widths = [0.0] * (max(columns, default=-1) + 1)
    for element, column in zip(elements, columns, strict=True):
        widths[column] = max(widths[column], element.width)
    lefts, lines = _balanced(widths, width)
    frames = _frames(elements, columns)
    return Layout(
        tuple(elements), tuple(columns), tuple(widths), tuple(lefts), tuple(lines[:most]), tuple(frames)
    )


def _pack(elements: Sequence[Element], rows: int) -> list[int]:
    free = [0] * rows
    columns = []
    for element in elements:
        taken = element.occupied
        column = max(free[row] for row in taken)
        for row in taken:
            free[row] = column + 1
        columns.append(column)
    return columns


def _balanced(widths: Sequence[float], most: float) -> tuple[list[float], list[Line]]:
    """Fold into as few lines as it takes, all about as wide, so that no line holds a lonely gate."""
    folded = _fold(widths, most)
    number = len(folded[1])
    low, high = sum(widths) / number, most
    for _ in range(_HALVINGS if number > 1 else 0):
        middle = (low + high) / 2
        tried = _fold(widths, middle)
        if len(tried[1]) > number:
            low = middle
        else:
            folded, high = tried, middle
    return folded


def _fold(widths: Sequence[float], most: float) -> tuple[list[float], list[Line]]:
    ends = _ends(widths)
    lefts: list[float] = []
    lines: list[Line] = []
    first, x = 0, 0.0
    for column, width in enumerate(widths):
        if column > first and width >= GAP and x + ends[column] > most:
            lines.append(Line(first, column, x - GAP))
            first, x = column, 0.0
        lefts.append(x)
        x += width + GAP
    lines.append(Line(first, len(widths), max(0.0, x - GAP)))
    return lefts, lines


def _ends(widths: Sequence[float]) -> list[float]:
    """Return the width of each column and of the closing edges after it, which stay on its line."""
    ends = list(widths)
    for column in range(len(widths) - 2, -1, -1):
        if widths[column + 1] < GAP:
            ends[column] += GAP + ends[column + 1]
    return ends


def _frames(elements: Sequence[Element], columns: Sequence[int]) -> list[Frame]:
    found: list[Frame] = []
    opened: list[tuple[int, int]] = []
    for element, column in zip(elements, columns, strict=True):
        if element.kind == "open":
            opened.append((len(found), column))
            found.append(Frame(column, column, min(element.rows), max(element.rows), element.level))
        elif element.kind == "close":
            at, first = opened.pop()
            frame = found[at]
            found[at] = Frame(first, column, frame.top, frame.bottom, frame.level)
    return found

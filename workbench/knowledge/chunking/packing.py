"""Parts into chunks: few, even in size, parted where the text parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.knowledge.chunking.atoms import Border, Part
from workbench.knowledge.chunking.ruler import Ruler

__all__ = ["Costs", "packed"]

# A part, and how many tokens start before its start and before its end.
_Counted = tuple[int, int, Border, int, int]
_WEAKEST_FIRST = (Border.HEADING, *(Border(rank) for rank in range(Border.INSIDE, -1, -1)))


@dataclass(frozen=True, slots=True)
class Costs:
    """What the packing weighs; one chunk of `size` tokens at a paragraph's end costs 1 + `fullness`.

    Attributes
    ----------
    fullness : float
        A chunk costs 1 and this times the square of its share of the size: the square evens out
        neighbours, and chunks of ``size / sqrt(fullness)`` tokens are the cheapest.
    borders : tuple of float
        Of cutting at each `Border`.
    """

    fullness: float = 1.0
    borders: tuple[float, ...] = (0.0, 0.08, 0.15, 0.6, 0.9, 1.5, 4.0)


def packed(parts: Sequence[Part], ruler: Ruler, size: int, reach: int, costs: Costs) -> list[tuple[int, int]]:
    """Return the spans of the cheapest chunks of at most `size` tokens and `reach` characters.

    The cheapest way to each part follows from the cheapest ways to the parts before it, so time
    grows with the number of parts, each of which looks back over one chunk's length.
    """
    counted: Sequence[_Counted] = [
        (*part, ruler.count(0, part[0]), ruler.count(0, part[1])) for part in parts
    ]
    counted = _coarse(counted, max(1, size // 16), size, reach)
    parts = [part[:3] for part in counted]
    marks = [part[3] for part in counted]
    stops = [part[4] for part in counted]
    best = [0.0]
    before = [0]
    for last, (_, end, after) in enumerate(parts):
        cheapest, opened = float("inf"), last
        first = last
        while first >= 0:
            tokens = stops[last] - marks[first]
            if first < last and (tokens > size or end - parts[first][0] > reach):
                break
            share = tokens / size
            cost = best[first] + 1 + costs.fullness * share * share
            if cost < cheapest:
                cheapest, opened = cost, first
            first -= 1
        best.append(cheapest + costs.borders[after])
        before.append(opened)
    return _walked(parts, before)


def _walked(parts: Sequence[Part], before: Sequence[int]) -> list[tuple[int, int]]:
    spans = []
    last = len(parts)
    while last:
        first = before[last]
        spans.append((parts[first][0], parts[last - 1][1]))
        last = first
    return spans[::-1]


def _coarse(parts: Sequence[_Counted], grain: int, size: int, reach: int) -> Sequence[_Counted]:
    """Join parts of a few tokens with their neighbours, weakest borders first.

    It bounds how many parts make a chunk, so that a million short lines take no longer than
    their characters do.
    """
    for border in _WEAKEST_FIRST:
        joined: list[_Counted] = []
        for part in parts:
            last = joined[-1] if joined else None
            if (
                last is not None
                and last[2] == border
                and (last[4] - last[3] < grain or part[4] - part[3] < grain)
                and part[4] - last[3] <= size
                and part[1] - last[0] <= reach
            ):
                joined[-1] = (last[0], part[1], part[2], last[3], part[4])
            else:
                joined.append(part)
        parts = joined
    return parts

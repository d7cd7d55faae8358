"""Measures a text in tokens of an embedder, reading it in pieces of bounded length."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

__all__ = ["Ruler", "Spans"]

Spans = Callable[[str], Sequence[tuple[int, int]]]
# Characters that the tokenizer reads at once: its memory stays small, its calls few.
_PIECE = 16_384


class Ruler:
    """Where the tokens of a text start.

    A piece of the text read alone may give other tokens at its two ends, so counts between two
    offsets are close, not exact.

    Parameters
    ----------
    text : str
        What is measured.
    spans : callable
        The embedder's.
    """

    def __init__(self, text: str, spans: Spans) -> None:
        self.starts = array("q")
        for start, end in _pieces(text):
            self.starts.extend(start + token[0] for token in spans(text[start:end]))

    def count(self, start: int, end: int) -> int:
        """Return about how many tokens ``text[start:end]`` has."""
        return bisect_left(self.starts, end) - bisect_left(self.starts, start)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = min(start + _PIECE, len(text))
        if end < len(text):
            half = start + _PIECE // 2
            end = max(text.rfind("\n", half, end), text.rfind(" ", half, end), -1) + 1 or end
        yield start, end
        start = end

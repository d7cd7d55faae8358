"""BERT's word pieces by the ``tokenizers`` library: what a model reads, and where it stands in the text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from workbench.embedders.base import Spans

__all__ = ["WordPieces"]

# White space of which every BERT tokenizer makes a border; rarer kinds are left to the library.
_WORD = re.compile(r"[^ \t\r\n]+")
# The library keeps some hundred bytes a token, so that a whole book in one piece would take gigabytes.
_PIECE = 65_536
# Words remembered between texts, some forty megabytes; most of what a new text says was said before.
_REMEMBERED = 150_000
_LONG = 64


class WordPieces:
    """The tokenizer of a BERT model.

    Parameters
    ----------
    file : Path
        Its ``tokenizer.json``.
    longest : int
        Tokens that the model reads, the two that it adds counted.
    """

    def __init__(self, file: Path, longest: int) -> None:
        from tokenizers import Tokenizer

        self._cutting: Any = Tokenizer.from_file(str(file))
        self._cutting.no_padding()
        self._cutting.enable_truncation(longest)
        self._whole: Any = Tokenizer.from_file(str(file))
        self._whole.no_padding()
        self._whole.no_truncation()
        self._known: dict[str, Spans] = {}

    def ids(self, text: str) -> list[int]:
        """Return the numbers of the tokens that the model reads."""
        numbers: list[int] = self._cutting.encode(text).ids
        return numbers

    def spans(self, text: str) -> Spans:
        """Return first character and end of each token of the whole text.

        BERT breaks at white space before anything else, so a word's tokens do not depend on its
        neighbours: each different word is tokenized once, and remembered, which is most of the work.
        """
        words = [(match.start(), match.group()) for match in _WORD.finditer(text)]
        known = self._known
        inside = {word: known.get(word) for _, word in words}
        if new := [word for word, spans in inside.items() if spans is None]:
            found = self._inside(new)
            inside |= found
            self._remember(found)
        return [(start + first, start + end) for start, word in words for first, end in inside[word] or ()]

    def _remember(self, found: dict[str, Spans]) -> None:
        if len(self._known) + len(found) > _REMEMBERED:
            # A new dictionary, for other threads may be reading the one that was.
            self._known = {}
        self._known.update((word, spans) for word, spans in found.items() if len(word) < _LONG)

    def _inside(self, words: list[str]) -> dict[str, Spans]:
        inside: dict[str, Spans] = {word: [] for word in words}
        for joined, starts in _joined(words):
            owner = 0
            for first, end in self._whole.encode(joined, add_special_tokens=False).offsets:
                while owner + 1 < len(starts) and starts[owner + 1][0] <= first:
                    owner += 1
                start, word = starts[owner]
                inside[word].append((first - start, end - start))
        return inside


def _joined(words: list[str]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Put words together into texts of a bearable size, with the start of each word."""
    pieces: list[tuple[str, list[tuple[int, str]]]] = []
    starts: list[tuple[int, str]] = []
    length = 0
    for word in words:
        if starts and length + len(word) > _PIECE:
            pieces.append((" ".join(inner for _, inner in starts), starts))
            starts, length = [], 0
        starts.append((length, word))
        length += len(word) + 1
    if starts:
        pieces.append((" ".join(inner for _, inner in starts), starts))
    return pieces

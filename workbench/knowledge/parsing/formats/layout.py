"""Headings and paragraphs of a PDF's page, told by the size of its letters and the length of its lines."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from workbench.knowledge.document import Block
from workbench.knowledge.parsing.writer import clean

__all__ = ["decoded", "laid_out"]

# A heading's letters are at least so much larger than those of most of the page.
_LARGER = 1.15
_LEVELS = (1.6, 1.3)
_LONGEST_HEADING = 200
# The last line of a paragraph ends early, with a mark that ends sentences.
_EARLY = 0.8
_ENDS = tuple(".!?:\u2026\u3002\uff01\uff1f")
# PDFium marks the hyphen at which a word was parted.
_PARTED = ("\u0002", "\ufffe")
_NUMBER = re.compile(
    r"\W*(?:page|seite|p\.)?\s*(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:/|of|von)\s*\d{1,4})?\W*", re.IGNORECASE
)
_EDGES = 2
_MARKS = re.compile("[\u0002\ufffe]")


class _Line(NamedTuple):
    text: str
    size: float
    parted: bool


def laid_out(page: Any) -> str:
    """Return a page's text and blocks as JSON, for `decoded`.

    Parameters
    ----------
    page : pypdfium2.PdfTextPage
        A page.
    """
    lines = _unnumbered(list(_lines(page)))
    usual = Counter[float]()
    for line in lines:
        usual[line.size] += len(line.text)
    body = usual.most_common(1)[0][0] if usual else 0.0
    widest = max((len(line.text) for line in lines), default=0)
    groups: list[tuple[int, list[_Line]]] = []
    for line in lines:
        level = _level(line, body)
        if not line.text:
            groups.append((0, []))
        elif not groups or not _goes_on(groups[-1], line, level, widest):
            groups.append((level, [line]))
        else:
            groups[-1][1].append(line)
    return json.dumps([[_joined(group), level] for level, group in groups if group])


def decoded(answer: str) -> tuple[str, list[Block]]:
    """Return the text and the blocks of a page that was `laid_out`."""
    text, blocks = "", []
    for piece, level in json.loads(answer):
        cleaned = clean(piece).strip()
        if cleaned:
            text += "\n\n" if text else ""
            start = len(text)
            text += cleaned
            blocks.append(Block(start, len(text), "heading" if level else "paragraph", level))
    return text, blocks


def _unnumbered(lines: list[_Line]) -> list[_Line]:
    """Leave out the page's own number, which would stand in the middle of a sentence or of a heading."""
    full = [place for place, line in enumerate(lines) if line.text]
    if len(full) <= _EDGES:
        return lines
    edges = {full[0], full[-1]}
    return [
        line for place, line in enumerate(lines) if place not in edges or not _NUMBER.fullmatch(line.text)
    ]


def _lines(page: Any) -> Iterator[_Line]:
    import pypdfium2.raw as pdfium

    raw = page.get_text_range()
    # beyond the basic plane PDFium counts otherwise than Python, and sizes would be those of other letters
    sized = page.count_chars() == len(raw)
    at = 0
    for piece in raw.split("\n"):
        text = piece.strip("\r \t")
        first = at + len(piece) - len(piece.lstrip())
        size = pdfium.FPDFText_GetFontSize(page, first) if sized and text else 0.0
        yield _Line(_MARKS.sub("", text), round(size, 1), text.endswith(_PARTED))
        at += len(piece) + 1


def _level(line: _Line, body: float) -> int:
    if not body or line.size < body * _LARGER or len(line.text) > _LONGEST_HEADING:
        return 0
    return 1 + sum(line.size < body * level for level in _LEVELS)


def _goes_on(group: tuple[int, list[_Line]], line: _Line, level: int, widest: int) -> bool:
    if not group[1]:
        return False
    last = group[1][-1]
    if level or group[0]:
        return level == group[0] and last.size == line.size
    return not (last.text.endswith(_ENDS) and len(last.text) < _EARLY * widest)


def _joined(group: list[_Line]) -> str:
    text = ""
    for line in group:
        text += line.text + ("" if line.parted else "\n")
    return text

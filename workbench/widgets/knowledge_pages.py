"""A file's text a page at a time, with a passage marked where it stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from workbench.knowledge.display import marked

if TYPE_CHECKING:
    from workbench.knowledge.document import Document

__all__ = ["Leaf", "Place", "leaf_at", "leaves", "page_html", "page_view", "snippet_html"]

LEAF = 9_000
"""Characters of a text without pages, or of a longer page, that are shown at once."""
SNIPPET = 300
WORDS = {"pptx": "Slide", "odp": "Slide", "xlsx": "Sheet", "ods": "Sheet", "ipynb": "Cell"}
LINES = {"pdf"}
"""Formats whose text has a line break where the page had one."""
FULL = 0.75
"""Share of a page's line length from which on a line was broken only because it was full."""
PROSE = {"pdf", "docx", "odt", "rtf", "pptx", "odp", "html", "htm", "eml", "epub", "text", "image"}
"""What reads as running text; everything else keeps its columns."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """What is shown at once: a page, or a part of what is too long for that.

    Attributes
    ----------
    start, end : int
        Character offsets into the text.
    number : int or None
        The page's, from 1.
    label : str
        The page's own name.
    part, parts : int
        Which of how many parts, from 1.
    """

    start: int
    end: int
    number: int | None = None
    label: str = ""
    part: int = 1
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A passage in a file.

    Attributes
    ----------
    file_id : str
        The file.
    start, end : int
        Character offsets into its text; equal where a page is opened without a passage.
    terms : tuple of str
        Words that are marked in the passage.
    """

    file_id: str
    start: int
    end: int
    terms: tuple[str, ...] = ()


def leaves(document: Document) -> list[Leaf]:
    """Return what a reader turns over, in order."""
    if not document.pages:
        return _cut(document.text, 0, len(document.text), None, "")
    return [
        leaf
        for page in document.pages
        for leaf in _cut(document.text, page.start, page.end, page.number, page.label)
    ]


def _cut(text: str, start: int, end: int, number: int | None, label: str) -> list[Leaf]:
    borders = [start]
    while end - borders[-1] > LEAF:
        at = borders[-1]
        # the last blank line, else the last line, else so many characters
        for mark in ("\n\n", "\n", " "):
            found = text.rfind(mark, at + LEAF // 2, at + LEAF)
            if found > 0:
                borders.append(found + len(mark))
                break
        else:
            borders.append(at + LEAF)
    borders.append(end)
    parts = len(borders) - 1
    return [Leaf(borders[at], borders[at + 1], number, label, at + 1, parts) for at in range(parts)]


def leaf_at(found: Sequence[Leaf], offset: int) -> int:
    """Return the position of the leaf that holds the character at ``offset``, or stands before it."""
    return max(0, bisect_right(found, offset, key=lambda leaf: leaf.start) - 1)


def page_view(
    document: Document, found: Sequence[Leaf], at: int, place: Place, filename: str, file_type: str
) -> dict[str, Any]:
    """Return one leaf as JSON values; the HTML in it is escaped.

    Parameters
    ----------
    document : Document
        The file's text.
    found : sequence of Leaf
        Its `leaves`.
    at : int
        Which of them.
    place : Place
        What is marked.
    filename, file_type : str
        The file's.
    """
    leaf = found[at]
    number = document.page_at(place.start) if place.end > place.start else None
    cited = number.number if number else leaf.number
    return {
        "file_id": place.file_id,
        "filename": filename,
        "file_type": file_type,
        "title": _title(leaf, found, WORDS.get(file_type, "Page")),
        "at": at,
        "count": len(found),
        "html": page_html(_flowing(document.text, leaf, file_type), leaf, place),
        "mono": file_type not in PROSE,
        "passage": place.end > place.start,
        "here": max(place.start, leaf.start) < min(place.end, leaf.end),
        "citation": f"{filename}, p. {cited}" if cited is not None else filename,
        "quote": document.text[place.start : place.end],
        "key": f"{place.file_id}:{place.start}:{place.end}:{at}",
        "notes": [str(note) for note in document.meta.get("notes") or ()],
    }


def _title(leaf: Leaf, found: Sequence[Leaf], word: str) -> str:
    part = f"part {leaf.part} of {leaf.parts}" if leaf.parts > 1 else ""
    if leaf.number is None:
        return part.capitalize()
    last = found[-1].number
    name = f"{word} {leaf.number} of {last}" + (f" · {leaf.label}" if leaf.label else "")
    return f"{name} · {part}" if part else name


def _flowing(text: str, leaf: Leaf, file_type: str) -> str:
    """Return the text with spaces for those line breaks of the leaf that only a full line made.

    It stays as long as it was, so that every offset still holds.
    """
    if file_type not in LINES:
        return text
    lines = text[leaf.start : leaf.end].split("\n")
    lengths = sorted(len(line) for line in lines if line.strip())
    full = FULL * lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0
    joints = [" " if len(line) >= full and following.strip() else "\n" for line, following in pairwise(lines)]
    flowing = "".join(line + joint for line, joint in zip(lines, [*joints, ""], strict=True))
    return text[: leaf.start] + flowing + text[leaf.end :]


def page_html(text: str, leaf: Leaf, place: Place) -> str:
    """Return the leaf's text escaped, with what it holds of the passage marked."""
    start = min(max(place.start, leaf.start), leaf.end)
    end = min(max(place.end, start), leaf.end)
    if start >= end:
        return escape(text[leaf.start : leaf.end])
    passage = marked(text[start:end], place.terms)
    shown = f'<mark class="wb-passage" tabindex="-1">{passage}</mark>'
    return escape(text[leaf.start : start]) + shown + escape(text[end : leaf.end])


def snippet_html(content: str, terms: Sequence[str]) -> str:
    """Return the stretch of a passage that holds most of the words, marked."""
    text = " ".join(content.split())
    if len(text) <= SNIPPET:
        return marked(text, terms)
    start = _best_start(text, terms)
    end = min(len(text), start + SNIPPET)
    if end < len(text):
        end = text.rfind(" ", start, end) if " " in text[start:end] else end
    head, tail = "… " if start else "", " …" if end < len(text) else ""
    return head + marked(text[start:end], terms) + tail


def _best_start(text: str, terms: Sequence[str]) -> int:
    """Return where a window of a snippet's length holds the most of the words."""
    words = [term for term in terms if term.strip()]
    if not words:
        return 0
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)
    hits = [(match.start(), match[0].casefold()) for match in pattern.finditer(text)]
    room = SNIPPET - 40
    best, most = 0, 0
    for at, _ in hits:
        distinct = len({word for place, word in hits if at <= place < at + room})
        if distinct > most:
            best, most = at, distinct
    start = min(max(0, best - 40), max(0, len(text) - SNIPPET))
    return 0 if start == 0 else text.find(" ", start) + 1

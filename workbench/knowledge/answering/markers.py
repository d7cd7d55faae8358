"""A model's answer taken apart: its sentences, and the ``[n]`` that each of them carries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.knowledge.chunking import sentences
from workbench.knowledge.words import content_terms

__all__ = ["Claim", "Marker", "claims_of", "edited"]

_CODE = re.compile(
    r"^(?P<fence>```|~~~).*?(?:^(?P=fence)|\Z)|(?P<tick>`+)(?!`).+?(?<!`)(?P=tick)(?!`)",
    re.MULTILINE | re.DOTALL,
)
_MARKER = re.compile(
    r"[ \t]*(?:\[\s*(?:passages?\s+)?\^?(\d{1,3}(?:\s*[,;]\s*\d{1,3}|\s*[-\u2013]\s*\d{1,3}){0,20})"
    r"\s*\](?!\()"
    r"|\u3010\s*(\d{1,3}(?:\s*[,;\u3001]\s*\d{1,3}){0,20})[^\u3011\n]{0,40}\u3011)",
    re.IGNORECASE,
)
_DRESS = re.compile(
    r"^\s*(?:[-*+•>]\s+|#{1,6}\s+|\d{1,3}[.)]\s+)+|[*_`|]+|!?\[([^\]]*)\]\([^)]*\)", re.MULTILINE
)
# the gap that a marker leaves before the full stop
_LOOSE = re.compile(r" +([.,;:!?](?: |$))")
_RANGE = re.compile(r"(\d+)\s*[-\u2013]\s*(\d+)")
_MOST = 20


@dataclass(frozen=True, slots=True)
class Marker:
    """A ``[n]``, ``[1, 2]`` or ``[1-3]`` with the white space before it.

    Attributes
    ----------
    start, end : int
        Character offsets into the answer.
    numbers : tuple of int
        What it points to.
    """

    start: int
    end: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer that says something.

    Attributes
    ----------
    end : int
        Where a marker would go.
    text : str
        Without markers and Markdown.
    terms : frozenset of str
        Its content words.
    markers : tuple of Marker
        Those that it carries.
    """

    end: int
    text: str
    terms: frozenset[str]
    markers: tuple[Marker, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """What its markers point to, each once."""
        return tuple(dict.fromkeys(number for marker in self.markers for number in marker.numbers))


def claims_of(content: str) -> tuple[Claim, ...]:
    """Return the sentences of an answer; headings, code, and lines that only lead to others are none."""
    bare = _CODE.sub(_blank, content)
    markers = [Marker(*match.span(), _numbers(match[1] or match[2])) for match in _MARKER.finditer(bare)]
    plain = _MARKER.sub(_blank, bare)
    spans = [(start, end) for start, end in sentences(plain) if content_terms(plain[start:end])]
    carried: dict[int, list[Marker]] = {}
    for marker in markers:
        carried.setdefault(_owner(spans, marker.start, content), []).append(marker)
    return tuple(
        _claim(content, plain, span, carried.get(place, []))
        for place, span in enumerate(spans)
        if place in carried or not _leads(plain[slice(*span)])
    )


def edited(content: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """Return the text with stretches replaced."""
    pieces, at = [], 0
    for start, end, new in sorted(edits):
        pieces += [content[at:start], new]
        at = end
    return "".join([*pieces, content[at:]])


def _claim(content: str, plain: str, span: tuple[int, int], markers: list[Marker]) -> Claim:
    start, end = span
    text = _LOOSE.sub(r"\1", " ".join(_DRESS.sub(r"\1", plain[start:end]).split()))
    last = content[start:end].rstrip()
    at = start + len(last) - 1 if last.startswith("|") and last.endswith("|") else end
    return Claim(at, text, content_terms(text), tuple(markers))


def _owner(spans: list[tuple[int, int]], at: int, content: str) -> int:
    """Return which sentence a marker belongs to: the one before it on its line, else the next."""
    before = sum(start <= at for start, _ in spans) - 1
    if before < 0:
        return 0
    apart = "\n" in content[spans[before][1] : at] and before + 1 < len(spans)
    return before + 1 if apart else before


def _leads(text: str) -> bool:
    return text.lstrip().startswith("#") or text.rstrip(" *_").endswith((":", "\uff1a"))


def _numbers(inside: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in re.split(r"[,;\u3001]", inside):
        if span := _RANGE.search(part):
            first, last = int(span[1]), int(span[2])
            found += range(first, min(last, first + _MOST) + 1)
        else:
            found.append(int(part))
    return tuple(dict.fromkeys(found))


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])

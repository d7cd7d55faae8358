"""A model's text made into an answer: every marker checked, every sentence traced or named as untraced."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from workbench.knowledge.answering.answer import Citation
from workbench.knowledge.answering.markers import Claim, Marker, claims_of, edited
from workbench.knowledge.answering.passages import Passage
from workbench.knowledge.answering.quoting import best_quotes
from workbench.knowledge.answering.reading import Line, Reading
from workbench.knowledge.answering.support import ATTACHED, SUPPORTED, Supports, strange_numbers
from workbench.text import truncate_text

__all__ = ["Cited", "cite", "quoted"]

_SPECIAL = re.compile(r"([\\`*<\[])")
_NAMED = 80


@dataclass(slots=True)
class Cited:
    """An answer's text and what it rests on.

    Attributes
    ----------
    content : str
        Markdown with the markers that hold.
    citations : list of Citation
        In the order of the text.
    unsupported : list of str
        Sentences that no source supports.
    flagged : list of str
        What was taken out or put right, a sentence each.
    tokens : int
        What a remote embedder counted.
    """

    content: str = ""
    citations: list[Citation] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    flagged: list[str] = field(default_factory=list)
    tokens: int = 0

    def output(self) -> dict[str, Any]:
        """Return what a Run keeps of it."""
        return {
            "content": self.content,
            "citations": [_row(citation) for citation in self.citations],
            "unsupported": self.unsupported,
            "flagged": self.flagged,
        }


def quoted(reading: Reading, clean: Callable[[str], str]) -> Cited:
    """Return an answer of quotes alone.

    Parameters
    ----------
    reading : Reading
        What was read for the question.
    clean : callable
        Takes secrets out of text; a quote that has one is left out.
    """
    made = Cited()
    numbers: dict[int, int] = {}
    for quote in best_quotes(reading):
        passage = quote.line.passage
        number = numbers.get(passage.number, len(numbers) + 1)
        citation = _citation(number, quote.line, quote.score, attached=True)
        if not _holds(citation, passage, clean, made):
            continue
        numbers[passage.number] = number
        made.citations.append(citation)
        text = _SPECIAL.sub(r"\\\1", " ".join(citation.quote.split()))
        made.content += f"- “{text}” [{number}]\n"
    made.content = made.content.rstrip()
    return made


def cite(reading: Reading, content: str, shown: int, clean: Callable[[str], str]) -> Cited:
    """Check a model's answer against the passages.

    Parameters
    ----------
    reading : Reading
        What was read for the question.
    content : str
        The model's text.
    shown : int
        How many of the passages the model was given, the first ones.
    clean : callable
        Takes secrets out of text; a quote that has one is left out.
    """
    claims = claims_of(content)
    supports = Supports(reading, claims)
    made = Cited(tokens=supports.tokens)
    edits: list[tuple[int, int, str]] = []
    for place, claim in enumerate(claims):
        _settle(place, claim, supports, shown, clean, made, edits)
    made.content = edited(content, edits).strip()
    made.flagged = list(dict.fromkeys(made.flagged))
    return made


def _settle(
    place: int,
    claim: Claim,
    supports: Supports,
    shown: int,
    clean: Callable[[str], str],
    made: Cited,
    edits: list[tuple[int, int, str]],
) -> None:
    """Find what a sentence rests on; keep the markers that hold and attach one where none does."""
    reading = supports.reading
    held: dict[int, Citation] = {}
    for number in claim.numbers:
        if not 1 <= number <= shown:
            made.flagged.append(f"[{number}] was taken out: no passage has that number.")
            continue
        if strange := strange_numbers(claim, reading, claim.numbers):
            made.flagged.append(f"[{number}] was taken out: {', '.join(strange)} is not in that passage.")
            continue
        best = supports.best(place, number)
        if best is None or best.score < SUPPORTED:
            made.flagged.append(
                f"[{number}] was taken out after “{_short(claim.text)}”: that passage does not say so."
            )
            continue
        citation = _citation(number, best.line, best.score, attached=False)
        if _holds(citation, best.line.passage, clean, made):
            held[number] = citation
    edits += [(marker.start, marker.end, _kept(marker, held)) for marker in claim.markers]
    if not held and (found := supports.best(place)) is not None and found.score >= ATTACHED:
        number = found.line.passage.number
        citation = _citation(number, found.line, found.score, attached=True)
        if not strange_numbers(claim, reading, [number]) and _holds(
            citation, found.line.passage, clean, made
        ):
            held[number] = citation
            edits.append((claim.end, claim.end, f" [{number}]"))
    made.citations += held.values()
    if not held:
        made.unsupported.append(claim.text)


def _kept(marker: Marker, held: dict[int, Citation]) -> str:
    numbers = [number for number in marker.numbers if number in held]
    return " " + "".join(f"[{number}]" for number in numbers) if numbers else ""


def _citation(number: int, line: Line, score: float, *, attached: bool) -> Citation:
    hit = line.passage.hit
    return Citation(
        number=number,
        file_id=hit.file_id,
        filename=hit.filename,
        digest=line.passage.digest,
        page=hit.page,
        start=line.start,
        end=line.end,
        quote=line.text,
        chunk_id=hit.chunk_id,
        heading=hit.heading,
        score=score,
        attached=attached,
    )


def _holds(citation: Citation, passage: Passage, clean: Callable[[str], str], made: Cited) -> bool:
    """Say whether the quote is in the source and may be kept; what may not be is told of."""
    place = citation.place
    if passage.document.text[citation.start : citation.end] != citation.quote:
        made.flagged.append(f"A quote from {place} was left out: it is not in the source.")
        return False
    if clean(citation.quote) != citation.quote:
        made.flagged.append(f"A quote from {place} was left out: it holds a secret.")
        return False
    return True


def _row(citation: Citation) -> dict[str, Any]:
    return {name: getattr(citation, name) for name in Citation.__slots__}


def _short(text: str) -> str:
    return truncate_text(text, _NAMED, "…")

"""Finding any of many known strings in text, also where the text comes in pieces."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from workbench.security.sieve import Sieve
from workbench.security.spellings import spellings, telling_start

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

__all__ = ["Matcher", "Span", "View"]

_COLOUR = re.compile(r"\x1b\[[0-9;:?]*[ -/]*[@-~]")


class Span(NamedTuple):
    """A half-open range of characters."""

    start: int
    end: int


class View:
    """A text without its terminal colours, and the way back to where each character stood.

    Tracebacks are coloured token by token, which would cut a secret into pieces.
    """

    __slots__ = ("_offsets", "plain", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain = _COLOUR.sub("", text) if "\x1b" in text else text
        self._offsets: list[int] | None = None

    def place(self, index: int) -> int:
        """Return where the plain text's character `index` stands in the text."""
        if self.plain is self.text:
            return index
        if index == len(self.plain):
            return len(self.text)
        if self._offsets is None:
            self._offsets = _offsets(self.text)
        return self._offsets[index]

    def span(self, start: int, end: int) -> Span:
        """Return the range of the text that holds the plain text's characters start to end."""
        return Span(self.place(start), self.place(end - 1) + 1)


def _offsets(text: str) -> list[int]:
    offsets: list[int] = []
    position = 0
    for colour in _COLOUR.finditer(text):
        offsets.extend(range(position, colour.start()))
        position = colour.end()
    offsets.extend(range(position, len(text)))
    return offsets


class Matcher:
    """All spellings of a set of secrets, made ready for searching.

    Parameters
    ----------
    secrets : collection of str
        The plain values.
    """

    def __init__(self, secrets: Collection[str]) -> None:
        starts = {form: form for secret in secrets for form in spellings(secret)}
        starts.update({secret: telling_start(secret) for secret in secrets})
        self._starts = starts
        self._firsts = frozenset(form[0] for form in starts)
        self._pairs = _by_pair(starts)
        self._plain = Sieve(starts.values())
        self._packed = Sieve(form for start in starts.values() for form in _packed(start))
        self._data = _data_forms(secrets)

    def finds(self, text: str) -> bool:
        """Tell whether a plain text holds a secret; the quick first question."""
        return self._plain.finds(text)

    def finds_packed(self, data: bytes) -> bool:
        """Tell whether JSON bytes may hold a secret; coloured text always may."""
        return b"\\u001b[" in data or self._packed.finds(data)

    def spans(self, view: View) -> list[Span]:
        """Return where the secrets lie in the text, in order, those that overlap joined."""
        if not self.finds(view.plain):
            return []
        plain = view.plain
        found = sorted(span for form, start in self._starts.items() for span in _find(plain, form, start))
        return [view.span(*span) for span in _joined(found)]

    def settled(self, view: View, spans: Sequence[Span]) -> int:
        """Return up to which character no later text can make a secret out of this one."""
        place = view.place(len(view.plain) - self._overlap(view.plain))
        return next((span.start for span in spans if span.start < place < span.end), place)

    def _overlap(self, plain: str) -> int:
        """Return the length of the longest end of the text that begins a spelling."""
        forms = self._pairs.get(plain[-2:], ())
        longest = max((_overlap(plain, form) for form in forms), default=0)
        return longest or int(plain[-1:] in self._firsts)

    def mask_data(self, data: bytes) -> bytes:
        """Overwrite secrets in binary data, which keeps its size and layout."""
        for form, stars in self._data:
            if form in data:
                data = data.replace(form, stars)
        return data


def _packed(needle: str) -> set[bytes]:
    return {
        json.dumps(needle)[1:-1].encode(),
        json.dumps(needle, ensure_ascii=False)[1:-1].encode("utf-8", "surrogatepass"),
    }


def _data_forms(secrets: Collection[str]) -> list[tuple[bytes, bytes]]:
    return [
        (secret.encode(encoding, "surrogatepass"), ("*" * len(secret)).encode(encoding))
        for secret in sorted(secrets, key=len, reverse=True)
        for encoding in ("utf-8", "utf-16-le", "utf-32-le")
    ]


def _find(text: str, form: str, start: str) -> list[Span]:
    """Return each place where `start` begins, as far as the text goes on like `form`."""
    found: list[Span] = []
    place = text.find(start)
    while place >= 0:
        end = place + len(start)
        while end < len(text) and end - place < len(form) and text[end] == form[end - place]:
            end += 1
        found.append(Span(place, end))
        place = text.find(start, place + 1)
    return found


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and span.start < joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(span.end, joined[-1].end))
        else:
            joined.append(span)
    return joined


def _by_pair(forms: Iterable[str]) -> dict[str, list[str]]:
    """Sort forms by the pairs of letters in them: few hold the two that a text ends in."""
    pairs: dict[str, list[str]] = {}
    for form in forms:
        for pair in {form[place : place + 2] for place in range(len(form) - 1)}:
            pairs.setdefault(pair, []).append(form)
    return pairs


def _overlap(text: str, form: str) -> int:
    """Return how much of the form's beginning, short of all, the text ends in."""
    pair = text[-2:]
    place = form.rfind(pair, 0, len(form) - 1)
    while place >= 0 and not text.endswith(form[: place + 2]):
        place = form.rfind(pair, 0, place + 1)
    return place + 2 if place >= 0 else 0

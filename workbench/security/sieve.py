"""Asking quickly whether any of many strings occurs in a text; nearly always none does."""

from __future__ import annotations

from typing import TYPE_CHECKING, AnyStr, Generic

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Sieve"]

_GRAM = 6
_LONG = 20


class Sieve(Generic[AnyStr]):
    """A set of strings, or of byte strings, to be looked for all at once.

    Short ones are looked for one by one, which beats a regular expression three times over.
    For long ones a text is sampled so densely that one of the samples lies near the beginning
    of whatever long string it holds: the time hardly grows with their number.

    Parameters
    ----------
    needles : iterable of str or of bytes
        None of them empty.
    """

    def __init__(self, needles: Iterable[AnyStr]) -> None:
        kept: list[AnyStr] = _smallest(needles)
        self._short: tuple[AnyStr, ...] = tuple(needle for needle in kept if len(needle) < _LONG)
        self._long: tuple[AnyStr, ...] = tuple(needle for needle in kept if len(needle) >= _LONG)
        self._step = min(map(len, self._long), default=_LONG) - _GRAM + 1
        self._grams: frozenset[AnyStr] = frozenset(
            needle[place : place + _GRAM] for needle in self._long for place in range(self._step)
        )

    def finds(self, text: AnyStr) -> bool:
        """Tell whether one of the strings is in the text."""
        for needle in self._short:
            if needle in text:
                return True
        if self._grams.isdisjoint([text[at : at + _GRAM] for at in range(0, len(text), self._step)]):
            return False
        return any(needle in text for needle in self._long)


def _smallest(needles: Iterable[AnyStr]) -> list[AnyStr]:
    """Keep those that contain no other: where a longer one is, a shorter one is too."""
    kept: list[AnyStr] = []
    for needle in sorted(set(needles), key=len):
        if not any(other in needle for other in kept):
            kept.append(needle)
    return kept

# ruff: noqa: RUF001
"""Where the sentences of a text stand, in any language, without a model.

The statistical and rule-based libraries were compared first: those with good English take
quadratic time on some inputs or know only the Latin full stop, and those that know other scripts
cut after "Vol." and before "Eq. (3)". This takes time in proportion to the text, whatever it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.knowledge.chunking.abbreviations import CITED, INNER, MONTHS, NUMBERED, STARTERS, TITLES

__all__ = ["sentences", "trimmed"]

# The terminators of Unicode's Sentence_Break property that no space needs to follow.
_FULL = "。！？｡．‼⁇⁈⁉؟۔।॥။၏።፧፨։។៕᠃᠉᙮"
_CLOSING = "\"'”’»›)\\]}」』）】》〉〕］｝〞*_"
_OPENING = "\"'“‘„«‹([{「『（【《〈¿¡*_—–-"
_MARK = re.compile(
    # an end that the next words decide, and a footnote's number or bracket after it
    rf"(?P<stop>[.!?…]+)(?P<close>[{_CLOSING}]*+)"
    r"(?P<note>(?:\[\d[\d,;–\- ]{0,20}\]|\d{1,3}(?:[,–-]\d{1,3}){0,8}(?=\s))?)"
    rf"|(?P<full>[{_FULL}][{_FULL}.!?…]*+[{_CLOSING}]*+)"
    # a line that ends whatever it holds: before a blank line, a list item, a table row, an indent
    r"|(?P<line>[\x0c\u2029]|(?:\r\n?+|[\n\x0b\x85\u2028])(?=[ \t]*+[\n\r\x0c\u2029]|\t|[ ]{4}"
    r"|[ ]{0,3}(?:[-*•‣◦▪·+–]|\(?\w{1,3}[.)]|\#{1,6})[ \t]|[ ]{0,3}[|`~]))"
)
_WORD_BEFORE = re.compile(r"[^\W\d_][\w.\-]*$")
_SPACED = re.compile(r"(?<![\w.])([^\W\d_]) ([^\W\d_])$")
_NUMBER_NEXT = re.compile(r"[A-Z]?\d|[(\[]|(?![AI]\s[^\W\dA-Z_])(?:[IVXLC]+|[A-Z])\b")
_ENUMERATOR = re.compile(r"(?:^|[\n\r])[ \t]*[(]?(?:\d{1,3}(?:\.\d{1,3}){0,5}|[IVXLC]{1,6}|[A-Za-z])$")
_LETTERS = re.compile(r"(?:[^\W\d_]{1,3}\.)+[^\W\d_]{1,3}")
_NEXT_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_BEFORE = 32
_AFTER = 48


def sentences(text: str) -> list[tuple[int, int]]:
    """Return where each sentence starts and ends.

    Headings, list items, table rows and lines of code that no mark ends count as sentences of
    their own where a blank line, an indent or a bullet sets them off; a line that wraps does not end one.

    Parameters
    ----------
    text : str
        In any language. Full stops are judged by their surroundings (abbreviations of English,
        German, French, Spanish and Russian, initials, decimals, citations); the marks of Chinese,
        Japanese, Arabic, Hindi, Armenian and others end a sentence without a space.

    Returns
    -------
    list of (int, int)
        ``text[start:end]``, in order, without overlap and without outer white space; every
        character that is not white space stands in exactly one.
    """
    found = []
    start = 0
    for end in _ends(text):
        if span := trimmed(text, start, end):
            found.append(span)
        start = end
    if span := trimmed(text, start, len(text)):
        found.append(span)
    return found


def trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the span without its outer white space, or ``None`` where nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _ends(text: str) -> Iterator[int]:
    for mark in _MARK.finditer(text):
        if mark["stop"] is None or _ends_sentence(text, mark):
            yield mark.end()


def _ends_sentence(text: str, mark: re.Match[str]) -> bool:
    end = mark.end()
    if end == len(text):
        return True
    if not text[end].isspace():
        return False
    after = text[end : end + _AFTER].lstrip()
    if not after:
        return True
    bare = after.lstrip(_OPENING)
    if _goes_on_in_lower_case(bare):
        return False
    before = text[max(0, mark.start() - _BEFORE) : mark.start()]
    if mark["note"] and not mark["note"].startswith("[") and not before[-1:].isalpha():
        return False
    return mark["stop"] != "." or _full_stop(before, after, bare, bool(mark["close"]))


def _goes_on_in_lower_case(bare: str) -> bool:
    # iPhone, mRNA and pH open sentences
    return bare[:1].islower() and not any(letter.isupper() for letter in bare[1:3])


def _full_stop(before: str, after: str, bare: str, closed: bool) -> bool:
    """Decide on one full stop that white space follows, and no lower-case letter."""
    if _ENUMERATOR.search(before):
        return False
    following = _NEXT_WORD.match(bare)
    next_word = following.group().lower() if following else ""
    word = _word_before(before)
    if not word:
        return not (before[-1:].isdigit() and next_word in MONTHS)
    if len(word) == 1 or _LETTERS.fullmatch(word):
        return word.lower() not in INNER and (next_word in STARTERS or not bare[:1].isalnum())
    return not _goes_on_after(word.lower(), after, next_word, closed)


def _goes_on_after(word: str, after: str, next_word: str, closed: bool) -> bool:
    if word in CITED:
        return not after[:1].isupper()
    if word in NUMBERED and not closed:
        return next_word in NUMBERED or _NUMBER_NEXT.match(after) is not None
    return word in TITLES or word in INNER


def _word_before(before: str) -> str:
    if spaced := _SPACED.search(before.replace(". ", " ")):
        return ".".join(spaced.groups())
    word = _WORD_BEFORE.search(before)
    return word.group() if word else ""

"""What counts as a word, in one place for every lexical index.

Words are runs of letters and digits, in small letters, without accents, English endings taken off by
the Snowball stemmer. Languages that write without spaces are cut into pairs of characters, which is what
search engines do for want of a dictionary.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["analyzer", "matched_terms", "prepared", "query_terms", "terms"]

LONGEST = 100
"""Bytes of the longest word; longer ones are encoded data."""
MOST = 64
"""Different words of a query that are looked up; the rest of a page pasted as a query adds nothing."""
# Han, kana, Thai, Lao, Burmese and Khmer; Korean writes spaces, but glues particles to its words.
_UNSPACED = re.compile(
    "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u3005\u3040-\u30ff\uac00-\ud7af"
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"
)
_WORD = re.compile(r"\w+")
# The stop list of Lucene and Tantivy; a longer one with the words of questions ranked worse.
_STOP = (
    "a an and are as at be but by for if in into is it no not of on or such that the their then there"
    " these they this to was will with"
)


@cache
def analyzer() -> Any:
    """Return the analyser of the index, which is also that of queries and of PostgreSQL's side table."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    steps = TextAnalyzerBuilder(Tokenizer.simple())
    for step in (
        Filter.remove_long(LONGEST), Filter.lowercase(), Filter.ascii_fold(), Filter.stemmer("english"),
    ):  # fmt: skip
        steps = steps.filter(step)
    return steps.build()


def prepared(text: str) -> str:
    """Return a text as the analyser shall read it."""
    if text.isascii():
        return text
    return _UNSPACED.sub(_pairs, unicodedata.normalize("NFKC", text))


def terms(text: str) -> list[str]:
    """Return the analysed words of a text, in order, with repetitions."""
    found: list[str] = analyzer().analyze(prepared(text))
    return found


def query_terms(query: str) -> list[str]:
    """Return the analysed words that a query is looked up by.

    Words that stand in every text are left out, unless the query has no others.
    """
    found = dict.fromkeys(terms(query))
    telling = [term for term in found if term not in _stopped()]
    return (telling or list(found))[:MOST]


def matched_terms(query: str, text: str) -> list[str]:
    """Return the words of a text that a query found it by, as they stand there, each once.

    Parameters
    ----------
    query : str
        What was asked.
    text : str
        What was found.
    """
    wanted = dict.fromkeys(query_terms(query))
    found: dict[str, str] = {}
    for word in dict.fromkeys(_words(text)):
        for term in _terms_of(word):
            if term in wanted:
                found.setdefault(term, word)
    return list(dict.fromkeys(found[term] for term in wanted if term in found))


@lru_cache(maxsize=50_000)
def _terms_of(word: str) -> tuple[str, ...]:
    return tuple(terms(word))


@cache
def _stopped() -> frozenset[str]:
    return frozenset(term for word in _STOP.split() for term in analyzer().analyze(word))


def _words(text: str) -> Iterator[str]:
    for word in _WORD.findall(unicodedata.normalize("NFC", text)):
        yield from _UNSPACED.sub(_pairs, word).split()


def _pairs(run: re.Match[str]) -> str:
    characters = run.group()
    if len(characters) == 1:
        return f" {characters} "
    return f" {' '.join(characters[i : i + 2] for i in range(len(characters) - 1))} "

"""Which words of a question or a claim say what it is about, and how many of them a text has."""

from __future__ import annotations

import re
from functools import cache

from workbench.knowledge.indexes.lexical.analysis import terms

__all__ = ["content_terms", "coverage", "numbers"]

# Words that questions are made of. Other languages' are told by standing in every passage.
_STOP = (
    "a about above after again against all also am an and any are aren as at be because been before being"
    " below between both but by called can cannot could d did do does doing don down during each either"
    " else ever exist existed few find for found from further get gets give given gives go goes had happen"
    " happened has have having he her here hers herself him himself his how however i if in into is isn it"
    " its itself just kind known let ll m many may me mean means might more most much must my myself name"
    " named neither no nor not now of off often on once one only or other our ours out over own per please"
    " re s said same say says shall she should so some sort such t tell than that the their theirs them"
    " themselves then there these they this those though through to too type under until up upon us use"
    " used uses using ve very via was way we well were what when where whether which while who whom whose"
    " why will with within without would yes yet you your yours"
)
_NUMBER = re.compile(r"\d+(?:[.,'\u2019\u00a0\u202f]\d+)*")


def content_terms(text: str) -> frozenset[str]:
    """Return the analysed words of a text that are no function words of English."""
    return frozenset(
        term
        for term in terms(text)
        if term not in _stopped() and (len(term) > 1 or not term.isascii() or term.isdigit())
    )


def coverage(wanted: frozenset[str], there: frozenset[str]) -> float:
    """Return the share of the wanted words that are there, 0 to 1; 1 where nothing is wanted."""
    return len(wanted & there) / len(wanted) if wanted else 1.0


def numbers(text: str) -> frozenset[str]:
    """Return the digits of each number, whatever separates thousands and decimals."""
    return frozenset("".join(filter(str.isdigit, found)) for found in _NUMBER.findall(text))


@cache
def _stopped() -> frozenset[str]:
    return frozenset(term for word in _STOP.split() for term in terms(word))

"""Tokens of a text whose tokenizer lies with somebody else, estimated from above."""

from __future__ import annotations

import re

from workbench.embedders.base import Spans

__all__ = ["MOST_TOKENS_OF_A_SPAN", "estimated_spans"]

MOST_TOKENS_OF_A_SPAN = 4
"""A span is at most four bytes of UTF-8, and no tokenizer of the providers makes more tokens than bytes.

A window of real tokens divided by this is thus never overrun, whatever the text's language.
"""

_SPAN = re.compile(r"[A-Za-z]{1,4}|[^\sA-Za-z]")


def estimated_spans(text: str) -> Spans:
    """Return pieces of about a token: up to four Latin letters, or any other single character."""
    return [match.span() for match in _SPAN.finditer(text)]

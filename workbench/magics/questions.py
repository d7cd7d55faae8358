"""A ``%chat`` or ``%ask`` line that ends with a question mark is a question, not a call for help."""

from __future__ import annotations

import tokenize
from collections.abc import Sequence
from typing import Any

from IPython.core.inputtransformer2 import EscapedCommand

__all__ = ["ChatLine"]

_TAKING_TEXT = {"ask", "chat", "kb", "search"}


class ChatLine(EscapedCommand):
    """Takes lines of text before IPython looks for ``name?``, ``x = %magic`` and ``x = !command`` in them.

    ``%chat?`` itself stays what it is: help.
    """

    # HelpEnd, which it must come before, has 5.
    priority = 4

    @classmethod
    def find(cls, tokens_by_line: Sequence[Sequence[Any]]) -> ChatLine | None:
        """Return a transformer for the first line of this kind, if there is one."""
        for line in tokens_by_line:
            tokens = [token for token in line if token.type not in {tokenize.INDENT, tokenize.DEDENT}]
            if _asks(tokens):
                return cls(tokens[0].start)
        return None


def _asks(tokens: Sequence[Any]) -> bool:
    strings = [token.string for token in tokens[:2]]
    if strings[:1] != ["%"] or strings[1:] == [] or strings[1] not in _TAKING_TEXT:
        return False
    (_, name), text = tokens[:2], tokens[2:]
    return bool(text) and text[0].start > name.end and bool(text[0].string.strip())

"""A ``%chat`` line that ends with a question mark is a question, not a call for help."""

from __future__ import annotations

import tokenize
from collections.abc import Sequence
from typing import Any

from IPython.core.inputtransformer2 import EscapedCommand

__all__ = ["ChatLine"]


class ChatLine(EscapedCommand):
    """Takes ``%chat`` lines before IPython looks for ``name?``, ``x = %magic`` and ``x = !command`` in them.

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
    if [token.string for token in tokens[:2]] != ["%", "chat"]:
        return False
    (_, name), text = tokens[:2], tokens[2:]
    return bool(text) and text[0].start > name.end and bool(text[0].string.strip())

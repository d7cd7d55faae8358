"""The ways in which one secret can be written."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus

__all__ = ["SHORTEST", "spellings", "telling_start"]

SHORTEST = 8
"""Characters below which a value is too common a word to be taken for a secret."""

_CUTTABLE = 24


def spellings(secret: str) -> set[str]:
    """Return the secret as it looks plain, quoted, escaped and encoded.

    URL-quoted, JSON, ``repr`` and HTML escaped, hexadecimal, and base64 by itself or anywhere
    inside a longer base64 text (as in an HTTP Basic header).
    """
    raw = secret.encode("utf-8", "surrogatepass")
    forms = {
        secret,
        quote(raw, safe=""),
        quote(raw),
        quote_plus(raw),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        repr(raw)[2:-1],
        html.escape(secret),
        html.escape(secret, quote=False),
        raw.hex(),
    }
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        forms.add(encode(raw).decode())
        forms.update(_inside(encode(bytes(shift) + raw).decode(), shift, len(raw)) for shift in range(3))
    return {form for form in forms if len(form) >= SHORTEST}


def _inside(encoded: str, shift: int, size: int) -> str:
    """Cut off the characters that also depend on the bytes before and after."""
    return encoded[-(-shift * 8 // 6) : (shift + size) * 8 // 6]


def telling_start(secret: str) -> str:
    """Return the shortest start of a secret that already gives it away.

    Tables and tracebacks cut long values, so half of a long key counts as the key. The first
    half of an address is often no secret at all; an address counts only whole.
    """
    if len(secret) < _CUTTABLE or "://" in secret:
        return secret
    return secret[: len(secret) // 2]

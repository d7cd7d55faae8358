"""Text out of bytes whose encoding nobody says."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

from workbench.errors import BadInput

__all__ = ["decode", "is_binary"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Written in the file itself: XML and CSS, HTML, Python and Emacs, TeX.
_DECLARED = re.compile(
    rb"""^<\?xml[^>]{0,80}encoding=["']([\w.-]+)|<meta[^>]{0,200}charset=["']?([\w.-]+)"""
    rb"""|^\s*(?:\#|%).{0,40}coding[:=]\s*([\w.-]+)|\\usepackage\[([\w-]+)\]\{inputenc\}""",
    re.IGNORECASE | re.MULTILINE,
)
_HEAD = 4096
_SAMPLE = 1 << 18
# At most this share of a text may be bytes that its encoding does not have.
_BROKEN = 0.001
_STRAY = 0.02
_CONTROLS = bytes(set(range(32)) - {7, 8, 9, 10, 11, 12, 13, 26, 27})
# Alphabets of one byte that differ in a few letters: what is alike goes to the most used.
_LATIN = (
    "cp1252", "cp1250", "iso8859_2", "iso8859_15", "iso8859_9", "cp1254", "cp1257", "iso8859_4", "iso8859_10",
    "iso8859_13", "iso8859_14", "iso8859_16", "iso8859_3", "latin_1", "cp775", "cp850", "cp437", "cp858",
    "mac_roman", "mac_latin2", "mac_iceland", "mac_turkish", "hp_roman8", "cp1258", "cp852", "cp863", "cp865",
)  # fmt: skip


def is_binary(head: bytes) -> bool:
    """Whether the first bytes of a file are those of no text.

    Parameters
    ----------
    head : bytes
        Some thousand of them.
    """
    if any(head.startswith(mark) for mark, _ in _MARKS) or _wide(head):
        return False
    if 0 in head:
        return True
    return len(head) - len(head.translate(None, _CONTROLS)) > _STRAY * len(head)


def decode(data: bytes) -> tuple[str, str, str]:
    """Return a text, the encoding that it was read by, and a sentence on what was lost or "".

    A byte order mark decides, then UTF-8 if it fits, then what the file says of itself, then what
    its bytes look like.

    Raises
    ------
    BadInput
        If the bytes are no text.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _lenient(data, name)
    if wide := _wide(data[:_HEAD]):
        return _lenient(data, wide)
    if 0 in data:
        raise BadInput("The file is binary: it holds zero bytes, which no text has.", "Export it as text.")
    try:
        return data.decode("utf-8"), "utf-8", ""
    except UnicodeDecodeError:
        return _guessed(data)


def _wide(head: bytes) -> str:
    """Name UTF-16 without a mark: every other byte of Western text is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half and not even and odd > half * 0.6:
        return "utf-16-le"
    if half and not odd and even > half * 0.6:
        return "utf-16-be"
    return ""


def _lenient(data: bytes, name: str) -> tuple[str, str, str]:
    text = data.decode(name, "replace")
    lost = text.count("\ufffd")
    return text, name, f"{lost:,} characters could not be read as {name}." if lost else ""


def _guessed(data: bytes) -> tuple[str, str, str]:
    text, _, note = _lenient(data, "utf-8")
    if text.count("\ufffd") <= _BROKEN * len(text) and _many_wide(text):
        return text, "utf-8", note
    declared = next((group for group in _said(data[:_HEAD]) if group), "")
    if declared and (read := _strict(data, declared)) is not None:
        return read, declared, ""
    name = _looks_like(data)
    if (read := _strict(data, name)) is not None:
        return read, name, ""
    return _lenient(data, name)


def _many_wide(text: str) -> bool:
    """Whether more characters beyond ASCII were read well than badly."""
    beyond = sum(character > "\x7f" for character in text)
    return beyond > 3 * text.count("\ufffd")


def _said(head: bytes) -> list[str]:
    found = _DECLARED.search(head)
    return [group.decode("ascii", "replace") for group in found.groups() if group] if found else []


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (LookupError, ValueError):
        return None


def _looks_like(data: bytes) -> str:
    from charset_normalizer import from_bytes

    sample = data[:_SAMPLE]
    names = [match.encoding for match in from_bytes(sample)]
    if not names:
        return "cp1252"
    return _western(sample, names) if names[0] in _LATIN else names[0]


def _western(sample: bytes, names: Sequence[str]) -> str:
    """Choose among alphabets of one byte the one that reads most bytes as letters."""
    known = [name for name in _LATIN if name in names or name == "cp1252"]
    return max(known, key=lambda name: _letters(sample, name))


def _letters(sample: bytes, name: str) -> int:
    text = sample.decode(name, "replace")
    # quotation marks, dashes and the euro sign stand for letters: they are what cp1252 adds
    usual = "\u2018\u2019\u201c\u201d\u201e\u2013\u2014\u2026\u20ac\u00b0\u00a7\u00ab\u00bb\u00a0"
    return sum((c.isalpha() or c in usual) - 2 * (c == "\ufffd") for c in text if c > "\x7f")

"""E-mail: who wrote to whom about what, and what they wrote."""

from __future__ import annotations

from collections.abc import Mapping
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import ClassVar

from workbench.errors import BadInput
from workbench.knowledge.document import Document
from workbench.knowledge.parsing.base import Limits
from workbench.knowledge.parsing.encodings import decode
from workbench.knowledge.parsing.formats.base import Builtin, broken, paragraphs
from workbench.knowledge.parsing.formats.html import write_html
from workbench.knowledge.parsing.writer import Writer, clean

__all__ = ["MailParser"]

_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_MOST_HEADER = 1_000
_MOST_PARTS = 1_000
# What email raises on messages that break its grammar is not all of its own errors.
_FAILURES = (MessageError, LookupError, ValueError, TypeError, AttributeError, IndexError)


class MailParser(Builtin):
    """Messages as files; attachments are named, not read."""

    name = "mail"
    reads_text = True
    file_types: ClassVar[Mapping[str, str]] = {"eml": "message/rfc822"}

    def parse(self, path: Path, filename: str, limits: Limits) -> Document:  # noqa: ARG002
        """Read a file; see `workbench.knowledge.parsing.Parser`."""
        try:
            message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        except RecursionError:
            raise _too_deep() from None
        except _FAILURES:
            raise broken("e-mail") from None
        if not message.keys():
            raise BadInput("The file is no e-mail: it has no header.", "Name it .txt if it is plain text.")
        writer = Writer(limits)
        try:
            _write(writer, message)
        except RecursionError:
            raise _too_deep() from None
        return writer.document()


def _too_deep() -> BadInput:
    return BadInput("The e-mail's parts are nested absurdly deep.", "Save the part that matters.")


def _write(writer: Writer, message: EmailMessage) -> None:
    headers = {name: header for name in _HEADERS if (header := _header(message, name))}
    writer.meta.update(title=headers.get("Subject", ""), authors=list(filter(None, [headers.get("From")])))
    writer.add("\n".join(f"{name}: {value}" for name, value in headers.items()))
    plain, rich, attached = _parts(message)
    for part in plain or rich:
        text = _content(part)
        if part.get_content_type() == "text/html":
            write_html(writer, text)
        else:
            writer.add_within(text.strip("\n"), paragraphs(text.strip("\n")))
    if attached:
        writer.note(f"Attached and not read: {', '.join(attached[:20])}{' ...' if attached[20:] else ''}.")


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(clean(str(message[name] or "")).split())[:_MOST_HEADER]
    except _FAILURES:
        return ""


def _parts(message: EmailMessage) -> tuple[list[EmailMessage], list[EmailMessage], list[str]]:
    """Return the plain bodies, the HTML ones, and the names of what is attached."""
    plain: list[EmailMessage] = []
    rich: list[EmailMessage] = []
    attached: list[str] = []
    for count, part in enumerate(message.walk()):
        if count == _MOST_PARTS:
            attached.append(f"all beyond its first {_MOST_PARTS:,} parts")
            break
        if not isinstance(part, EmailMessage) or part.is_multipart():
            continue
        name, kind = _filename(part), part.get_content_type()
        if name or part.get_content_maintype() != "text":
            attached.append(name or kind)
        else:
            (rich if kind == "text/html" else plain).append(part)
    return plain, rich, attached


def _filename(part: EmailMessage) -> str:
    try:
        return " ".join(clean(part.get_filename() or "").split())[:200]
    except _FAILURES:
        return "a file without a readable name"


def _content(part: EmailMessage) -> str:
    try:
        payload = part.get_payload(decode=True)
    except _FAILURES:
        return ""
    data = payload if isinstance(payload, bytes) else b""
    charset = part.get_param("charset")
    try:
        return clean(data.decode(charset if isinstance(charset, str) else "utf-8"))
    except (LookupError, ValueError):
        return clean(decode(data.replace(b"\0", b""))[0])

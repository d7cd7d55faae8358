"""Removing known secrets from text, JSON values, binary data and streams of text."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from workbench.security.matcher import Matcher, View
from workbench.security.sources import environment_mark, environment_secrets, named_secrets, settings_secrets
from workbench.security.spellings import SHORTEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from workbench.security.matcher import Span
    from workbench.settings import Settings

__all__ = ["MASK", "RedactedStream", "Redactor"]

MASK = "*" * 10


class Redactor:
    """Replaces every secret that it knows by ``**********``.

    A secret is found plain, URL-quoted, JSON, ``repr`` or HTML escaped, in hexadecimal, in
    base64 at any alignment, coloured in the middle, and, if it is 24 characters or longer, cut
    off after its first half. Values under 8 characters are left alone: they are common words.

    Parameters
    ----------
    secrets : mapping of str to str
        Secret values by name, such as `Settings.secrets` gives; of ``DATABASE_URL`` and
        ``REDIS_URL`` only the password is one.
    sources : sequence of callables
        Each returns further secret values; read now, whenever the environment has changed,
        and by `reload`.
    """

    def __init__(
        self, secrets: Mapping[str, str] | None = None, *, sources: Sequence[Callable[[], Iterable[str]]] = ()
    ) -> None:
        self._lock = threading.Lock()
        self._secrets: frozenset[str] = frozenset()
        self._matcher = Matcher(())
        self._sources = tuple(sources)
        self._mark = environment_mark()
        self.add(*named_secrets(secrets or {}))
        self.reload()

    @classmethod
    def from_settings(cls, settings: Settings) -> Redactor:
        """Know the secrets of the settings, their generated files, and the environment's keys."""
        return cls(sources=(lambda: settings_secrets(settings), environment_secrets))

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._secrets)} secrets>"

    @property
    def matcher(self) -> Matcher:
        """The search over all spellings of the secrets known now.

        Looks first whether the environment changed, in less than a microsecond: a key that a
        cell sets must not be printed by the same cell.
        """
        if self._sources:
            mark = environment_mark()
            if mark != self._mark:
                self.reload()
                self._mark = mark
        return self._matcher

    def add(self, *secrets: str) -> None:
        """Know further secrets from now on; values under 8 characters are ignored."""
        fresh = {secret.strip() for secret in secrets if len(secret.strip()) >= SHORTEST}
        with self._lock:
            if not fresh <= self._secrets:
                self._secrets |= fresh
                self._matcher = Matcher(self._secrets)

    def include(self, other: Redactor) -> None:
        """Know all that another redactor knows."""
        self.add(*other._secrets)

    def reload(self) -> None:
        """Read the sources again."""
        self.add(*(secret for source in self._sources for secret in source()))

    def text(self, text: str) -> str:
        """Return the text without secrets; the same object if it holds none."""
        return _clean(text, self.matcher)

    def data(self, data: bytes | bytearray | memoryview) -> bytes | bytearray | memoryview:
        """Return binary data with secrets overwritten in place of size; the same object if none."""
        plain = data if isinstance(data, bytes) else bytes(data)
        clean = self.matcher.mask_data(plain)
        return data if clean is plain else clean

    def value(self, value: Any) -> Any:
        """Return a JSON value with every string in it, keys too, cleaned."""
        return self._value(value, self.matcher)

    def _value(self, value: Any, matcher: Matcher) -> Any:
        if isinstance(value, str):
            return _clean(value, matcher)
        if isinstance(value, dict):
            return {self._value(key, matcher): self._value(item, matcher) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._value(item, matcher) for item in value]
        if isinstance(value, bytes | bytearray | memoryview):
            return self.data(value)
        return value

    def stream(self) -> RedactedStream:
        """Begin a text that comes in pieces."""
        return RedactedStream(self)


class RedactedStream:
    """Cleans a text that comes in pieces, wherever the pieces are cut.

    What might be the beginning of a secret is held back until the next piece decides. All
    that comes out, joined, is what `Redactor.text` makes of the whole.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._shown = ""
        self._held = ""

    @property
    def holding(self) -> bool:
        """Whether some text waits for what comes next."""
        return bool(self._held)

    @property
    def resting(self) -> bool:
        """Whether nothing that came can still matter."""
        return not self._held and not self._shown

    def feed(self, text: str) -> str:
        """Take the next piece; return what is settled, which may be nothing."""
        return self._advance(self._shown + self._held + text, everything=False)

    def release(self) -> str:
        """Return what is held, cleaned, because something else must be shown after it.

        It is remembered: should the rest of a secret follow, that rest is masked.
        """
        return self._advance(self._shown + self._held, everything=True)

    def _advance(self, whole: str, *, everything: bool) -> str:
        matcher, view, begin = self._redactor.matcher, View(whole), len(self._shown)
        spans = matcher.spans(view)
        settled = matcher.settled(view, spans)
        end = len(whole) if everything else max(begin, settled)
        self._shown, self._held = whole[settled:end], whole[end:]
        return _masked(whole, spans, begin, end)


def _clean(text: str, matcher: Matcher) -> str:
    if "\x1b" not in text and not matcher.finds(text):
        return text
    spans = matcher.spans(View(text))
    return _masked(text, spans, 0, len(text)) if spans else text


def _masked(text: str, spans: Iterable[Span], begin: int, end: int) -> str:
    """Return ``text[begin:end]`` with each span that reaches into it as one mask."""
    parts: list[str] = []
    for span in spans:
        if begin < span.end and max(span.start, begin) < end:
            parts += [text[begin : max(span.start, begin)], MASK]
            begin = span.end
    return "".join([*parts, text[begin:end]])

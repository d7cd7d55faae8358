"""Keeping secrets out of the record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from workbench.runs.record import Run

__all__ = ["Scrubber", "TextRedactor"]


class TextRedactor(Protocol):
    """What `workbench.security.Redactor` gives."""

    def text(self, text: str) -> str:
        """Return the text without secrets."""

    def value(self, value: Any) -> Any:
        """Return the JSON value without secrets."""


class Scrubber:
    """Takes every secret known to the settings out of a Run before it is stored."""

    def __init__(self, redactor: TextRedactor) -> None:
        self.redactor = redactor

    def value(self, value: Any) -> Any:
        """Return the JSON value without secrets."""
        return self.redactor.value(value)

    def label(self, text: str) -> str:
        """Return a name, a tag or a path without secrets, as valid Unicode."""
        return self.redactor.text(text.encode("utf-8", "replace").decode())

    def data(self, data: bytes, media_type: str) -> bytes:
        """Return the bytes, without secrets where they are text."""
        if not (media_type.startswith("text/") or media_type.endswith(("json", "xml"))):
            return data
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return data
        return self.redactor.text(text).encode()

    def run(self, run: Run) -> Run:
        """Return the Run without secrets."""
        return replace(
            run,
            output=self.value(run.output),
            chunks=self._chunks(run.chunks),
            error=self.value(run.error),
            parameters=self.value(run.parameters),
            metrics=self.value(run.metrics),
        )

    def _chunks(self, chunks: tuple[tuple[float, Any], ...]) -> tuple[tuple[float, Any], ...]:
        """Scrub each chunk, and all of them together: a secret may be cut by a border."""
        if chunks and all(isinstance(chunk, str) for _, chunk in chunks):
            whole = "".join(chunk for _, chunk in chunks)
            clean = self.redactor.text(whole)
            return chunks if clean == whole else ((chunks[-1][0], clean),)
        return tuple((at, self.value(chunk)) for at, chunk in chunks)

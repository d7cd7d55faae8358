"""An answer that is a file, to be saved by whoever asked."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from workbench.files import safe_filename

__all__ = ["PIECE", "Attachment"]

PIECE = 1 << 18
"""Bytes that are read, and sent, at a time."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file with its media type and name; a browser saves it and never shows it as a page.

    Parameters
    ----------
    content : bytes, Path or binary file
        It is sent in pieces and never held whole. An open file is closed when it was sent, so that a
        temporary one takes its bytes along.
    media_type : str
        What it is.
    filename : str
        What it is to be called; it may hold anything.
    """

    content: bytes | Path | IO[bytes]
    media_type: str
    filename: str

    def opened(self) -> IO[bytes]:
        """Return the content, open for reading."""
        if isinstance(self.content, Path):
            return self.content.open("rb")
        return io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content

    def headers(self, stream: IO[bytes]) -> dict[str, str]:
        """Return what tells a client of the file that was opened, which then stands at its beginning."""
        size = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        name = safe_filename(self.filename)
        # Old clients read the first one, all others the second; some take % for an escape in the first.
        plain = "".join(sign if sign.isascii() and sign != "%" else "_" for sign in name)
        names = f"filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
        return {
            "Content-Type": self.media_type,
            "Content-Length": str(size),
            "Content-Disposition": f"attachment; {names}",
            "X-Content-Type-Options": "nosniff",
        }

"""Pictures of text, by Tesseract where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from workbench.errors import BadInput
from workbench.knowledge.document import Document
from workbench.knowledge.parsing.base import Limits
from workbench.knowledge.parsing.formats.base import Builtin, broken, paragraphs
from workbench.knowledge.parsing.writer import Writer, clean

__all__ = ["ImageParser"]

_PROGRAM = "tesseract"


class ImageParser(Builtin):
    """Pictures; what is read in them is a guess, and the notes say so."""

    name = "image"
    file_types: ClassVar[Mapping[str, str]] = {
        "png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "tiff": "image/tiff",
        "webp": "image/webp", "bmp": "image/bmp",
    }  # fmt: skip

    def available(self) -> str | None:
        """Return None, or that Tesseract is missing."""
        if shutil.which(_PROGRAM):
            return None
        return "Text in pictures is read by Tesseract, which is not installed (apt install tesseract-ocr)."

    def parse(self, path: Path, filename: str, limits: Limits) -> Document:  # noqa: ARG002
        """Read a file; see `workbench.knowledge.parsing.Parser`."""
        command = [_PROGRAM, "stdin", "stdout"]
        with path.open("rb") as file:
            done = subprocess.run(
                command, stdin=file, capture_output=True, check=False, timeout=limits.seconds
            )
        if done.returncode:
            raise broken("picture")
        text = clean(done.stdout.decode("utf-8", "replace")).strip()
        if not text:
            raise BadInput("No text was found in the picture.", "A sharper or larger picture may help.")
        writer = Writer(limits)
        writer.page(1)
        writer.add_within(text, paragraphs(text))
        writer.note("The text was read from a picture and may hold errors.")
        return writer.document()

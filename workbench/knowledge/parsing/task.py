"""One parse, inside the process that may be killed for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

from workbench.errors import BadInput, WorkbenchError
from workbench.knowledge.document import Document
from workbench.knowledge.parsing import registry
from workbench.knowledge.parsing.base import Limits, Parsed
from workbench.knowledge.parsing.bounds import confine
from workbench.knowledge.parsing.handover import write_error, write_result
from workbench.knowledge.parsing.kinds import extension_of, recognised
from workbench.knowledge.parsing.writer import clean

__all__ = ["OUT_OF_MEMORY", "over_memory", "perform"]

OUT_OF_MEMORY = 97
_TOO_BIG = 27  # EFBIG


def over_memory(limits: Limits) -> BadInput:
    """Return the error of a parse that wanted more memory than it may have."""
    return BadInput(
        f"The file takes more than {limits.memory_mb:,} MB of memory to read.",
        "Split it, or save it in a simpler format.",
    )


def perform(source: int, sink: int, filename: str, limits: Limits) -> NoReturn:
    """Parse the open file ``source``, write the result or its error to ``sink``, and end the process."""
    code = OUT_OF_MEMORY
    try:
        confine(limits)
        code = _perform(source, sink, filename, limits)
    finally:
        os._exit(code)


def _perform(source: int, sink: int, filename: str, limits: Limits) -> int:
    with os.fdopen(sink, "wb") as out:
        try:
            write_result(out, _parsed(source, filename, limits), limits)
            out.flush()
        # what a parser raises on hostile bytes is anything, and Rust's panics are no Exception
        except BaseException as error:  # noqa: BLE001
            failure = _as_error(error, limits)
            out.seek(0)
            out.truncate()
            write_error(out, failure)
    return 0


def _parsed(source: int, filename: str, limits: Limits) -> Parsed:
    path = Path(f"/proc/self/fd/{source}")
    with path.open("rb") as file:
        kind = recognised(file, filename)
    parser = registry.parser_for(kind)
    if extension_of(filename) != kind.file_type:
        filename = f"{filename}.{kind.file_type}"
    document = parser.parse(path, filename, limits)
    _check(document, parser.name)
    return Parsed(document, parser.name, kind.media_type, kind.file_type)


def _check(document: Document, name: str) -> None:
    """Hold a parser from elsewhere to what everybody relies on."""
    if not document.text.strip():
        raise BadInput("The file holds no text.", "A picture of text needs OCR before it can be searched.")
    if clean(document.text) != document.text:
        raise BadInput(f"The parser {name!r} gave text with characters that cannot be stored.", "Report it.")
    for spans in (document.pages, document.blocks):
        at = 0
        for span in spans:
            if not at <= span.start <= span.end <= len(document.text):
                raise BadInput(f"The parser {name!r} gave pages or blocks out of order.", "Report it.")
            at = span.end


def _as_error(error: BaseException, limits: Limits) -> WorkbenchError:
    if isinstance(error, WorkbenchError):
        return error
    if isinstance(error, MemoryError):
        return over_memory(limits)
    if isinstance(error, RecursionError):
        return BadInput("The file is nested absurdly deep.", "Save it again in the program that wrote it.")
    if isinstance(error, OSError) and error.errno == _TOO_BIG:
        return BadInput("The file unpacks to more than may be written.", "Split it.")
    return BadInput(
        f"The file is damaged: reading it ended with {type(error).__name__}.", "Save or download it again."
    )

"""A Document through a file, without ever holding it twice."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any

from workbench.errors import BadInput, WorkbenchError, error_from_dict
from workbench.knowledge.document import Block, Document, Page
from workbench.knowledge.parsing.base import Limits, Parsed
from workbench.knowledge.parsing.packed import KINDS, PackedBlocks
from workbench.knowledge.parsing.writer import MOST_BLOCKS, too_long

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["read_result", "write_error", "write_result"]

_PIECE = 1 << 20
_MOST_HEADER = 64 << 20
_MOST_PAGES = 200_000
# A tuple is handier as long as it is small.
_FEW = 20_000


def write_error(out: IO[bytes], error: WorkbenchError) -> None:
    """Write what a parse ended with."""
    _write_header(out, {"error": error.to_dict()})


def write_result(out: IO[bytes], parsed: Parsed, limits: Limits) -> None:
    """Write what a parse gave.

    Raises
    ------
    BadInput
        If it is more than the limits allow.
    """
    import numpy as np

    document = parsed.document
    size = len(document.text) * (2 if any(_beyond(document.text)) else 1)
    if size > limits.characters:
        raise too_long(limits)
    if len(document.pages) > _MOST_PAGES or len(document.blocks) > MOST_BLOCKS:
        raise BadInput(f"The file has more than {_MOST_PAGES:,} pages.", "Split it.")
    header = {
        "parser": parsed.parser,
        "media_type": parsed.media_type,
        "file_type": parsed.file_type,
        "meta": document.meta,
        "pages": [[page.number, page.start, page.end, page.label] for page in document.pages],
        "blocks": len(document.blocks),
    }
    _write_header(out, header)
    spans = ((block.start, block.end) for block in document.blocks)
    out.write(np.fromiter(spans, dtype=np.dtype((np.uint32, 2)), count=len(document.blocks)).tobytes())
    kinds = ((KINDS.index(block.kind), block.level) for block in document.blocks)
    out.write(np.fromiter(kinds, dtype=np.dtype((np.uint8, 2)), count=len(document.blocks)).tobytes())
    for at in range(0, len(document.text), _PIECE):
        out.write(document.text[at : at + _PIECE].encode("utf-8"))


def _beyond(text: str) -> Iterator[bool]:
    """Tell by pieces whether a text has characters that take four bytes."""
    pieces = (text[at : at + _PIECE] for at in range(0, len(text), _PIECE))
    return (len(piece.encode("utf-16-le")) > 2 * len(piece) for piece in pieces)


def _write_header(out: IO[bytes], header: dict[str, Any]) -> None:
    body = json.dumps(header).encode("ascii")
    out.write(len(body).to_bytes(8, "little") + body)


def read_result(file: IO[bytes]) -> Parsed:
    """Read what `write_result` wrote, and believe none of it.

    Raises
    ------
    WorkbenchError
        What `write_error` wrote.
    ValueError
        If it is not whole or makes no sense.
    """
    size = int.from_bytes(_exactly(file, 8), "little")
    if size > _MOST_HEADER:
        raise ValueError("a header beyond its limit")
    header = json.loads(_exactly(file, size))
    if "error" in header:
        raise error_from_dict(header["error"])
    blocks = _blocks(file, min(int(header["blocks"]), MOST_BLOCKS))
    text = _text(file)
    pages = tuple(Page(int(n), int(a), int(b), str(label)) for n, a, b, label in header["pages"])
    _check([(page.start, page.end) for page in pages], len(text))
    if len(blocks) and blocks[-1].end > len(text):
        raise ValueError("a block beyond the text")
    document = Document(text, pages, blocks, dict(header["meta"]))
    return Parsed(document, str(header["parser"]), str(header["media_type"]), str(header["file_type"]))


def _exactly(file: IO[bytes], size: int) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise ValueError("a result that is cut off")
    return data


def _text(file: IO[bytes]) -> str:
    """Read the rest; CPython grows a string in place while nobody else holds it."""
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8")()
    text = ""
    while piece := file.read(_PIECE):
        text += decoder.decode(piece)
    return text + decoder.decode(b"", final=True)


def _blocks(file: IO[bytes], count: int) -> Sequence[Block]:
    import numpy as np

    spans = np.frombuffer(_exactly(file, 8 * count), np.uint32).reshape(-1, 2)
    kinds = np.frombuffer(_exactly(file, 2 * count), np.uint8).reshape(-1, 2)
    _check_spans(spans)
    if count and int(kinds[:, 0].max()) >= len(KINDS):
        raise ValueError("a kind of block that there is not")
    packed = PackedBlocks(spans, kinds)
    return tuple(packed) if count <= _FEW else packed


def _check_spans(spans: NDArray[np.uint32]) -> None:
    if bool((spans[:, 0] > spans[:, 1]).any()) or bool((spans[1:, 0] < spans[:-1, 1]).any()):
        raise ValueError("blocks out of order")


def _check(spans: list[tuple[int, int]], length: int) -> None:
    at = 0
    for start, end in spans:
        if not at <= start <= end <= length:
            raise ValueError("pages out of order")
        at = end

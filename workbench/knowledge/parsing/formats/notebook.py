"""Jupyter notebooks: a page is a cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from workbench.errors import BadInput
from workbench.knowledge.document import Document
from workbench.knowledge.parsing.base import Limits
from workbench.knowledge.parsing.formats.base import Builtin, read_text
from workbench.knowledge.parsing.formats.markdown import markdown_blocks
from workbench.knowledge.parsing.writer import Writer, clean

__all__ = ["NotebookParser"]

# Of each output: a training log says in its beginning what it is.
_MOST_OUTPUT = 4_000
_ANSI = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")


class NotebookParser(Builtin):
    """Notebooks of format 3 and 4; the text of outputs is kept, pictures are not."""

    name = "notebook"
    reads_text = True
    imports = ("orjson", "markdown_it")
    file_types: ClassVar[Mapping[str, str]] = {"ipynb": "application/x-ipynb+json"}

    def parse(self, path: Path, filename: str, limits: Limits) -> Document:  # noqa: ARG002
        """Read a file; see `workbench.knowledge.parsing.Parser`."""
        notebook = _loaded(path)
        writer = Writer(limits)
        cells = list(_cells(notebook))
        if not cells:
            raise BadInput("The file is JSON, but no notebook: it has no cells.", "Name it .json.")
        for number, cell in enumerate(cells, 1):
            if isinstance(cell, dict):
                _write_cell(writer, number, cell)
            else:
                writer.note(f"Cell {number} is damaged and was left out.")
        writer.meta["language"] = _language(notebook)
        return writer.document()


def _loaded(path: Path) -> dict[str, Any]:
    import orjson

    try:
        # outputs may hold pictures beyond any limit of text
        notebook = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        read_text(path, Limits())
        raise BadInput(f"The file is no notebook: {error}.", "Save it again in Jupyter.") from None
    if not isinstance(notebook, dict):
        raise BadInput("The file is JSON, but no notebook: it has no cells.", "Name it .json.")
    return notebook


def _cells(notebook: dict[str, Any]) -> Iterator[Any]:
    """Yield the cells; format 3 keeps them in worksheets."""
    for holder in [notebook, *_listed(notebook.get("worksheets"))]:
        if isinstance(holder, dict):
            yield from _listed(holder.get("cells"))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _joined(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "".join(part for part in _listed(value) if isinstance(part, str))


def _language(notebook: dict[str, Any]) -> str:
    meta = notebook.get("metadata")
    kernel = meta.get("kernelspec") if isinstance(meta, dict) else None
    language = kernel.get("language") if isinstance(kernel, dict) else None
    return language if isinstance(language, str) else ""


def _write_cell(writer: Writer, number: int, cell: dict[str, Any]) -> None:
    source = clean(_joined(cell.get("source", cell.get("input"))))
    kind, count = cell.get("cell_type"), cell.get("execution_count", cell.get("prompt_number"))
    writer.page(number, f"In [{count}]" if kind == "code" and isinstance(count, int) else "")
    if kind == "code":
        writer.add(source, "code")
        for output in _listed(cell.get("outputs")):
            writer.add(_output(output), "cell")
    elif kind == "heading" and isinstance(cell.get("level"), int):
        writer.add(source, "heading", cell["level"])
    else:
        writer.add_within(source, markdown_blocks(source))


def _output(output: Any) -> str:
    if not isinstance(output, dict):
        return ""
    data = output.get("data")
    text = _joined(output.get("text"))
    if isinstance(data, dict):
        text = _joined(data.get("text/markdown")) or _joined(data.get("text/plain")) or text
    if output.get("output_type") in {"error", "pyerr"}:
        text = f"{output.get('ename', '')}: {output.get('evalue', '')}"
    text = _ANSI.sub("", text[: 2 * _MOST_OUTPUT]).strip("\n")
    return text if len(text) <= _MOST_OUTPUT else f"{text[:_MOST_OUTPUT]} ..."

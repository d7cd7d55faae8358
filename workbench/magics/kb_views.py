"""Knowledge bases as tables; nothing in them differs in a replay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.files import format_file_size
from workbench.magics.table import Table
from workbench.wording import amount

__all__ = ["bases_table", "files_table", "stats_table", "told"]

_NUMBERS = frozenset({"files", "passages", "pages", "dimension"})


def told(base: Mapping[str, Any]) -> str:
    """Return one line on a base: its embedder and how large its passages are."""
    tokens = (base["settings"] or {}).get("chunk_tokens")
    return ", ".join([base["embedder"], *([f"passages of at most {tokens} tokens"] if tokens else [])])


def bases_table(bases: Sequence[Mapping[str, Any]]) -> Table:
    """Return the table of ``%kb list``."""
    rows = [
        [
            base["name"],
            f"{base['file_count']:,}",
            f"{base['total_chunks']:,}",
            base["embedder"] or "",
            base["status"],
            base["description"] or "",
        ]
        for base in bases
    ]
    note = "" if rows else "There is none yet: `%kb create NAME` makes one."
    columns = ("name", "files", "passages", "embedder", "status", "description")
    return Table(columns, rows, "Knowledge bases", note, _NUMBERS, "status")


def files_table(name: str, files: Sequence[Mapping[str, Any]]) -> Table:
    """Return the table of ``%kb files``."""
    rows = [
        [
            file["filename"],
            file["file_type"],
            file["status"],
            f"{file['pages']:,}" if file["pages"] else "",
            f"{file['chunks']:,}" if file["chunks"] else "",
            file["error"] or "",
        ]
        for file in files
    ]
    ready = sum(file["status"] == "ready" for file in files)
    note = f"{amount(ready, 'file')} ready"
    if waiting := sum(file["status"] != "ready" for file in files):
        note += f", {waiting:,} not: `%kb resume` tries again"
    columns = ("file", "type", "status", "pages", "passages", "why not")
    return Table(columns, rows, f"Files in {name}", note, _NUMBERS, "status")


def stats_table(stats: Mapping[str, Any]) -> Table:
    """Return the table of ``%kb stats``."""
    facts = {
        "files": f"{stats['file_count']:,}",
        "passages": f"{stats['total_chunks']:,}",
        "embedder": stats["embedder"],
        "numbers of a vector": f"{stats['dimension']:,}" if stats["dimension"] else "",
        "tokens of a passage": str((stats["settings"] or {}).get("chunk_tokens", "")),
        "index": stats["index"] or "none yet",
        "memory of the index": format_file_size(int(stats["memory_bytes"])),
        "status": stats["status"],
        "state": stats["state"][:16],
    }
    rows = [[name, text] for name, text in facts.items() if text]
    return Table(("what", "value"), rows, f"Knowledge base {stats['name']}")

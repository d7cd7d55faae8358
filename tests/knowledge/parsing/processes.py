"""The processes that parse, told from those that other tests of the same run have left open."""

from __future__ import annotations

import psutil


def parsers() -> list[psutil.Process]:
    """Return the process that files are read by, then its children."""
    return [child for child in psutil.Process().children(recursive=True) if _parses(child)]


def _parses(process: psutil.Process) -> bool:
    try:
        return "workbench.knowledge.parsing.child" in process.cmdline()
    except psutil.NoSuchProcess:
        return False

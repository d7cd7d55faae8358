"""Circuits to begin with, as they lie beside this module."""

from __future__ import annotations

from functools import cache
from pathlib import Path

__all__ = ["examples"]

_ORDER = ("bell", "ghz", "interference", "ansatz", "qaoa", "grover", "teleportation")


@cache
def examples() -> tuple[dict[str, str], ...]:
    """Return ``name``, ``title`` and ``source`` of each, the simplest first.

    The title is the text's first line, a comment.
    """
    folder = Path(__file__).parent / "circuit_examples"
    texts = {name: (folder / f"{name}.qasm").read_text(encoding="utf-8") for name in _ORDER}
    return tuple(
        {"name": name, "title": text.partition("\n")[0].removeprefix("//").strip(), "source": text}
        for name, text in texts.items()
    )

"""Opening a model of sentence-transformers without its progress bar."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["opened_quietly"]


def opened_quietly(folder: Path, device: str | None = None) -> Any:
    """Open the model in a folder, on the device that the library chooses if none is named."""
    import sentence_transformers

    with _no_progress_bar():
        return sentence_transformers.SentenceTransformer(str(folder), device=device, local_files_only=True)


@contextmanager
def _no_progress_bar() -> Iterator[None]:
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()

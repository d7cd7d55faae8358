"""What lies beside an index's files and says what they are; nothing is loaded that it does not vouch for."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.files import calculate_file_hash

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from workbench.knowledge.indexes.base import VectorSource

__all__ = ["Sidecar", "fsync_folder", "hashed", "read_sidecar", "write_sidecar"]

FORMAT = 1
"""Grows when an older version's files can no longer be read."""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The contents of a sidecar.

    Attributes
    ----------
    base_id, generation, dimension, fingerprint
        Of the source that the files were made from.
    metric : str
        What is measured: ``cosine`` or ``bm25``.
    revision : int
        Of the source, which the files stand at.
    files : dict
        The sha256 of every file, by its path in the folder.
    format : int
        Of this record and the files.
    """

    base_id: str
    generation: int
    dimension: int
    fingerprint: str
    metric: str
    revision: int
    files: dict[str, str]
    format: int = FORMAT

    @classmethod
    def of(cls, source: VectorSource, metric: str, revision: int, files: dict[str, str]) -> Sidecar:
        """Describe files that were made from a source."""
        return cls(
            source.base_id, source.generation, source.dimension, source.fingerprint, metric, revision, files
        )

    def belongs_to(self, source: VectorSource, metric: str) -> bool:
        """Whether the files were made from this source, and not from a later state of it."""
        return (
            Sidecar.of(source, metric, self.revision, self.files) == self
            and 0 < self.revision <= source.revision()
        )

    def intact(self, folder: Path, known: Mapping[str, str] | None = None) -> bool:
        """Whether every file has the bytes that it was written with.

        Parameters
        ----------
        folder : Path
            Where the files lie.
        known : mapping, optional
            Files that were checked before, like `files`; the same ones are not read again.
        """
        seen = known or {}
        try:
            return all(
                calculate_file_hash(folder / name, "sha256") == wanted
                for name, wanted in self.files.items()
                if seen.get(name) != wanted
            )
        except (WorkbenchError, OSError):
            return False


def read_sidecar(path: Path) -> Sidecar | None:
    """Return a sidecar, ``None`` where there is none that can be understood."""
    try:
        return Sidecar(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def write_sidecar(path: Path, sidecar: Sidecar) -> None:
    """Replace a sidecar in one step that outlives a power cut."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with temporary.open("w") as file:
        json.dump(asdict(sidecar), file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    fsync_folder(path.parent)


def hashed(path: Path) -> str:
    """Bring a file to the disk and return its sha256."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return calculate_file_hash(path, "sha256")


def fsync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

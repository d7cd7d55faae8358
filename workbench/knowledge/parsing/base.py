"""What every parser is, and the limits that it works within."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

from workbench.knowledge.document import Document

__all__ = ["FileKind", "Limits", "Parsed", "Parser"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one parse may use; beyond any of them it ends with one sentence.

    Attributes
    ----------
    seconds : float
        Wall time; twice as much processor time.
    memory_mb : int
        Private memory of the parse in MiB.
    characters : int
        Of text. A text with characters outside Unicode's basic plane counts double.
    """

    seconds: float = 120.0
    memory_mb: int = 1024
    characters: int = 24_000_000


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a file is.

    Attributes
    ----------
    file_type : str
        The usual extension of its format, such as ``pdf``.
    media_type : str
        Such as ``application/pdf``.
    """

    file_type: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's text and how it came about.

    Attributes
    ----------
    document : Document
        The text, its pages and blocks.
    parser : str
        Name of the parser.
    media_type, file_type : str
        As `FileKind` has them.
    """

    document: Document
    parser: str
    media_type: str
    file_type: str


@runtime_checkable
class Parser(Protocol):
    """Turns files of some types into text; found by the entry-point group ``workbench.parsers``.

    It is made without arguments and runs in a process of its own with limits, so it may fail,
    hang or crash; what it raises as `workbench.errors.BadInput` is shown as it stands.

    Attributes
    ----------
    name : str
        In the registry.
    version : str
        Grows whenever the same file may give another text.
    file_types : mapping of str to str
        Media type of each file type that it reads; a file type is a lower-case extension.
    reads_text : bool
        Whether its types are text whose name alone says what it means, such as ``csv``.
    imports : tuple of str
        Modules that the server of parses loads once for all; they may start no thread.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    file_types: ClassVar[Mapping[str, str]]
    reads_text: ClassVar[bool]
    imports: ClassVar[tuple[str, ...]]

    def available(self) -> str | None:
        """Return None, or one sentence on what is missing."""

    def parse(self, path: Path, filename: str, limits: Limits) -> Document:
        """Read a file.

        Parameters
        ----------
        path : Path
            Its bytes; the path says nothing of its name.
        filename : str
            What its owner calls it.
        limits : Limits
            To stop early instead of being stopped.

        Raises
        ------
        BadInput
            If there is no text in it, or it is not what it should be.
        """

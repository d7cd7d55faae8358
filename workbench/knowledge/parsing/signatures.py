"""What the first bytes of a file say that it is."""

from __future__ import annotations

import mmap
import struct
from typing import BinaryIO

from workbench.knowledge.parsing import containers
from workbench.knowledge.parsing.encodings import is_binary

__all__ = ["BINARY", "TEXT", "recognise"]

# Answers that are no file type of ours, but known well enough to be named.
TEXT = "text"
BINARY = "binary"
HEAD = 65_536

# From each format's own specification; the first that fits counts.
_SIGNATURES = (
    (0, b"{\\rtf", "rtf"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpg"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (0, b"II*\0", "tiff"),
    (0, b"MM\0*", "tiff"),
    (4, b"ftypqt", "mov"),
    (4, b"ftypM4A", "m4a"),
    (4, b"ftypheic", "heic"),
    (4, b"ftypavif", "avif"),
    (4, b"ftyp", "mp4"),
    (0, b"ID3", "mp3"),
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"\x1a\x45\xdf\xa3", "mkv"),
    (0, b"\x1f\x8b", "gz"),
    (0, b"BZh", "bz2"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"\x28\xb5\x2f\xfd", "zst"),
    (0, b"Rar!\x1a\x07", "rar"),
    (257, b"ustar", "tar"),
    (0, b"SQLite format 3\0", "sqlite"),
    (0, b"PAR1", "parquet"),
    (0, b"ARROW1", "arrow"),
    (0, b"\x89HDF\r\n\x1a\n", "h5"),
    (0, b"\x93NUMPY", "npy"),
    (0, b"GGUF", "gguf"),
    (0, b"\x7fELF", "elf"),
    (0, b"MZ", "exe"),
    (0, b"\xca\xfe\xba\xbe", "class"),
    (0, b"\0asm", "wasm"),
    (0, b"\0\0\1\0", "ico"),
    (0, b"wOFF", "woff"),
    (0, b"\0\1\0\0\0", "ttf"),
    (0, b"%!PS", "ps"),
)
_RIFF = {b"WEBP": "webp", b"WAVE": "wav", b"AVI ": "avi"}
_BITMAP = struct.Struct("<2sI4xI")


def recognise(file: BinaryIO) -> str:
    """Return the file type that a file's bytes show, `TEXT`, `BINARY`, or a word for a known binary.

    Parameters
    ----------
    file : binary file
        At its beginning; left anywhere.

    Raises
    ------
    BadInput
        For a container that is encrypted, cut off or absurd.
    """
    head = file.read(HEAD)
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        return containers.zip_type(file)
    if head.startswith(containers.COMPOUND):
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            return containers.compound_type(whole)
    return _by_head(head)


def _by_head(head: bytes) -> str:
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"RIFF") and head[8:12] in _RIFF:
        return _RIFF[head[8:12]]
    for offset, bytes_, found in _SIGNATURES:
        if head.startswith(bytes_, offset):
            return found
    if _is_bitmap(head):
        return "bmp"
    return BINARY if is_binary(head) else TEXT


def _is_bitmap(head: bytes) -> bool:
    """Two letters are not enough: many a text begins with BM."""
    if len(head) < _BITMAP.size:
        return False
    letters, size, offset = _BITMAP.unpack_from(head)
    return letters == b"BM" and offset < size and is_binary(head)

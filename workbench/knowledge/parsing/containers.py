"""ZIP and compound files: told apart by their parts, without unpacking what is too big."""

from __future__ import annotations

import io
import mmap
import re
import struct
import zipfile
import zlib
from typing import BinaryIO

from workbench.errors import BadInput
from workbench.knowledge.parsing.base import Limits

__all__ = ["COMPOUND", "check_size", "compound_type", "zip_type"]

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# The end-of-directory record of APPNOTE.TXT 4.3.16, which a comment of 64 KB may follow.
_END = struct.Struct("<4s4H2LH")
_TAIL = _END.size + 0xFFFF
_MOST_DIRECTORY = 16 << 20
_MOST_TYPES = 4 << 20
_MAIN = re.compile(
    rb"application/[\w.+-]*(wordprocessingml|presentationml|spreadsheetml|ms-word|ms-excel|ms-powerpoint)"
)
_OFFICE = {
    b"wordprocessingml": "docx",
    b"ms-word": "docx",
    b"presentationml": "pptx",
    b"ms-powerpoint": "pptx",
    b"spreadsheetml": "xlsx",
    b"ms-excel": "xlsx",
}
_MIMETYPES = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/epub+zip": "epub",
}
# A page of text packs 10 to 1, a sheet of equal cells 100 to 1.
_MOST_RATIO = 400
_SMALL = 64 << 20
_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("__properties_version1.0", "msg"),
)
_ENTRY = 128


def zip_type(file: BinaryIO) -> str:
    """Return which of the formats that are ZIP files inside this one is; ``zip`` if none.

    Raises
    ------
    BadInput
        If its directory is missing, which is what a file that was cut off looks like, or absurd.
    """
    _check_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            return _by_parts(archive)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, struct.error, NotImplementedError):
        raise _broken() from None
    except RuntimeError:
        raise BadInput("The file is encrypted.", "Save it without a password.") from None


def _broken() -> BadInput:
    return BadInput("The file is a damaged or cut off ZIP container.", "Save or download it again.")


def _check_directory(file: BinaryIO) -> None:
    """Refuse directories that would fill the memory before anything is unpacked."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size:
        raise _broken()
    if _END.unpack_from(tail, at)[5] > _MOST_DIRECTORY:
        raise BadInput("The file is a ZIP container with absurdly many parts.", "Unpack it first.")
    file.seek(0)


def _by_parts(archive: zipfile.ZipFile) -> str:
    names = set(archive.namelist())
    if "[Content_Types].xml" in names:
        info = archive.getinfo("[Content_Types].xml")
        if info.file_size > _MOST_TYPES:
            raise BadInput("The file's list of parts is absurdly long.", "Save it again.")
        found = _MAIN.search(_main_part(archive.read(info)))
        return _OFFICE[found.group(1)] if found else "zip"
    if "mimetype" in names and archive.getinfo("mimetype").file_size < _ENTRY:
        return _MIMETYPES.get(archive.read("mimetype").strip(), "zip")
    return "zip"


def _main_part(types: bytes) -> bytes:
    """Return the content type of the main part; a presentation may hold sheets and the other way round."""
    main = re.search(rb"ContentType=[\"']([^\"']+\.main\+xml)[\"']", types)
    return main.group(1) if main else types


def check_size(file: BinaryIO, limits: Limits) -> None:
    """Refuse a ZIP container that would unpack to more than a parse may hold.

    Raises
    ------
    BadInput
        If all its XML is more than half of the memory limit, or it is packed as no document is.
    """
    with zipfile.ZipFile(file) as archive:
        parts = [
            info
            for info in archive.infolist()
            if info.filename.endswith((".xml", ".rels", ".html", ".xhtml"))
        ]
    whole = sum(info.file_size for info in parts)
    packed = sum(info.compress_size for info in parts)
    if whole > limits.memory_mb << 19 or (whole > _SMALL and whole > _MOST_RATIO * packed):
        raise BadInput(
            f"The file unpacks from {packed >> 10:,} KB to {whole >> 20:,} MB, as no document does.",
            "If it is genuine, split it.",
        )


def compound_type(data: mmap.mmap) -> str:
    """Return what an OLE file holds: ``encrypted``, ``doc``, ``xls``, ``ppt``, ``msg`` or ``compound``.

    Parameters
    ----------
    data : mmap
        The whole file; its directory entries are 128 bytes long and begin with their names
        ([MS-CFB] 2.6.1).
    """
    for name, found in _STREAMS:
        wanted = name.encode("utf-16-le") + b"\0\0"
        at = data.find(wanted)
        while at >= 0:
            length = data[at + 64 : at + 66]
            if at % _ENTRY == 0 and length == len(wanted).to_bytes(2, "little"):
                return found
            at = data.find(wanted, at + 1)
    return "compound"

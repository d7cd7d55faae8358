"""A content-addressed store: bytes in, ``sha256:`` digest out.

An object is written to a temporary file, flushed to the disk and renamed to the name that its
content gives it, so it is there whole or not at all; every read checks the content again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import BadInput, Corrupted, NotFound

__all__ = ["ObjectStore", "Staged", "digest_of", "is_digest"]

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Staged:
    """Bytes that lie in the store's folder under a temporary name.

    Attributes
    ----------
    path : Path
        Where.
    digest : str
        Of the bytes.
    size : int
        How many there are.
    """

    path: Path
    digest: str
    size: int


def digest_of(data: bytes) -> str:
    """Return ``"sha256:"`` and the hexadecimal SHA-256 of the bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def is_digest(value: object) -> bool:
    """Whether the value can name an object."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


class ObjectStore:
    """A folder of objects named by their content.

    Parameters
    ----------
    folder : Path
        Made on first write.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Return where the object lies or would lie.

        Raises
        ------
        BadInput
            ``digest`` is not ``sha256:`` and 64 hexadecimal digits.
        """
        if not _DIGEST.fullmatch(digest):
            raise BadInput(f"{digest[:100]!r} is no object digest; expected sha256: and 64 hex digits.")
        name = digest.removeprefix("sha256:")
        return self.folder / name[:2] / name[2:]

    def put(self, data: bytes) -> str:
        """Store the bytes, if they are not there yet, and return their digest."""
        digest = digest_of(data)
        path = self.path(digest)
        with contextlib.suppress(FileNotFoundError):  # `remove` may take it between the two
            if self._sound(path, data):
                os.utime(path)  # its age protects it from `Runs.prune` until the Run that wants it is stored
                return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.parent / f".{os.getpid()}.{secrets.token_hex(8)}.part"
        try:
            _write(temporary, data)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        _flush_folder(path.parent)
        return digest

    def stage(self, read: Callable[[int], bytes], check: Callable[[int], None] = lambda _: None) -> Staged:
        """Copy a stream into the store's folder piece by piece, without making it an object yet.

        Parameters
        ----------
        read : callable
            Gives at most so many bytes of the stream, none at its end.
        check : callable
            Told how many bytes have come after each piece; what it raises leaves nothing behind.
        """
        folder = self.folder / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f".{os.getpid()}.{secrets.token_hex(8)}.part"
        hashed, size = hashlib.sha256(), 0
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                while piece := read(_PIECE):
                    size += len(piece)
                    check(size)
                    hashed.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Staged(path, f"sha256:{hashed.hexdigest()}", size)

    def keep(self, staged: Staged) -> None:
        """Make what was staged an object; where it is there already, that one is renewed."""
        path = self.path(staged.digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        staged.path.replace(path)
        _flush_folder(path.parent)

    def get(self, digest: str) -> bytes:
        """Return the object's bytes, checked against the digest.

        Raises
        ------
        NotFound
            No such object.
        Corrupted
            The bytes on disk are not the ones that were stored.
        """
        try:
            data = self.path(digest).read_bytes()
        except FileNotFoundError:
            raise NotFound(
                f"The object {digest} is not in the store.",
                "Import the bundle that holds it, or run the computation again.",
            ) from None
        if digest_of(data) != digest:
            raise Corrupted(
                f"The object {digest} was changed on disk after it was stored.",
                "Restore it from a bundle or a copy; `workbench runs verify` lists the Runs it belongs to.",
            )
        return data

    def __contains__(self, digest: str) -> bool:
        return self.path(digest).exists()

    def __iter__(self) -> Iterator[str]:
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            digest = f"sha256:{path.parent.name}{path.name}"
            if _DIGEST.fullmatch(digest):
                yield digest

    def remove(self, digest: str, *, before: float | None = None) -> None:
        """Delete the object if it is there, and was not put since ``before`` (seconds since 1970)."""
        path = self.path(digest)
        aside = path.with_name(f".{os.getpid()}.{secrets.token_hex(8)}.part")
        # A put that comes between looking and deleting finds nothing and writes it again.
        with contextlib.suppress(FileNotFoundError):
            path.replace(aside)
            if before is not None and aside.stat().st_mtime >= before:
                aside.replace(path)
            else:
                aside.unlink()

    def sweep(self) -> int:
        """Delete temporary files of writers that died; return how many.

        A file younger than an hour may still have its writer and stays.
        """
        before = time.time() - 3600
        old = [path for path in self.folder.glob("*/.*.part") if path.stat().st_mtime < before]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    @staticmethod
    def _sound(path: Path, data: bytes) -> bool:
        """Whether the object is already there; a damaged one is written again."""
        try:
            return path.stat().st_size == len(data) and path.read_bytes() == data
        except FileNotFoundError:
            return False


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

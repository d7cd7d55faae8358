"""Files made once and kept: written whole or not at all, and checked before they are read."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

__all__ = ["kept"]


def kept(file: Path, key: str, make: Callable[[], bytes]) -> bytes:
    """Return the file's bytes, made anew where it is not there, damaged, or of another key.

    Beside the file lies ``NAME.json`` with its key and sha256. Of several processes one makes it
    and the others wait. Where the folder cannot be written, nothing is kept.

    Parameters
    ----------
    file : Path
        Where it lies.
    key : str
        What it was made from; a file of another key is replaced.
    make : callable
        Returns its bytes.
    """
    content = _read(file, key)
    if content is not None:
        return content
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(file.with_suffix(".lock")):
            content = _read(file, key)
            return content if content is not None else _written(file, key, make())
    except OSError:
        return make()


def _sidecar(file: Path) -> Path:
    return file.with_suffix(".json")


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _read(file: Path, key: str) -> bytes | None:
    """Return the content if it is what its sidecar says."""
    try:
        told = json.loads(_sidecar(file).read_bytes())
        content = file.read_bytes()
    except (OSError, ValueError):
        return None
    return content if told == {"key": key, "digest": _digest(content)} else None


def _written(file: Path, key: str, content: bytes) -> bytes:
    _replace(file, content)
    _replace(_sidecar(file), json.dumps({"key": key, "digest": _digest(content)}).encode())
    return content


def _replace(file: Path, content: bytes) -> None:
    temporary = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with temporary.open("xb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)

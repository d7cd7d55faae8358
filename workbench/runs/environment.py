"""What a Run ran on: interpreter, platform, packages and the state of the working folder."""

from __future__ import annotations

import platform
import subprocess
import sys
import threading
import time
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from workbench.runs.canonical import canonical, sha256

__all__ = ["EnvironmentProbe"]

GIT_SECONDS = 30.0


class EnvironmentProbe:
    """Describes the environment, quickly after the first time.

    Packages are listed once per process; git is asked again when `GIT_SECONDS` have passed or the
    working folder changed, because a commit or an edit during a session matters.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._git: dict[str, Any] = {}
        self._asked: tuple[float, Path | None] = (0.0, None)
        self._current: tuple[str, str, dict[str, Any]] | None = None

    def current(self) -> tuple[str, str, dict[str, Any]]:
        """Return the digest, the canonical text and the description itself."""
        # One looks and the others wait: listing packages is work that threads only slow each other at.
        with self._lock:
            return self._looked()

    def _looked(self) -> tuple[str, str, dict[str, Any]]:
        folder = _here()
        asked, where = self._asked
        if self._current is None or folder != where or time.monotonic() - asked > GIT_SECONDS:
            git = _git(folder)
            if self._current is None or git != self._git:
                body = _base() | {"git": git}
                text = canonical(body)
                self._current = sha256(text), text, body
            self._git = git
            self._asked = time.monotonic(), folder
        return self._current


@cache
def _base() -> dict[str, Any]:
    found = {item.name.lower().replace("_", "-"): item.version for item in distributions() if item.name}
    packages = dict(sorted(found.items()))
    return {
        "python": platform.python_version(),
        "implementation": sys.implementation.name,
        "platform": platform.platform(),
        "machine": platform.machine(),
        "packages": packages,
        "lock": sha256(canonical(packages)),
    }


def _here() -> Path | None:
    try:
        return Path.cwd()
    except OSError:  # the working folder was deleted
        return None


def _git(folder: Path | None) -> dict[str, Any]:
    """Commit and dirty flag of the folder; empty outside a repository or without git."""
    if folder is None:
        return {}
    status = _ask(folder, "status", "--porcelain=v2", "--branch", "--untracked-files=no")
    if status is None:
        return {}
    lines = status.splitlines()
    commit = next((line.split()[-1] for line in lines if line.startswith("# branch.oid")), None)
    return {"commit": commit, "dirty": any(not line.startswith("#") for line in lines)}


def _ask(folder: Path, *words: str) -> str | None:
    command = ["git", "--no-optional-locks", "-C", str(folder), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout

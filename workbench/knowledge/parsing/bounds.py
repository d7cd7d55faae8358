"""What the kernel holds a parse to."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from contextlib import suppress

from workbench.knowledge.parsing.base import Limits

__all__ = ["confine", "die_with_parent", "safe_environment"]

# prctl(2)
_SET_DEATH_SIGNAL = 1
_NO_NEW_PRIVILEGES = 38
_KEPT = frozenset({
    "PATH", "TMPDIR", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "TESSDATA_PREFIX",
    "PYTHONPATH", "PYTHONHOME",
    "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "SYSTEMROOT",
})  # fmt: skip
# Libraries that would start a thread for each core before the first fork.
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
# Text in UTF-8 and what says where its blocks stand.
_BYTES_A_CHARACTER = 14
_FILES = 64
# What the interpreter and its libraries may reserve without using it.
_ADDRESSES = 4 << 30


def safe_environment() -> dict[str, str]:
    """Return this process's environment without anything that could be a secret."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("LC_")}
    return kept | dict.fromkeys(_ONE_THREAD, "1") | {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}


def die_with_parent(parent: int) -> None:
    """Have the kernel end this process as soon as its parent is gone."""
    libc = ctypes.CDLL(None)
    libc.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def confine(limits: Limits) -> None:
    """Limit processor time, memory, files and their size, for this process and its children."""
    ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    cpu = int(limits.seconds * 2) + 1
    memory = limits.memory_mb << 20
    # one byte, unlike none, also keeps a core from the handler that a pipe leads to
    _limit(resource.RLIMIT_CORE, 1, 1)
    _limit(resource.RLIMIT_CPU, cpu, cpu + 1)
    _limit(resource.RLIMIT_DATA, memory, memory)
    _limit(resource.RLIMIT_AS, memory + _ADDRESSES, memory + _ADDRESSES)
    _limit(resource.RLIMIT_FSIZE, *(2 * [limits.characters * _BYTES_A_CHARACTER + (64 << 20)]))
    _limit(resource.RLIMIT_NOFILE, _FILES, _FILES)


def _limit(kind: int, soft: int, hard: int) -> None:
    # an administrator's limit may be lower still
    with suppress(OSError, ValueError):
        most = resource.getrlimit(kind)[1]
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        resource.setrlimit(kind, (soft, hard))

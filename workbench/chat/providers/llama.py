"""How llama.cpp is opened.

Two choices make an answer depend on nothing but the request. The prompt is computed a token at
a time, exactly as answers are, so that what a token's state is does not depend on how much of
the prompt the cache already held; and flash attention is off, whose sums depend on the number
of threads. A prompt that is new is read at the speed of generation for it, and one whose
beginning was read before, such as the next turn of a conversation, costs its new tokens alone.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import Any

from workbench.errors import Corrupted, MissingExtra

__all__ = ["open_server"]

# Prompt tokens between two chances to stop.
_PROMPT_STEP = 8
# A Unix socket's address holds 107 bytes, and 92 on some systems.
_LONGEST_SOCKET_FOLDER = 60


def open_server(path: Path, context: int, threads: int) -> Any:
    """Open a model file and return `xllamacpp.Server`.

    Parameters
    ----------
    path : Path
        The GGUF file.
    context : int
        Most tokens of a conversation.
    threads : int
        To compute with.

    Raises
    ------
    Corrupted
        llama.cpp cannot open the file.
    MissingExtra
        It is not installed.
    """
    try:
        import xllamacpp
    except ModuleNotFoundError:
        raise MissingExtra(
            "Local models need xllamacpp, which is not installed.",
            "Run `pip install 'autogent-studio[local]'`.",
        ) from None
    folder = _socket_folder()
    try:
        return xllamacpp.Server(_parameters(xllamacpp, path, context, threads, folder))
    except RuntimeError:
        raise Corrupted(
            f"{path.name} cannot be opened: it is no whole GGUF file, of a model llama.cpp does not know, "
            "or larger than the free memory.",
            "Compare the file with its published checksum, and fetch it again.",
            details={"path": str(path)},
        ) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _socket_folder() -> str:
    folder = tempfile.mkdtemp(prefix="workbench-")
    if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER:
        return folder
    shutil.rmtree(folder)
    return tempfile.mkdtemp(prefix="workbench-", dir="/tmp")


def _parameters(xllamacpp: Any, path: Path, context: int, threads: int, folder: str) -> Any:
    given = xllamacpp.CommonParams()
    given.model.path = str(path)
    given.n_ctx = context
    given.n_parallel = 1
    given.cpuparams.n_threads = given.cpuparams_batch.n_threads = threads
    given.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    given.n_ubatch = 1
    given.n_batch = _PROMPT_STEP
    given.n_ctx_checkpoints = 0
    given.cache_ram_mib = 0
    given.warmup = False
    given.offline = True
    given.verbosity = -1
    # llama.cpp insists on listening: on a socket in a folder of ours that is removed at once, behind a key.
    given.hostnames = [f"{folder}/s.sock"]
    given.api_keys = [secrets.token_urlsafe(32)]
    given.n_threads_http = 1
    given.ui = False
    return given

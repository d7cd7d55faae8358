"""Cohere's, Google's and OpenAI's embeddings by their SDKs, against the stand-in."""

from __future__ import annotations

import re
import sys
from typing import Any

import numpy as np
import pytest

from tests.standin import KEYS, StandIn, fail, ok, slow
from tests.standin.protocols import cohere as cohere_protocol
from tests.standin.protocols import google as google_protocol
from tests.standin.protocols import openai as openai_protocol
from workbench.embedders import get_embedder
from workbench.embedders.estimate import MOST_TOKENS_OF_A_SPAN, estimated_spans
from workbench.errors import BadInput, MissingExtra, MissingKey, ProviderFailed, WorkbenchError
from workbench.settings import Settings, load_settings

NAMES = ("cohere", "google", "openai")
PROTOCOLS = {"cohere": cohere_protocol, "google": google_protocol, "openai": openai_protocol}
VECTORS = {"cohere": "float", "google": "values", "openai": "embedding"}


def roles_told(body: dict[str, Any]) -> Any:
    return body.get("input_type") or [request.get("taskType") for request in body.get("requests", ())]


@pytest.mark.parametrize(
    ("name", "role", "told"),
    [
        ("cohere", "passage", "search_document"),
        ("cohere", "query", "search_query"),
        ("google", "passage", ["RETRIEVAL_DOCUMENT"]),
        ("google", "query", ["RETRIEVAL_QUERY"]),
    ],
)
def test_the_role_is_told(server: StandIn, name: str, role: Any, told: Any):
    made: Any = get_embedder(name, load_settings(**server.settings(name)))
    made.embed(["Hello."], role=role)
    made.close()
    assert roles_told(server.asked(name)[-1].body) == told


def test_a_text_beyond_the_window_is_refused_not_cut(server: StandIn):
    made: Any = get_embedder("cohere", load_settings(**server.settings("cohere")))
    made.embed(["Hello."])
    made.close()
    assert server.asked("cohere")[-1].body["truncate"] == "NONE"


def test_tokens_are_counted(remote: Any):
    _, tokens = remote.embed_with_usage(["two words", "three more words"])
    # Google tells none, so that they are reckoned: a token for four characters.
    assert tokens == (7 if remote.name == "google" else 5)


@pytest.mark.parametrize("name", NAMES)
def test_the_key_is_sent_and_no_other(server: StandIn, monkeypatch: pytest.MonkeyPatch, name: str):
    variables = (
        "OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY", "CO_API_KEY",
        "COHERE_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY",
    )  # fmt: skip
    for variable in variables:
        monkeypatch.setenv(variable, "stray")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Stray: stray")
    made: Any = get_embedder(name, load_settings(**server.settings(name)))
    made.embed(["Hello."])
    made.close()
    headers = " ".join(server.asked(name)[0].headers.values())
    assert KEYS[name] in headers
    assert "stray" not in headers


def test_many_texts_take_several_requests(remote: Any, server: StandIn):
    texts = [f"text {number}" for number in range(2 * remote.most_texts + 1)]
    vectors = remote.embed(texts)
    assert len(server.asked(remote.name)) == 3
    np.testing.assert_allclose(vectors[-1], remote.embed(texts[-1:])[0], atol=1e-6)


def test_long_texts_are_kept_apart(settings: Settings):
    made: Any = get_embedder("openai", settings)
    assert [len(batch) for batch in made.batches(["x" * 200_000, "y" * 40_000, "z" * 40_000])] == [2, 1]
    assert [len(batch) for batch in made.batches(["x" * 900_000, "y"])] == [1, 1]


def test_a_model_that_is_not_listed_tells_its_dimension(server: StandIn):
    made = get_embedder("openai:gateway-large", load_settings(**server.settings("openai")))
    assert made.dimension == 3072
    assert made.fingerprint == "openai:gateway-large:3072"


@pytest.mark.parametrize("name", NAMES)
def test_without_a_key_it_says_which(settings: Settings, name: str):
    made = get_embedder(name, settings)
    variable = f"{name.upper()}_API_KEY"
    assert made.available() == f"{variable} is not set."
    with pytest.raises(MissingKey, match=rf"{variable}.*minilm"):
        made.embed(["Hello."])


@pytest.mark.parametrize("name", NAMES)
def test_without_the_sdk_it_says_what_to_install(server: StandIn, monkeypatch: pytest.MonkeyPatch, name: str):
    package = {"google": "google.genai"}.get(name, name)
    for loaded in [one for one in sys.modules if one == package or one.startswith(f"{package}.")]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, package, None)
    made = get_embedder(name, load_settings(**server.settings(name)))
    assert "autogent-studio[chat]" in (made.available() or "")
    with pytest.raises(MissingExtra, match=r"autogent-studio\[chat\]"):
        made.embed(["Hello."])


@pytest.mark.parametrize(
    ("behaviour", "kind", "words"),
    [
        (fail(401, "Incorrect API key provided: {key}."), ProviderFailed, "refused the key"),
        (fail(404, "The model does not exist"), BadInput, "has no model"),
        (fail(400, "Too long"), BadInput, "did not accept the request: Too long"),
        (fail(429, "Slow down", retry_after=9), ProviderFailed, "takes no more requests now: Slow down"),
        (fail(500, "Oh no"), ProviderFailed, r"failed \(500\): Oh no"),
    ],
    ids=["401", "404", "400", "429", "500"],
)
def test_what_the_provider_says_is_said_in_one_sentence(
    remote: Any, server: StandIn, behaviour: Any, kind: type[WorkbenchError], words: str
):
    message = behaviour.message.format(key=KEYS[remote.name])
    retry_after = behaviour.retry_after
    server.script(remote.name, [fail(behaviour.status, message, retry_after=retry_after)])
    with pytest.raises(kind, match=words) as caught:
        remote.embed(["Hello."])
    assert KEYS[remote.name] not in repr(caught.value)
    assert caught.value.__context__ is None
    assert caught.value.details["status"] == behaviour.status
    assert "\n" not in str(caught.value)


def test_it_is_asked_again_after_a_failure_that_passes(server: StandIn):
    for name in NAMES:
        made: Any = get_embedder(name, load_settings(**server.settings(name), workbench_retries=1))
        server.script(name, [fail(429, retry_after=0), ok()])
        assert made.embed(["Hello."]).shape[0] == 1
        made.close()


def test_a_silence_is_not_waited_out(server: StandIn):
    limits: dict[str, Any] = {"workbench_timeout": 0.2, "workbench_retries": 0}
    made = get_embedder("openai", load_settings(**server.settings("openai"), **limits))
    server.script("openai", [slow(2)])
    with pytest.raises(ProviderFailed, match=r"silent for more than 0\.2 seconds"):
        made.embed(["Hello."])


def test_nobody_there_is_one_sentence():
    nobody = {"openai_base_url": "http://127.0.0.1:9/v1", "openai_api_key": "sk-nobody-nobody"}
    made = get_embedder("openai", load_settings(**nobody, workbench_retries=0))
    with pytest.raises(ProviderFailed, match="could not be reached"):
        made.embed(["Hello."])


@pytest.fixture
def answering(remote: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lets the stand-in answer with these vectors, whatever it is asked."""

    def script(rows: list[Any]) -> Any:
        # Plain numbers, which OpenAI's SDK takes too, though it asks for packed ones.
        bodies = {
            "openai": {
                "object": "list",
                "model": "x",
                "data": [
                    {"object": "embedding", "index": at, "embedding": row} for at, row in enumerate(rows)
                ],
                "usage": {"prompt_tokens": 1, "total_tokens": 1},
            },
            "cohere": {
                "id": "1",
                "response_type": "embeddings_by_type",
                "embeddings": {"float": rows},
                "texts": [],
            },
            "google": {"embeddings": [{"values": row} for row in rows]},
        }
        monkeypatch.setattr(PROTOCOLS[remote.name], "other", lambda *_: bodies[remote.name])
        return remote

    return script


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "0 vectors for 2 texts|could not be read"),
        ([[0.1] * 5], "1 vectors for 2 texts"),
        ([[0.1] * 5, [0.1] * 4], "another length"),
        ([[0.1] * 5, [0.1] * 5], "another length"),
        ("zeros", "no directions"),
    ],
    ids=["none", "fewer", "uneven", "narrow", "zeros"],
)
def test_vectors_that_make_no_sense_are_refused(answering: Any, remote: Any, rows: Any, words: str):
    given = [[0.0] * remote.dimension] * 2 if rows == "zeros" else rows
    with pytest.raises(ProviderFailed, match=words):
        answering(given).embed(["one", "two"])


@pytest.mark.parametrize(
    "text", ["Plain words, here.", "naïve Überraschung", "语言模型", "🙂🙂 ok", "x" * 99]
)
def test_the_estimate_is_never_below_the_bytes(text: str):
    spans = estimated_spans(text)
    size = sum(len(word.encode()) for word in re.findall(r"\S+", text))
    assert size <= MOST_TOKENS_OF_A_SPAN * len(spans)

"""The remote providers against servers that were not written here.

``llmock`` speaks all four protocols and grades how a client takes its faults; ``xllamacpp`` is
the llama.cpp server with a real model behind OpenAI's and Anthropic's protocol.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workbench.chat.providers import make_provider
from workbench.chat.providers.base import ChatRequest, Completion
from workbench.errors import BadInput, ProviderFailed
from workbench.settings import load_settings

KEY = "sk-foreign-0123456789abcdef"
THEIR_NAMES = {"openai": "openai", "anthropic": "anthropic", "google": "gemini", "cohere": "cohere"}
EVERYONE = pytest.mark.parametrize("name", THEIR_NAMES)
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "people": {"type": "integer"}},
    "required": ["city", "people"],
}


# llmock's own web server says so when it starts.
pytestmark = pytest.mark.filterwarnings("ignore:websockets:DeprecationWarning")


def made(name: str, address: str, **settings: Any) -> Any:
    given = {f"{name}_base_url": address, f"{name}_api_key": KEY, "workbench_timeout": 30, **settings}
    return make_provider(name, load_settings(**given))


def ask(provider: Any, question: str = "What is the capital of France?", **options: Any) -> ChatRequest:
    options.setdefault("model", provider.default_model)
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": question}]
    return ChatRequest(messages, **options)


def streamed(provider: Any, request: ChatRequest) -> Completion:
    *deltas, last = provider.stream(request)
    assert isinstance(last, Completion)
    assert "".join(delta.text for delta in deltas) == last.content
    return last


@pytest.fixture
def provider(name: str, llmock: Any) -> Iterator[Any]:
    provider = made(name, llmock.base_url(THEIR_NAMES[name]), workbench_retries=2)
    yield provider
    provider.close()


@EVERYONE
def test_answers_and_streams(provider: Any, llmock: Any) -> None:
    llmock.reply("Paris is the capital of France.", times=2)
    for answer in (provider.complete(ask(provider)), streamed(provider, ask(provider))):
        assert answer.content == "Paris is the capital of France."
        assert answer.finish_reason == "stop"
        assert answer.usage.input_tokens > 0
        assert answer.usage.output_tokens > 0
    llmock.assert_resilient(strict=True)


@EVERYONE
def test_takes_every_option(provider: Any, llmock: Any) -> None:
    request = ask(provider, temperature=0.5, top_p=0.9, seed=7, stop=["END"], max_tokens=50)
    assert provider.complete(request).content
    assert streamed(provider, request).content


@pytest.mark.parametrize("name", ["openai", "google"])
def test_follows_a_json_schema(provider: Any) -> None:
    for answer in (
        provider.complete(ask(provider, json_schema=CITY)),
        streamed(provider, ask(provider, json_schema=CITY)),
    ):
        assert set(json.loads(answer.content)) == {"city", "people"}


@EVERYONE
def test_waits_as_long_as_it_is_asked_to(provider: Any, llmock: Any) -> None:
    llmock.rate_limit(times=2, retry_after=0.2)
    assert provider.complete(ask(provider)).content
    llmock.rate_limit(times=1, retry_after=0.2)
    assert streamed(provider, ask(provider)).content
    assert len(llmock.requests) == 5
    llmock.assert_resilient(strict=True)


@EVERYONE
def test_tries_again_when_the_provider_is_down(provider: Any, llmock: Any) -> None:
    llmock.fail(503)
    assert provider.complete(ask(provider)).content
    llmock.fail(500)
    assert streamed(provider, ask(provider)).content
    llmock.assert_resilient(strict=True)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
@EVERYONE
def test_does_not_repeat_what_cannot_succeed(provider: Any, llmock: Any, status: int) -> None:
    llmock.fail(status, message="No.", times=2)
    for call in (provider.complete, lambda request: list(provider.stream(request))):
        with pytest.raises((BadInput, ProviderFailed), match=r"No\.") as caught:
            call(ask(provider))
        assert caught.value.details["status"] == status
        assert KEY not in str(caught.value)
    assert len(llmock.requests) == 2
    llmock.assert_resilient(strict=True)


@pytest.mark.parametrize("fault", ["disconnect", "truncate", "corrupt"])
@EVERYONE
def test_a_stream_that_goes_wrong_is_no_answer(name: str, llmock: Any, fault: str) -> None:
    provider = made(name, llmock.base_url(THEIR_NAMES[name]), workbench_retries=0)
    getattr(llmock, fault)(after_chunks=3)
    with pytest.raises(ProviderFailed) as caught:
        streamed(provider, ask(provider))
    assert caught.value.__context__ is None
    provider.close()


def test_a_stream_that_breaks_before_its_first_word_is_asked_for_again(llmock: Any) -> None:
    provider = made("anthropic", llmock.base_url("anthropic"), workbench_retries=1)
    llmock.disconnect(after_chunks=1)
    assert streamed(provider, ask(provider)).content
    assert len(llmock.requests) == 2
    llmock.assert_resilient(strict=True)
    provider.close()


@EVERYONE
def test_a_stream_that_stalls_is_given_up(name: str, llmock: Any) -> None:
    provider = made(name, llmock.base_url(THEIR_NAMES[name]), workbench_timeout=0.4)
    llmock.stall(seconds=3)
    with pytest.raises(ProviderFailed, match=r"silent for more than 0\.4 seconds"):
        streamed(provider, ask(provider))
    provider.close()


@pytest.fixture(scope="module")
def llama(model_file: Path) -> Iterator[str]:
    """The address of a llama.cpp server with the embedded model."""
    xllamacpp = pytest.importorskip("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = str(model_file)
    params.n_ctx = 1024
    params.cpuparams.n_threads = 1
    params.warmup = False
    server = xllamacpp.Server(params)
    yield server.listening_address
    del server


@pytest.fixture
def real(name: str, llama: str) -> Iterator[Any]:
    provider = made(name, llama if name == "anthropic" else f"{llama}/v1")
    yield provider
    provider.close()


WITH_LLAMA = pytest.mark.parametrize("name", ["openai", "anthropic", "ollama"])


@WITH_LLAMA
def test_a_real_model_answers(real: Any) -> None:
    request = ask(real, temperature=0.0, max_tokens=24)
    for answer in (real.complete(request), streamed(real, request)):
        assert "Paris" in answer.content
        assert answer.finish_reason == "stop"
        assert 0 < answer.usage.output_tokens < 24
    # It has just read the same prompt, so nearly all of it lies in its cache.
    assert 0 < answer.usage.cached_tokens < answer.usage.input_tokens


@WITH_LLAMA
def test_a_real_model_stops_at_the_limit(real: Any) -> None:
    request = ask(real, "Tell me a story about a ship.", temperature=0.0, max_tokens=5)
    for answer in (real.complete(request), streamed(real, request)):
        assert answer.finish_reason == "length"
        assert answer.usage.output_tokens == 5


@pytest.mark.parametrize("name", ["openai", "ollama"])
def test_a_real_model_follows_a_json_schema(real: Any) -> None:
    request = ask(real, "Describe Paris as JSON.", temperature=0.0, max_tokens=80, json_schema=CITY)
    assert set(json.loads(real.complete(request).content)) == {"city", "people"}


@WITH_LLAMA
def test_a_real_server_refuses_too_long_a_prompt(real: Any) -> None:
    for call in (real.complete, lambda request: list(real.stream(request))):
        with pytest.raises(BadInput, match="exceeds the available context size"):
            call(ask(real, "word " * 3000, max_tokens=5))


@WITH_LLAMA
def test_a_real_model_can_be_stopped(real: Any) -> None:
    stream = real.stream(ask(real, "Count to one hundred.", max_tokens=500))
    next(stream)
    stream.close()
    assert "Paris" in real.complete(ask(real, temperature=0.0, max_tokens=24)).content

"""What every chat provider does alike: the remote ones against the stand-in, the local one for real."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.standin import KEYS, StandIn, fail, ok
from workbench.chat.providers import make_provider, resolve
from workbench.chat.providers.base import ChatRequest, Completion, Provider, TextDelta
from workbench.errors import BadInput, MissingModel, ProviderFailed, WorkbenchError
from workbench.settings import load_settings

REMOTE = ("openai", "anthropic", "google", "cohere", "ollama")
EVERYONE = (*REMOTE, "local")
REASONS = {"stop", "length", "content_filter", "tool_calls", "other"}
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string", "maxLength": 20}, "people": {"type": "integer"}},
    "required": ["city", "people"],
}


def cannot(name: str, reason: str, raises: type[BaseException] = AssertionError) -> Any:
    return pytest.param(name, marks=pytest.mark.xfail(raises=raises, strict=True, reason=reason))


def everyone(*unable: Any) -> Any:
    """Parametrise over the providers, with those replaced that cannot do what the test asks."""
    replaced = {param.values[0]: param for param in unable}
    return pytest.mark.parametrize("name", [replaced.get(name, name) for name in EVERYONE])


@pytest.fixture
def provider(name: str, server: StandIn, request: pytest.FixtureRequest) -> Iterator[Provider]:
    if name == "local":
        request.getfixturevalue("local_model")
        settings = load_settings(workbench_threads=1)
    else:
        settings = load_settings(**server.settings(name), workbench_timeout=10, workbench_retries=0)
    made = make_provider(name, settings)
    yield made
    close = getattr(made, "close", None)
    if close is not None:
        close()


def ask(provider: Provider, question: str = "Name a city.", **options: Any) -> ChatRequest:
    options.setdefault("max_tokens", 24)
    options.setdefault("model", provider.default_model)
    return ChatRequest(messages=[{"role": "user", "content": question}], **options)


def streamed(provider: Provider, request: ChatRequest) -> tuple[list[TextDelta], Completion]:
    *deltas, last = provider.stream(request)
    assert isinstance(last, Completion)
    assert all(isinstance(delta, TextDelta) for delta in deltas)
    return deltas, last  # type: ignore[return-value]


@everyone()
def test_says_what_it_is(provider: Provider, name: str) -> None:
    assert isinstance(provider, Provider)
    assert provider.name == name
    assert provider.available() is None
    assert provider.default_model in provider.models()
    assert provider.default_max_tokens > 0


@everyone()
def test_answers_in_one_piece(provider: Provider) -> None:
    answer = provider.complete(ask(provider))
    assert answer.content.strip()
    assert answer.finish_reason in REASONS
    assert answer.usage.input_tokens > 0
    assert answer.usage.output_tokens > 0
    assert answer.usage.total == answer.usage.input_tokens + answer.usage.output_tokens
    assert answer.model
    json.dumps(answer.details)


@everyone()
def test_streams_the_text_and_then_the_whole(provider: Provider) -> None:
    deltas, answer = streamed(provider, ask(provider))
    assert len(deltas) > 1
    assert "".join(delta.text for delta in deltas) == answer.content
    assert answer.finish_reason in REASONS
    assert answer.usage.input_tokens > 0
    assert answer.usage.output_tokens > 0


@everyone()
def test_takes_a_system_message_and_a_talk(provider: Provider) -> None:
    messages = [
        {"role": "system", "content": "You are brief."},
        {"role": "user", "content": "Hello."},
        {"role": "assistant", "content": "Hello!"},
        {"role": "user", "content": "Name a city."},
    ]
    request = ChatRequest(messages=messages, model=provider.default_model, max_tokens=16)
    assert provider.complete(request).content.strip()


@everyone()
def test_stops_at_the_limit(provider: Provider) -> None:
    request = ask(provider, "Count from one to a hundred in words.", max_tokens=3)
    for answer in (provider.complete(request), streamed(provider, request)[1]):
        assert answer.finish_reason == "length"
        assert 0 < len(answer.content.split()) <= 3


@everyone()
def test_stops_before_a_stop_text(provider: Provider) -> None:
    whole = provider.complete(ask(provider, temperature=0.0)).content
    word = whole.split()[1].strip(".,'")
    for answer in (
        provider.complete(ask(provider, temperature=0.0, stop=[word])),
        streamed(provider, ask(provider, temperature=0.0, stop=[word]))[1],
    ):
        assert word not in answer.content
        assert answer.finish_reason == "stop"


@everyone()
def test_follows_a_json_schema(provider: Provider) -> None:
    request = ask(provider, "Describe Paris as JSON.", json_schema=CITY, max_tokens=80, temperature=0.0)
    for answer in (provider.complete(request), streamed(provider, request)[1]):
        value = json.loads(answer.content)
        assert isinstance(value["city"], str)
        assert isinstance(value["people"], int)


@everyone()
def test_takes_every_option(provider: Provider) -> None:
    request = ask(provider, temperature=0.5, top_p=0.9, seed=7, stop=["\n\n\n"])
    assert provider.complete(request).content.strip()


@everyone()
def test_a_closed_stream_leaves_it_ready(provider: Provider) -> None:
    stream = provider.stream(ask(provider, max_tokens=200))
    assert isinstance(next(iter(stream)), TextDelta)
    stream.close()  # type: ignore[attr-defined]
    assert provider.complete(ask(provider)).content.strip()


@everyone()
def test_a_model_that_is_not_there(provider: Provider) -> None:
    request = ask(provider, model="no-such-model")
    for call in (provider.complete, lambda request: list(provider.stream(request))):
        with pytest.raises((BadInput, MissingModel), match="no-such-model"):
            call(request)


@everyone()
def test_reports_cached_tokens(provider: Provider) -> None:
    # The local model caches what it has just read, so it is asked the same again.
    provider.complete(ask(provider))
    for answer in (provider.complete(ask(provider)), streamed(provider, ask(provider))[1]):
        assert 0 < answer.usage.cached_tokens <= answer.usage.input_tokens


@everyone(
    cannot("google", "writes its cache of its own accord and reports only what it reads"),
    cannot("cohere", "reports only what is read from the cache"),
    cannot("local", "writes a cache that costs nothing"),
)
def test_reports_tokens_written_to_the_cache(provider: Provider) -> None:
    assert provider.complete(ask(provider)).usage.cache_write_tokens == 3


@everyone(
    cannot("cohere", "does not count its thoughts apart"),
    cannot("local", "does not think aloud"),
)
def test_reports_reasoning_tokens(provider: Provider) -> None:
    for answer in (provider.complete(ask(provider)), streamed(provider, ask(provider))[1]):
        assert answer.usage.reasoning_tokens == 2


@pytest.mark.parametrize("name", REMOTE)
def test_counts_every_token_once(provider: Provider, server: StandIn, name: str) -> None:
    for answer in (provider.complete(ask(provider)), streamed(provider, ask(provider))[1]):
        reply = server.asked(name)[-1].reply
        assert reply is not None
        assert (answer.usage.input_tokens, answer.usage.output_tokens) == (reply.read, reply.written)
        assert answer.usage.cached_tokens == reply.cached


@pytest.mark.parametrize("reason", ["stop", "length", "content_filter", "tool_calls"])
@pytest.mark.parametrize("name", REMOTE)
def test_finish_reasons_have_one_name(provider: Provider, server: StandIn, name: str, reason: str) -> None:
    server.script(name, [ok("Done.", finish=reason)] * 2)
    assert provider.complete(ask(provider)).finish_reason == reason
    assert streamed(provider, ask(provider))[1].finish_reason == reason


@pytest.mark.parametrize("name", REMOTE)
def test_no_tools_are_offered(provider: Provider, server: StandIn, name: str) -> None:
    provider.complete(ask(provider))
    assert not {"tools", "toolConfig", "tool_choice", "functions"} & set(server.asked(name)[0].body)


OPTIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "openai": lambda body: body | {"stop": body["stop"], "max": body["max_completion_tokens"]},
    "ollama": lambda body: body | {"stop": body["stop"], "max": body["max_tokens"]},
    "anthropic": lambda body: body | {"stop": body["stop_sequences"], "max": body["max_tokens"]},
    "cohere": lambda body: (
        body | {"top_p": body["p"], "stop": body["stop_sequences"], "max": body["max_tokens"]}
    ),
    "google": lambda body: (
        (config := body["generationConfig"])
        | {"top_p": config["topP"], "stop": config["stopSequences"], "max": config["maxOutputTokens"]}
    ),
}


@pytest.mark.parametrize("name", REMOTE)
def test_options_reach_the_wire(provider: Provider, server: StandIn, name: str) -> None:
    provider.complete(ask(provider, temperature=0.5, top_p=0.9, stop=["END"], max_tokens=12))
    sent = OPTIONS[name](server.asked(name)[0].body)
    assert (sent["temperature"], sent["top_p"], sent["stop"], sent["max"]) == (0.5, 0.9, ["END"], 12)


@pytest.mark.parametrize(
    "name", ["openai", cannot("anthropic", "takes no seed", KeyError), "google", "cohere", "ollama"]
)
def test_the_seed_reaches_the_wire(provider: Provider, server: StandIn, name: str) -> None:
    provider.complete(ask(provider, seed=7))
    body = server.asked(name)[0].body
    assert body.get("generationConfig", body)["seed"] == 7


@pytest.mark.parametrize(
    "name", ["openai", "anthropic", "google", "cohere", cannot("ollama", "its tokens cost nothing", KeyError)]
)
def test_a_limit_is_always_told(provider: Provider, server: StandIn, name: str) -> None:
    provider.complete(ask(provider, max_tokens=None))
    body = server.asked(name)[0].body.copy()
    body["stop_sequences"] = body["stop"] = body["p"] = None
    if config := body.get("generationConfig"):
        config |= {"topP": None, "stopSequences": None}
    assert OPTIONS[name](body)["max"] == provider.default_max_tokens


@pytest.mark.parametrize("name", REMOTE)
def test_the_key_and_no_other_is_sent(server: StandIn, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ambient = {
        "OPENAI_ORG_ID": "canary", "OPENAI_PROJECT_ID": "canary", "OPENAI_ADMIN_KEY": "canary",
        "OPENAI_CUSTOM_HEADERS": "X-Canary: canary", "ANTHROPIC_CUSTOM_HEADERS": "X-Canary: canary",
        "ANTHROPIC_AUTH_TOKEN": "canary", "ANTHROPIC_PROFILE": "canary", "GEMINI_API_KEY": "canary",
        "GOOGLE_GENAI_USE_VERTEXAI": "true", "GOOGLE_GENAI_USE_ENTERPRISE": "true",
        "GOOGLE_CLOUD_PROJECT": "canary", "GOOGLE_CLOUD_LOCATION": "canary",
        "GOOGLE_GENAI_API_VERSION": "canary", "GOOGLE_GENAI_CLIENT_MODE": "replay",
        "GOOGLE_GENAI_HTTP_CLIENT": "httpx", "GOOGLE_GEMINI_BASE_URL": "http://canary.invalid",
        "CO_API_KEY": "canary", "CO_API_URL": "http://canary.invalid",
        "OPENAI_API_KEY": "canary", "ANTHROPIC_API_KEY": "canary", "GOOGLE_API_KEY": "canary",
    }  # fmt: skip
    for variable, value in ambient.items():
        monkeypatch.setenv(variable, value)
    provider: Any = make_provider(name, load_settings(**server.settings(name)))
    provider.complete(ask(provider))
    list(provider.stream(ask(provider)))
    provider.close()
    for sent in server.asked(name):
        assert "canary" not in sent.path
        assert "canary" not in json.dumps(sent.body)
        values = " ".join(sent.headers.values()).replace(KEYS[name], "<the key>")
        assert "canary" not in values
        assert "<the key>" in values


@pytest.mark.parametrize("name", REMOTE)
def test_closing_a_stream_closes_the_response(provider: Provider, server: StandIn, name: str) -> None:
    server.script(name, [ok("word " * 5000, pace=0.002)])
    stream = provider.stream(ask(provider, max_tokens=None))
    assert next(iter(stream)) == TextDelta("word")
    stream.close()  # type: ignore[attr-defined]
    asked = server.asked(name)[0]
    assert asked.ended.wait(5)
    assert asked.abandoned


@pytest.mark.parametrize("name", REMOTE)
def test_it_can_be_closed_and_used_again(provider: Any, name: str) -> None:
    provider.complete(ask(provider))
    provider.close()
    provider.close()
    assert provider.complete(ask(provider)).content


@pytest.mark.parametrize("name", ["openai", "anthropic", "google", "cohere"])
def test_without_a_key_nothing_is_sent(server: StandIn, name: str) -> None:
    settings = load_settings(**{f"{name}_base_url": server.url(name)})
    provider = make_provider(name, settings)
    assert provider.available() == f"{name.upper()}_API_KEY is not set."
    for call in (provider.complete, lambda request: list(provider.stream(request))):
        with pytest.raises(WorkbenchError, match=f"{name.upper()}_API_KEY is not set") as caught:
            call(ask(provider))
        assert caught.value.code == "missing_key"
    assert not server.requests


def test_ollama_needs_no_key(server: StandIn) -> None:
    settings = load_settings(ollama_base_url=server.url("ollama"))
    provider: Any = make_provider("ollama", settings)
    assert provider.available() is None
    assert provider.complete(ask(provider)).content
    provider.close()


def test_the_provider_is_found_by_its_model(server: StandIn) -> None:
    settings = load_settings(**server.settings())
    name, model = resolve(None, "gpt-4o", settings)
    provider: Any = make_provider(name, settings)
    assert provider.complete(ask(provider, model=model)).model == "gpt-4o"
    provider.close()


@pytest.mark.parametrize("name", ["openai", "ollama"])
def test_a_spent_account_is_not_asked_again(server: StandIn, name: str) -> None:
    provider: Any = make_provider(name, load_settings(**server.settings(name), workbench_retries=2))
    server.script(name, [fail(429, "You exceeded your quota.", code="insufficient_quota")])
    with pytest.raises(ProviderFailed, match="billing"):
        provider.complete(ask(provider))
    provider.close()
    assert len(server.requests) == 1


def test_gemini_says_of_a_wrong_key_that_it_is_a_bad_request(server: StandIn) -> None:
    provider: Any = make_provider("google", load_settings(**server.settings("google")))
    server.script("google", [fail(400, "API key not valid.", code="API_KEY_INVALID")])
    with pytest.raises(ProviderFailed, match="refused the key in GOOGLE_API_KEY"):
        provider.complete(ask(provider))
    provider.close()


def test_a_prompt_that_gemini_blocks_is_an_answer_without_text() -> None:
    from google.genai.types import GenerateContentResponse

    from workbench.chat.providers.answers import Answer
    from workbench.chat.providers.google import _read

    blocked = GenerateContentResponse.model_validate({"promptFeedback": {"blockReason": "SAFETY"}})
    place = make_provider("google", load_settings()).place  # type: ignore[attr-defined]
    answer = Answer(place, "gemini-3.8-flash")
    assert _read(answer, blocked) == []
    assert answer.completion().finish_reason == "content_filter"

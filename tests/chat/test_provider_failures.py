"""What the remote providers say when something goes wrong, and what they try again."""

from __future__ import annotations

import email.utils
import json
import socket
import time
import traceback
from collections.abc import Iterable
from typing import Any

import pytest

from tests.standin import KEYS, Behaviour, StandIn, corrupt, cut, fail, ok, slow, stumble, truncate
from workbench.chat.providers import make_provider
from workbench.chat.providers.base import ChatRequest, TextDelta
from workbench.errors import BadInput, ProviderFailed, WorkbenchError
from workbench.settings import load_settings

REMOTE = ("openai", "anthropic", "google", "cohere", "ollama")
HOW = ("complete", "stream")

pytestmark = [pytest.mark.parametrize("name", REMOTE), pytest.mark.parametrize("how", HOW)]


class Case:
    """One provider and one way to call it."""

    def __init__(self, server: StandIn, name: str, how: str, **settings: Any) -> None:
        given = {"workbench_timeout": 10, "workbench_retries": 0, **server.settings(name), **settings}
        self.server, self.name, self.how = server, name, how
        self.provider: Any = make_provider(name, load_settings(**given))

    @property
    def asked(self) -> int:
        return len(self.server.asked(self.name))

    def call(self, *behaviours: Behaviour) -> Any:
        """Return the answer that the provider gives under these behaviours."""
        self.server.script(self.name, behaviours)
        request = ChatRequest([{"role": "user", "content": "Name a city."}], self.provider.default_model)
        try:
            if self.how == "complete":
                return self.provider.complete(request)
            return list(self.provider.stream(request))[-1]
        finally:
            self.provider.close()

    def failure(self, *behaviours: Behaviour) -> WorkbenchError:
        with pytest.raises(WorkbenchError) as caught:
            self.call(*behaviours)
        assert_clean(caught.value, KEYS.values())
        return caught.value


def assert_clean(failure: WorkbenchError, secrets: Iterable[str]) -> None:
    """Nothing of the SDK's exception, which holds the request, hangs on ours."""
    assert failure.__cause__ is None
    assert failure.__context__ is None
    told = "".join(traceback.format_exception(failure)) + json.dumps(failure.to_dict())
    assert not [secret for secret in secrets if secret in told]


def test_a_wrong_key(server: StandIn, name: str, how: str) -> None:
    key = "wrong-0123456789-secret"
    case = Case(server, name, how, workbench_retries=2, **{f"{name}_api_key": key})
    failure = case.failure()
    assert_clean(failure, [key])
    assert type(failure) is ProviderFailed
    assert f"{name.upper()}_API_KEY" in failure.message
    assert "The key ********** is not valid." in failure.message
    assert failure.details["status"] == 401
    assert case.asked == 1


def test_a_model_that_is_not_there(server: StandIn, name: str, how: str) -> None:
    case = Case(server, name, how, workbench_retries=2)
    failure = case.failure(fail(404, "It was retired.", code="model_not_found"))
    assert type(failure) is BadInput
    assert repr(case.provider.default_model) in failure.message
    assert "It was retired." in failure.message
    assert case.asked == 1


def test_a_wrong_address(server: StandIn, name: str, how: str) -> None:
    address = server.url(name).replace(f"/{name}", "/elsewhere")
    failure = Case(server, name, how, **{f"{name}_base_url": address}).failure()
    assert type(failure) is ProviderFailed
    assert f"{name.upper()}_BASE_URL" in failure.hint


def test_a_request_that_is_refused(server: StandIn, name: str, how: str) -> None:
    case = Case(server, name, how, workbench_retries=2)
    failure = case.failure(fail(400, "temperature is not supported"))
    assert type(failure) is BadInput
    assert failure.message.endswith("did not accept the request: temperature is not supported.")
    assert failure.details == {"provider": name, "model": case.provider.default_model, "status": 400}
    assert case.asked == 1


@pytest.mark.parametrize("status", [402, 403])
def test_a_request_that_is_not_allowed(server: StandIn, name: str, how: str, status: int) -> None:
    case = Case(server, name, how, workbench_retries=2)
    failure = case.failure(fail(status, "Not in your region."))
    assert type(failure) is ProviderFailed
    assert failure.message.endswith("does not allow this request: Not in your region.")
    assert f"{name.upper()}_API_KEY" in failure.hint
    assert failure.details["status"] == status
    assert case.asked == 1


def test_too_many_requests(server: StandIn, name: str, how: str) -> None:
    failure = Case(server, name, how).failure(fail(429, "Slow down.", retry_after=7))
    assert type(failure) is ProviderFailed
    assert failure.details["status"] == 429
    assert failure.details["retry_after"] == 7.0
    assert failure.hint == "Try again in 7 seconds."
    assert "Slow down." in failure.message


@pytest.mark.slow
def test_the_wait_that_was_asked_for_is_kept(server: StandIn, name: str, how: str) -> None:
    case = Case(server, name, how, workbench_retries=1)
    assert case.call(fail(429, retry_after=0.3)).content
    first, second = server.asked(name)
    assert second.at - first.at >= 0.3


def test_a_wait_may_be_a_date(server: StandIn, name: str, how: str) -> None:
    date = email.utils.formatdate(time.time() + 3600, usegmt=True)
    failure = Case(server, name, how).failure(fail(429, retry_after=date))
    assert 3500 < failure.details["retry_after"] <= 3600


def test_a_long_wait_fails_at_once(server: StandIn, name: str, how: str) -> None:
    case = Case(server, name, how, workbench_retries=2)
    assert case.failure(fail(429, retry_after=600)).details["retry_after"] == 600
    assert case.asked == 1


@pytest.mark.slow
def test_an_error_that_passes(server: StandIn, name: str, how: str) -> None:
    case = Case(server, name, how, workbench_retries=2)
    assert case.call(fail(500), fail(503, retry_after=0.01)).content
    assert case.asked == 3


def test_an_error_that_stays(server: StandIn, name: str, how: str) -> None:
    case = Case(server, name, how, workbench_retries=2)
    failure = case.failure(*[fail(503, "Out of order.", retry_after=0.01)] * 3)
    assert "failed (503): Out of order." in failure.message
    assert case.asked == 3


def test_a_connection_that_breaks(server: StandIn, name: str, how: str) -> None:
    failure = Case(server, name, how).failure(cut(after=2))
    assert type(failure) is ProviderFailed
    assert "broke before the answer ended" in failure.message


def test_a_truncated_answer_is_no_answer(server: StandIn, name: str, how: str) -> None:
    failure = Case(server, name, how).failure(truncate(after=2))
    assert type(failure) is ProviderFailed
    assert "stopped before the end" in failure.message
    assert failure.details["provider"] == name


def test_a_corrupt_answer_is_no_answer(server: StandIn, name: str, how: str) -> None:
    failure = Case(server, name, how).failure(corrupt(after=2))
    assert type(failure) is ProviderFailed
    assert "not valid JSON" in failure.message
    # What could not be read may be private, and stays out of the sentence.
    assert "Answer" not in failure.message


@pytest.mark.slow
def test_a_silence(server: StandIn, name: str, how: str) -> None:
    case = Case(server, name, how, workbench_timeout=0.3, workbench_retries=2)
    failure = case.failure(slow(30))
    assert type(failure) is ProviderFailed
    assert "silent for more than 0.3 seconds" in failure.message
    assert "WORKBENCH_TIMEOUT" in failure.hint
    assert case.asked == 1


@pytest.mark.slow
def test_a_slow_first_byte(server: StandIn, name: str, how: str) -> None:
    assert Case(server, name, how).call(slow(0.3)).content


def test_nobody_there(server: StandIn, name: str, how: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    address = f"http://user:pa55word@127.0.0.1:{port}"
    failure = Case(server, name, how, **{f"{name}_base_url": address}).failure()
    assert type(failure) is ProviderFailed
    assert f"could not be reached at http://127.0.0.1:{port}" in failure.message
    assert "pa55word" not in str(failure)


def test_what_came_before_the_break_was_passed_on(server: StandIn, name: str, how: str) -> None:
    case = Case(server, name, "stream", workbench_retries=2)
    server.script(name, [cut(after=3)])
    request = ChatRequest([{"role": "user", "content": "Name a city."}], case.provider.default_model)
    got: list[Any] = []
    with pytest.raises(ProviderFailed):
        got.extend(case.provider.stream(request))
    case.provider.close()
    assert len(got) == 3
    assert all(isinstance(item, TextDelta) for item in got)
    # An answer that has begun is never asked for twice.
    assert case.asked == 1


def test_an_error_within_the_stream(server: StandIn, name: str, how: str) -> None:
    failure = Case(server, name, how).failure(stumble(message="Too many people."))
    assert type(failure) is ProviderFailed
    assert "Too many people." in failure.message


def test_an_empty_answer_is_still_an_answer(server: StandIn, name: str, how: str) -> None:
    answer = Case(server, name, how).call(ok("", finish="content_filter"))
    assert (answer.content, answer.finish_reason) == ("", "content_filter")

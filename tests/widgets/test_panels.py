from __future__ import annotations

import logging

import pytest

from tests.standin.server import KEYS, StandIn
from tests.widgets.conftest import until
from workbench.errors import BadInput
from workbench.studio import Studio
from workbench.widgets import ChatWidget, RunsWidget
from workbench.widgets.failures import described
from workbench.wording import amount, duration, money


def asked(widget: ChatWidget, text: str) -> None:
    widget.act({"do": "send", "text": text})
    until(lambda: widget.messages and not widget.status["busy"])


@pytest.fixture
def chat(studio: Studio) -> ChatWidget:
    return ChatWidget(studio, provider="openai")


def test_the_static_form_follows_the_conversation(chat: ChatWidget) -> None:
    assert chat.static_html() == ""
    asked(chat, "What is <entropy>?")
    bundle = chat._repr_mimebundle_()
    assert "What is &lt;entropy&gt;?" in bundle["text/html"]
    assert "Answer 1 of" in bundle["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"] == "ChatWidget(session='What is <entropy>?', messages=2)"


def test_no_key_is_in_any_trait(chat: ChatWidget) -> None:
    asked(chat, f"my key is {KEYS['openai']}")
    assert KEYS["openai"] not in repr(chat.get_state())


def test_the_default_studio_serves_when_none_is_given(studio: Studio) -> None:
    assert ChatWidget().studio is studio
    assert RunsWidget().studio is studio


def test_layout_is_passed_on(studio: Studio) -> None:
    assert ChatWidget(studio, layout={"height": "80vh"}).layout.height == "80vh"


def test_runs_are_shown_and_stay_when_the_kernel_is_gone(studio: Studio) -> None:
    widget = RunsWidget(studio)
    assert "No Runs yet" in widget.static_html()
    studio.runs.execute("plot", {"what": "<b>"}, lambda _: 1, name="first")
    widget.act({"do": "refresh"})
    assert repr(widget) == "RunsWidget(1 Run)"
    assert "first" in widget.static_html()
    assert "<svg" in widget.static_html()


def test_messages_that_are_no_action_are_left_alone(chat: ChatWidget) -> None:
    chat._received(chat, ["do", "send"], [])
    chat._received(chat, {"do": "fly"}, [])
    assert chat.status["error"] is None


def test_what_is_shown_comes_from_this_machine(studio: Studio) -> None:
    for widget in (ChatWidget(studio), RunsWidget(studio)):
        for text in (widget._esm, widget._css):
            assert "://" not in text.replace("http://www.w3.org/2000/svg", "")


def test_a_chat_opens_on_the_named_session(studio: Studio, standin: StandIn) -> None:
    asked(ChatWidget(studio, session="Notes", provider="openai"), "hello")
    again = ChatWidget(studio, session="Notes")
    assert [message["role"] for message in again.messages] == ["user", "assistant"]


def test_words_for_amounts() -> None:
    assert [money(cost) for cost in (None, float("nan"), 0, 0.5, 0.00123, 1234.5)] == [
        "unknown", "unknown", "$0", "$0.50", "$0.0012", "$1,234.50",
    ]  # fmt: skip
    assert [amount(count, "token") for count in (0, 1, 2048)] == ["0 tokens", "1 token", "2,048 tokens"]
    assert [duration(seconds) for seconds in (None, 0.25, 3.14, 75, 7260)] == [
        "—", "250 ms", "3.1 s", "1 min 15 s", "2 h 1 min",
    ]  # fmt: skip


def test_only_the_workbench_s_own_errors_are_quoted(caplog: pytest.LogCaptureFixture) -> None:
    assert described(BadInput("Too hot.", "Cool it."))["hint"] == "Cool it."
    with caplog.at_level(logging.INFO):
        assert "secret" not in repr(described(RuntimeError("secret")))
    assert "action failed" in caplog.text

from __future__ import annotations

from typing import Any

import pytest

from tests.standin.behaviours import cut, fail, ok, slow
from tests.standin.server import KEYS, StandIn
from tests.widgets.conftest import until
from workbench.studio import Studio
from workbench.widgets.conversation import Conversation

LONG = " ".join(f"word{at}" for at in range(400))


class Reader:
    """Someone at the panel: keeps what was published."""

    def __init__(self, studio: Studio, **options: Any) -> None:
        self.events: list[dict[str, Any]] = []
        self.panel = Conversation(studio, self.events.append, provider="openai", **options)

    def do(self, action: str, **arguments: Any) -> None:
        self.panel.act({"do": action, **arguments})

    def ask(self, text: str) -> list[dict[str, Any]]:
        self.do("send", text=text)
        return self.settled()

    def settled(self) -> list[dict[str, Any]]:
        until(lambda: not self.panel.busy)
        return self.messages

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.panel.snapshot()["messages"]

    @property
    def status(self) -> dict[str, Any]:
        return self.panel.snapshot()["status"]

    def live(self) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == "live"]


@pytest.fixture
def reader(studio: Studio) -> Reader:
    return Reader(studio)


def test_an_answer_is_shown_priced_and_recorded(reader: Reader, studio: Studio) -> None:
    question, answer = reader.ask("What is **entropy**?")
    assert (question["role"], question["text"]) == ("user", "What is **entropy**?")
    assert answer["blocks"][0].startswith("<p>Answer 1 of")
    assert "token" in answer["note"]
    assert "$" in answer["note"]
    assert "token" in reader.status["totals"]
    assert studio.runs.frame(kind="chat").shape[0] == 1
    assert reader.status["title"] == "What is **entropy**?"


def test_text_is_seen_before_the_end(reader: Reader, standin: StandIn) -> None:
    standin.script("openai", [ok(LONG, pace=0.01)])
    reader.do("send", text="tell me")
    assert until(reader.live)
    assert reader.panel.busy
    assert [message["id"] for message in reader.messages] == ["pending", "live"]
    reader.do("stop")


def test_stop_frees_the_panel_at_once_and_keeps_what_came(
    reader: Reader, standin: StandIn, studio: Studio
) -> None:
    standin.script("openai", [ok(LONG, pace=0.01)])
    reader.do("send", text="tell me")
    until(reader.live)
    reader.do("stop")
    assert not reader.panel.busy
    assert reader.messages[-1]["note"].endswith("stopped")
    stored = until(lambda: reader.messages[-1]["status"] == "cancelled" and reader.messages)
    assert 0 < len(stored[-1]["text"]) < len(LONG)
    assert set(studio.runs.frame()["status"]) == {"cancelled"}


def test_a_silent_provider_is_left_at_once_and_the_next_question_goes(
    reader: Reader, standin: StandIn
) -> None:
    standin.script("openai", [slow(60)])
    reader.do("send", text="are you there")
    until(lambda: standin.asked("openai"))
    reader.do("stop")
    assert not reader.panel.busy
    assert "Answer" in reader.ask("and now")[-1]["text"]


def test_a_failure_is_one_sentence_and_the_question_comes_back(reader: Reader, standin: StandIn) -> None:
    standin.script("openai", [fail(429, "Rate limit reached.")])
    assert reader.ask("hello") == []
    error = reader.status["error"]
    assert "Rate limit reached" in error["message"]
    assert "Traceback" not in error["message"]
    assert {"type": "draft", "text": "hello"} in reader.events
    assert len(reader.ask("hello")) == 2
    assert reader.status["error"] is None


def test_a_cut_stream_is_told(reader: Reader, standin: StandIn) -> None:
    standin.script("openai", [cut(3)])
    reader.ask("hello")
    assert reader.status["error"]["code"] == "provider_failed"


def test_no_secret_is_shown(reader: Reader, standin: StandIn) -> None:
    standin.script(
        "openai", [ok(f"Your key is {KEYS['openai']}, keep it."), fail(401, f"Bad key {KEYS['openai']}.")]
    )
    reader.ask("what is my key?")
    reader.ask("and again?")
    assert KEYS["openai"] not in repr(reader.panel.snapshot())
    assert KEYS["openai"] not in repr(reader.events)


def test_retry_gives_another_answer(reader: Reader) -> None:
    first = reader.ask("hello")
    reader.do("retry", id=first[-1]["id"])
    second = reader.settled()
    assert len(second) == 2
    assert second[-1]["text"] != first[-1]["text"]


def test_edit_changes_the_question_and_drops_what_came_after(reader: Reader) -> None:
    reader.ask("one")
    messages = reader.ask("two")
    reader.do("edit", id=messages[0]["id"], text="uno")
    assert [message["text"] for message in reader.settled() if message["role"] == "user"] == ["uno"]


def test_an_edit_that_fails_can_be_tried_again(reader: Reader, standin: StandIn) -> None:
    messages = reader.ask("one")
    standin.script("openai", [fail(500, "Broken.")])
    reader.do("edit", id=messages[0]["id"], text="uno")
    assert [message["role"] for message in reader.settled()] == ["user"]
    assert reader.status["error"]
    reader.do("retry")
    assert [message["role"] for message in reader.settled()] == ["user", "assistant"]


def test_a_thumb_is_stored_and_taken_back(reader: Reader) -> None:
    answer = reader.ask("hello")[-1]
    reader.do("rate", id=answer["id"], rating=1)
    assert reader.messages[-1]["rating"] == 1
    reader.do("rate", id=answer["id"], rating=0)
    assert reader.messages[-1]["rating"] == 0


def test_sessions_are_made_named_switched_and_deleted(reader: Reader) -> None:
    reader.ask("first subject")
    first = reader.status["session"]
    reader.do("new")
    assert reader.messages == []
    reader.ask("second subject")
    second = reader.status["session"]
    titles = {each["id"]: each["title"] for each in reader.panel.snapshot()["sessions"]}
    assert titles == {first: "first subject", second: "second subject"}
    reader.do("open", id=first)
    assert reader.messages[0]["text"] == "first subject"
    reader.do("rename", id=first, title="Physics")
    assert reader.status["title"] == "Physics"
    reader.do("delete", id=first)
    assert reader.status["session"] is None
    assert [each["id"] for each in reader.panel.snapshot()["sessions"]] == [second]


def test_an_answer_goes_on_while_another_session_is_shown(reader: Reader, standin: StandIn) -> None:
    standin.script("openai", [ok(LONG, pace=0.005)])
    reader.do("send", text="long one")
    until(reader.live)
    session = reader.status["session"]
    reader.do("new")
    assert not reader.panel.busy
    assert [each["busy"] for each in reader.panel.snapshot()["sessions"]] == [True]
    reader.do("open", id=session)
    assert reader.panel.busy
    assert reader.live()[-1]["blocks"]
    assert reader.settled()[-1]["text"] == LONG


def test_deleting_a_session_stops_its_answer(reader: Reader, standin: StandIn) -> None:
    standin.script("openai", [ok(LONG, pace=0.01)])
    reader.do("send", text="long one")
    until(reader.live)
    reader.do("delete", id=reader.status["session"])
    assert reader.status["session"] is None
    assert reader.status["error"] is None
    assert until(lambda: standin.asked("openai")[0].abandoned)


def test_the_model_of_a_session_is_kept(reader: Reader, studio: Studio) -> None:
    reader.ask("hello")
    reader.do("choose", provider="openai", model="gpt-4o-mini")
    assert reader.status["choice"]["model"] == "gpt-4o-mini"
    again = Conversation(studio, lambda _: None, session=reader.status["session"])
    assert again.snapshot()["status"]["choice"] == {"provider": "openai", "model": "gpt-4o-mini"}


def test_models_that_cannot_be_used_say_why(reader: Reader) -> None:
    models = reader.panel.snapshot()["models"]
    anthropic = [each for each in models if each["provider"] == "anthropic"]
    assert anthropic
    assert all(not each["available"] and each["reason"] for each in anthropic)


def test_a_session_is_opened_by_title_or_made(studio: Studio) -> None:
    Reader(studio, session="Reading group").ask("hello")
    again = Reader(studio, session="Reading group")
    assert [message["role"] for message in again.messages] == ["user", "assistant"]
    assert len(again.panel.snapshot()["sessions"]) == 1


def test_the_system_prompt_goes_along(studio: Studio, standin: StandIn) -> None:
    Reader(studio, system_prompt="Answer in Latin.").ask("hello")
    first = standin.asked("openai")[0].body["messages"][0]
    assert first["content"] == "Answer in Latin."


@pytest.mark.parametrize(
    "action",
    [
        {"do": "send"},
        {"do": "send", "text": 7},
        {"do": "open", "id": "nobody's"},
        {"do": "retry"},
        {"do": "rate", "id": "x", "rating": 9},
        {"do": "rename", "id": "x", "title": ""},
        {"do": "_load", "session_id": "x"},
        {"do": None},
        {},
    ],
)
def test_nonsense_from_the_browser_raises_nothing(reader: Reader, action: dict[str, Any]) -> None:
    reader.panel.act(action)
    assert "Traceback" not in repr(reader.status["error"])
    reader.do("dismiss")
    assert reader.status["error"] is None


def test_a_second_question_waits_for_the_first(reader: Reader, standin: StandIn) -> None:
    standin.script("openai", [ok(LONG, pace=0.01)])
    reader.do("send", text="one")
    reader.do("send", text="two")
    assert "still on its way" in reader.status["error"]["message"]
    reader.do("stop")


def test_a_database_that_fails_is_told(
    reader: Reader, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.close()
    monkeypatch.setattr(studio.chat.sessions, "database", None)
    error = reader.panel.snapshot()["status"]["error"]
    assert "Something went wrong" in error["message"]

"""Conversations: what is stored, what is sent, what is refused."""

from __future__ import annotations

import pytest

from tests.chat import pages
from tests.standin.behaviours import fail
from workbench.errors import BadInput, NotFound, ProviderFailed
from workbench.settings import load_settings
from workbench.storage import User
from workbench.studio import Studio, use


@pytest.fixture
def studio(server):
    studio = Studio(load_settings(workbench_retries=0, **server.settings("openai")))
    use(studio)
    yield studio
    studio.close()


@pytest.fixture
def session(studio):
    return studio.chat.create_session(studio.user_id, model="gpt-4o", system_prompt="Be brief.")


def roles(studio, session):
    return [message["role"] for message in studio.chat.get_session(session, studio.user_id)["messages"]]


def test_a_conversation_is_sent_whole_and_in_order(studio, server, session):
    studio.chat.chat_completion(session, "One?")
    studio.chat.chat_completion(session, "Two?")
    sent = server.asked("openai")[-1].body["messages"]
    assert [item["role"] for item in sent] == ["system", "user", "assistant", "user"]
    assert (sent[0]["content"], sent[1]["content"], sent[3]["content"]) == ("Be brief.", "One?", "Two?")
    data = studio.chat.get_session(session, studio.user_id)
    assert data["title"] == "One?"
    assert data["cost"] == pytest.approx(sum(message["cost"] for message in data["messages"]))
    assert data["tokens_used"] > 0


def test_a_failed_call_leaves_the_session_as_it_was(studio, server, session):
    studio.chat.chat_completion(session, "One?")
    before = studio.chat.get_session(session, studio.user_id)
    server.script("openai", [fail(500)])
    with pytest.raises(ProviderFailed):
        studio.chat.chat_completion(session, "Two?")
    assert studio.chat.get_session(session, studio.user_id) == before


def test_a_stopped_answer_is_kept_and_marked(studio, session):
    stream = studio.chat.stream(session, "One?")
    first = next(stream)["content"]
    stream.close()
    question, answer = studio.chat.get_session(session, studio.user_id)["messages"]
    assert (question["content"], answer["content"]) == ("One?", first)
    assert answer["metadata"]["status"] == "cancelled"
    assert studio.runs.get(answer["metadata"]["run_id"]).status == "cancelled"
    assert list(studio.chat.stream(session, "Go on"))[-1]["done"]


def test_retry_answers_the_same_question_again(studio, session):
    first = studio.chat.chat_completion(session, "One?")
    studio.chat.chat_completion(session, "Two?")
    studio.chat.retry(session, studio.user_id, first["message_id"])
    assert roles(studio, session) == ["user"]
    *_, last = studio.chat.stream(session, None)
    assert roles(studio, session) == ["user", "assistant"]
    assert last["user_message_id"] is None and last["message_id"] != first["message_id"]


def test_edit_changes_the_question_and_drops_what_followed(studio, server, session):
    first = studio.chat.chat_completion(session, "One?")
    studio.chat.edit(session, studio.user_id, first["user_message_id"], "Uno?")
    studio.chat.chat_completion(session, None)
    assert server.asked("openai")[-1].body["messages"][-1]["content"] == "Uno?"
    assert roles(studio, session) == ["user", "assistant"]


def test_ratings_are_stored_changed_and_taken_back(studio, session):
    answer = studio.chat.chat_completion(session, "One?")
    for value in (1, -1, 0):
        studio.chat.rate(answer["message_id"], studio.user_id, value)
        assert studio.chat.get_session(session, studio.user_id)["messages"][1]["rating"] == value
    with pytest.raises(BadInput, match="rating is 5"):
        studio.chat.rate(answer["message_id"], studio.user_id, 5)
    with pytest.raises(NotFound):
        studio.chat.rate(answer["user_message_id"], studio.user_id, 1)


def test_sessions_page_from_the_last_used_on(studio):
    ids = [studio.chat.create_session(studio.user_id, f"s{number}") for number in range(5)]
    studio.chat.add_message(ids[0], "user", "Hello")
    wanted = [ids[0], *reversed(ids[1:])]
    first = studio.chat.list_sessions(studio.user_id, limit=2)
    rest = studio.chat.list_sessions(studio.user_id, limit=10, cursor=first[-1]["id"])
    assert [item["id"] for item in first + rest] == wanted


def test_pages_hold_each_conversation_once_as_it_is(studio):
    pages.hold_each_conversation_once_as_it_is(studio)


def test_another_users_session_does_not_exist(studio, session):
    with studio.database.begin() as sql:
        sql.add(User(id="other", email="o@x", username="other"))
    for call in (
        lambda: studio.chat.get_session(session, "other"),
        lambda: studio.chat.delete_session(session, "other"),
        lambda: studio.chat.rename_session(session, "other", "mine"),
        lambda: studio.chat.edit(session, "other", "x", "y"),
    ):
        with pytest.raises(NotFound, match="There is no chat session"):
            call()
    assert studio.chat.list_sessions("other") == []


def test_rename_model_and_delete(studio, session):
    answer = studio.chat.chat_completion(session, "One?")
    studio.chat.rate(answer["message_id"], studio.user_id, 1)
    studio.chat.rename_session(session, studio.user_id, "Renamed")
    studio.chat.set_model(session, studio.user_id, "claude-sonnet-5-5")
    data = studio.chat.get_session(session, studio.user_id)
    assert (data["title"], data["model_provider"]) == ("Renamed", "anthropic")
    studio.chat.delete_session(session, studio.user_id)
    with pytest.raises(NotFound):
        studio.chat.get_session(session, studio.user_id)
    assert studio.runs.get(answer["run_id"]).status == "finished"


@pytest.mark.parametrize(
    ("role", "content", "words"),
    [("robot", "x", "The role is 'robot'"), ("user", " ", "The content is empty")],
)
def test_bad_messages_are_refused(studio, session, role, content, words):
    with pytest.raises(BadInput, match=words):
        studio.chat.add_message(session, role, content)
    with pytest.raises(BadInput, match="message is empty"):
        studio.chat.chat_completion(session, " ")
    assert roles(studio, session) == []


def test_an_unknown_price_stays_unknown_in_the_session(studio, session):
    studio.chat.chat_completion(session, "One?", "openai:model-of-tomorrow")
    data = studio.chat.get_session(session, studio.user_id)
    assert (data["messages"][1]["cost"], data["unknown_cost"]) == (None, 1)


def test_a_session_for_nobody_is_refused(studio):
    with pytest.raises(NotFound, match="There is no user 'nobody'"):
        studio.chat.create_session("nobody")


def test_stopping_an_answer_that_comes_from_the_record_keeps_what_was_shown(studio, session):
    shown = [chunk["content"] for chunk in studio.chat.stream(session, "One?")]
    assert len(shown) > 2
    again = studio.chat.create_session(studio.user_id, model="gpt-4o", system_prompt="Be brief.")
    studio.runs.begin_execution()
    with studio.runs.replay("strict"):
        stream = studio.chat.stream(again, "One?")
        first = next(stream)["content"]
        stream.close()
    answer = studio.chat.get_session(again, studio.user_id)["messages"][-1]
    assert answer["content"] == first
    assert answer["metadata"] == {"status": "cancelled", "user_id": studio.user_id}


def test_an_interrupt_before_the_answer_begins_stores_nothing(studio, session, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    stream = studio.chat.stream(session, "One?")
    next(stream)
    stream.close()
    before = studio.chat.get_session(session, studio.user_id)
    monkeypatch.setattr(studio.runs, "_plan", interrupt)
    with pytest.raises(KeyboardInterrupt):
        next(studio.chat.stream(session, "Two?"))
    assert studio.chat.get_session(session, studio.user_id) == before


def test_no_secret_enters_a_conversation(studio):
    secret = studio.settings.secret("openai_api_key")
    session = studio.chat.create_session(
        studio.user_id, f"About {secret}", "gpt-4o", system_prompt=f"Use {secret}."
    )
    studio.chat.chat_completion(session, f"Is {secret} a good key?")
    studio.chat.add_message(session, "user", f"And {secret}?")
    studio.chat.rename_session(session, studio.user_id, f"Keys such as {secret}")
    question = studio.chat.get_session(session, studio.user_id)["messages"][0]
    studio.chat.edit(session, studio.user_id, question["id"], f"Once more: {secret}")
    studio.database.close()
    stored = b"".join(path.read_bytes() for path in studio.settings.home.glob("workbench.db*"))
    assert secret.encode() not in stored and b"**********" in stored

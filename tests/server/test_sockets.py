"""Rooms over Socket.IO, with the real client against real servers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import requests
from socketio.exceptions import ConnectionError as Refusal

from tests.jupyter import Server
from tests.server.browser import Browser
from tests.server.conftest import BASE, BOTH, OPENAI, Client, key_of
from tests.server.listener import Listener
from tests.standin.behaviours import Behaviour, fail, ok, truncate
from tests.standin.server import StandIn
from workbench.studio import Studio


class House:
    """Makes users with a key each, and conversations."""

    def __init__(self, server: Server, studio: Studio, user: Callable[[str], str]) -> None:
        self.server = server
        self.studio = studio
        self._user = user

    def key(self, name: str, **given: Any) -> str:
        """Make a user; return a key of theirs."""
        return key_of(self.studio, self._user(name), **given)

    def listen(self, key: str, **how: Any) -> Listener:
        """Connect by a key."""
        return Listener(self.server, auth={"token": key}, **how)

    def talk(self, key: str, *members: str) -> str:
        """Make a conversation and let members in; return its identifier."""
        owner = Client(self.server, key)
        made = owner.post("api/chat/conversations", json=OPENAI).json()["id"]
        for name in members:
            assert (
                owner.post(f"api/chat/conversations/{made}/members", json={"username": name}).status_code
                == 201
            )
        return str(made)

    def said(self, key: str, talk: str) -> list[str]:
        """Return what is stored."""
        path = f"api/chat/conversations/{talk}/messages"
        return [turn["content"] for turn in Client(self.server, key).get(path).json()]


@pytest.fixture
def house(alone: Server, studio: Studio, user: Callable[[str], str], standin: StandIn) -> House:
    standin.reset()
    return House(alone, studio, user)


@pytest.mark.parametrize(
    "transports", [["websocket"], ["polling"], None], ids=["websocket", "polling", "upgrade"]
)
def test_two_in_a_room_see_each_other_type_and_the_reply_stream(
    house: House, standin: StandIn, transports: list[str] | None
) -> None:
    standin.script("openai", [ok("One two three four.")])
    name = (transports or ["both"])[0]
    rosa_key, sven_key = house.key(f"rosa {name}"), house.key(f"sven {name}")
    talk = house.talk(rosa_key, f"sven {name}")
    with (
        house.listen(rosa_key, transports=transports) as rosa,
        house.listen(sven_key, transports=transports) as sven,
    ):
        for one in (rosa, sven):
            assert one.join(talk) == {"conversation_id": talk, "missed": 0}
        rosa.call("typing_indicator", conversation_id=talk, is_typing=True)
        typing = sven.hear("user_typing")
        assert (typing["username"], typing["is_typing"], typing["conversation_id"]) == (
            f"rosa {name}",
            True,
            talk,
        )
        reply = rosa.say(talk, "Count.", model="gpt-4o", provider="openai")
        for one in (rosa, sven):
            asked, answer = one.hear("message_received"), one.hear("message_received")
            assert (asked["role"], asked["content"], asked["user_id"]) == (
                "user",
                "Count.",
                typing["user_id"],
            )
            assert (answer["role"], answer["content"]) == ("assistant", "One two three four.")
            assert (asked["id"], answer["id"]) == (reply["user_message_id"], reply["message_id"])
            events = [event for event, _ in one.row if event.startswith("message")]
            assert (events[0], events[-1], len(events) > 4) == ("message_received", "message_received", True)
            deltas = [told for event, told in one.row if event == "message_delta"]
            assert "".join(told["content"] for told in deltas) == "One two three four."
            assert {(told["conversation_id"], told["message_id"]) for told in deltas} == {
                (talk, answer["id"])
            }
        assert rosa.hear("run_progress")["run_id"] == reply["run_id"]
        assert not sven.heard["run_progress"].qsize() and not rosa.heard["user_typing"].qsize()
        stored = Client(house.server, sven_key).get(f"api/chat/conversations/{talk}/messages").json()
        for turn, told in zip(stored, (asked, answer), strict=True):
            assert turn == {name: told[name] for name in turn}


def test_the_end_of_a_connection_is_the_end_of_typing(house: House) -> None:
    tom_key, ute_key = house.key("tom"), house.key("ute")
    talk = house.talk(tom_key, "ute")
    with house.listen(ute_key) as ute:
        ute.join(talk)
        with house.listen(tom_key) as tom:
            tom.join(talk)
            tom.call("typing_indicator", conversation_id=talk, is_typing=True)
            assert ute.hear("user_typing")["is_typing"] is True
        assert ute.hear("user_typing")["is_typing"] is False


@BOTH
def test_messages_of_a_room_are_answered_in_their_order(house: House, standin: StandIn) -> None:
    texts = [f"answer {at}" for at in range(8)]
    standin.script(
        "openai", [Behaviour(text=text, delay=0.1 if at % 2 else 0.0) for at, text in enumerate(texts)]
    )
    key = house.key("vera")
    talk = house.talk(key)
    with house.listen(key) as speaker, house.listen(key) as hearer:
        hearer.join(talk)
        for at in range(8):
            said = {"conversation_id": talk, "content": f"question {at}"}
            speaker.client.emit("send_message", said)
        heard = [hearer.hear("message_received")["content"] for _ in range(16)]
    wanted = [text for at in range(8) for text in (f"question {at}", f"answer {at}")]
    assert heard == house.said(key, talk) == wanted
    answers = [told["message_id"] for event, told in hearer.row if event == "message_delta"]
    assert len(dict.fromkeys(answers)) == 8
    assert sorted(answers, key=list(dict.fromkeys(answers)).index) == answers


def test_a_page_sees_what_a_script_sends(house: House, standin: StandIn) -> None:
    standin.script("openai", [ok("Whole."), ok("Bit by bit.")])
    key = house.key("wim")
    talk = house.talk(key)
    script, path = Client(house.server, key), f"api/chat/conversations/{talk}/messages"
    with house.listen(key) as page:
        page.join(talk)
        reply = script.post(path, json={"content": "At once."}).json()
        assert [page.hear("message_received")["content"] for _ in range(2)] == ["At once.", "Whole."]
        assert page.hear("run_progress")["run_id"] == reply["run_id"]
        assert script.post(f"{path}/stream", json={"content": "Slowly."}).status_code == 200
        assert [page.hear("message_received")["content"] for _ in range(2)] == ["Slowly.", "Bit by bit."]
        assert (
            "".join(told["content"] for event, told in page.row if event == "message_delta") == "Bit by bit."
        )


@BOTH
def test_who_comes_back_gets_what_was_missed_first(house: House) -> None:
    key = house.key("xena")
    talk = house.talk(key)
    with house.listen(key) as first:
        first.join(talk)
        last = first.say(talk, "one")["message_id"]
    house.studio.chat.add_message(talk, "user", "two")
    for at in range(201):
        house.studio.chat.add_message(talk, "assistant", f"more {at}")
    with house.listen(key) as again:
        assert again.join(talk, after=last) == {"conversation_id": talk, "missed": 202}
        assert [again.hear("message_received")["content"] for _ in range(202)] == house.said(key, talk)[2:]
        again.say(talk, "three")
        assert again.hear("message_received")["content"] == "three"
        assert again.join(talk, after="none")["error"]["code"] == "not_found"


@BOTH
def test_a_failed_call_is_told_and_leaves_nothing(house: House, standin: StandIn) -> None:
    standin.script("openai", [fail(401), truncate(2), ok("Well.")])
    key = house.key("yves")
    talk = house.talk(key)
    with house.listen(key) as speaker, house.listen(key) as hearer:
        hearer.join(talk)
        answer = speaker.say(talk, "First.")
        assert set(answer["error"]) >= {"code", "message", "hint"}
        assert speaker.hear("error") == answer["error"]
        assert speaker.say(talk, "Second.")["error"]["code"] == "provider_failed"
        shown = hearer.hear("message_received")
        withdrawn = hearer.hear("message_withdrawn")
        assert shown["content"] == "Second." and shown["id"] in withdrawn["message_ids"]
        assert {told["message_id"] for event, told in hearer.row if event == "message_delta"} < set(
            withdrawn["message_ids"]
        )
        assert house.said(key, talk) == []
        speaker.say(talk, "Third.")
    assert house.said(key, talk) == ["Third.", "Well."]


def test_a_sender_who_goes_does_not_stop_the_reply(house: House, standin: StandIn) -> None:
    standin.script("openai", [ok("It goes on and on.", pace=0.1)])
    key = house.key("zoe")
    talk = house.talk(key)
    with house.listen(key) as hearer:
        hearer.join(talk)
        with house.listen(key) as speaker:
            speaker.client.emit("send_message", {"conversation_id": talk, "content": "Go on."})
            hearer.hear("message_delta")
        assert [hearer.hear("message_received")["content"] for _ in range(2)] == [
            "Go on.",
            "It goes on and on.",
        ]


def test_strangers_do_not_come_in(house: House) -> None:
    narrow = house.key("abel", scopes=["files"])
    for how, code in (
        ({}, "unauthorized"),
        ({"auth": {"token": "ask_" + "x" * 43}}, "unauthorized"),
        ({"auth": {"token": ["x"]}}, "bad_input"),
        ({"auth": {"token": narrow}}, "refused"),
        ({"headers": {"Authorization": "Bearer nobody"}}, "unauthorized"),
        ({"query": "?token=nobody"}, "unauthorized"),
    ):
        for transport in ("websocket", "polling"):
            with pytest.raises(Refusal) as refusal, Listener(house.server, transports=[transport], **how):
                pass
            assert code in str(refusal.value)


def test_every_way_to_say_who_one_is(house: House) -> None:
    key = house.key("cora")
    talk = house.talk(key)
    browser = Browser(house.server)
    browser.login("cora")
    for how in (
        {"auth": {"token": key}},
        {"headers": {"Authorization": f"Bearer {key}"}},
        {"query": f"?token={key}"},
        {"session": browser.session},
    ):
        for transport in ("websocket", "polling"):
            with Listener(house.server, transports=[transport], **how) as known:
                assert known.join(talk)["conversation_id"] == talk


def test_other_origins_are_refused(house: House) -> None:
    browser = Browser(house.server)
    house.key("dirk")
    browser.login("dirk")
    foreign = {"Origin": "https://elsewhere.example"}
    for transport in ("websocket", "polling"):
        with (
            pytest.raises(Refusal),
            Listener(house.server, transports=[transport], session=browser.session, headers=foreign),
        ):
            pass
    address = f"{house.server.url}{BASE}socket.io/?EIO=4&transport=polling"
    assert browser.session.get(address, headers=foreign, timeout=30).status_code == 403
    assert browser.session.get(address, timeout=30).status_code == 200


EVENTS = {
    "join_conversation": {},
    "send_message": {"content": "let me in"},
    "typing_indicator": {"is_typing": True},
}


@BOTH
def test_every_event_hides_what_is_another_s(house: House) -> None:
    owner, other = house.key("edda"), house.key("falk")
    talk = house.talk(owner)
    with house.listen(owner) as inside, house.listen(other) as outside:
        inside.join(talk)
        listed = outside.call("no_such_event")["error"]["hint"]
        # To leave a room that one is not in tells nothing and does nothing.
        assert set(re.findall(r"\w+_\w+", listed)) == EVENTS.keys() | {"leave_conversation"}
        for event, payload in EVENTS.items():
            answer = outside.call(event, conversation_id=talk, **payload)
            assert answer["error"]["code"] == "not_found", event
            assert outside.hear("error")["message"]
        inside.say(talk, "Among us.")
        assert inside.hear("message_received")["content"] == "Among us."
        assert not outside.heard["message_received"].qsize()
    assert "let me in" not in house.said(owner, talk)


@pytest.mark.parametrize(
    ("event", "payload", "says"),
    [
        ("join_conversation", None, "body"),
        ("join_conversation", {"conversation_id": 7}, "conversation_id"),
        ("send_message", {"conversation_id": "x", "content": ""}, "content"),
        ("send_message", {"conversation_id": "x", "content": "a\0b"}, "NUL"),
        ("send_message", {"conversation_id": "x", "content": "a" * 100_001}, "content"),
        ("send_message", {"conversation_id": "x", "content": "a", "role": "system"}, "role"),
        ("typing_indicator", {"conversation_id": "x", "is_typing": "perhaps"}, "is_typing"),
        ("shout", {}, "shout"),
    ],
)
def test_bad_events_are_told_in_a_sentence(server: Server, event: str, payload: Any, says: str) -> None:
    with Listener(server, auth={"token": server.token}) as client:
        answer = client.client.call(event, payload, timeout=60)
        assert answer["error"]["code"] == "bad_input"
        assert says in answer["error"]["message"]
        assert client.hear("error") == answer["error"]


def test_who_sends_too_much_is_cut_off(server: Server) -> None:
    with Listener(server, auth={"token": server.token}, transports=["websocket"]) as client:
        client.client.emit("send_message", {"conversation_id": "x", "content": "a" * 3_000_000})
        client.hear("disconnect")


def test_a_revoked_key_ends_its_connections(house: House) -> None:
    key = house.key("gerd")
    talk = house.talk(key)
    owner = house.studio.accounts.find("gerd").id
    with house.listen(key) as speaker, house.listen(key, transports=["polling"]) as silent:
        speaker.join(talk)
        silent.join(talk)
        house.studio.accounts.revoke_key(owner, key[:12])
        assert speaker.say(talk, "Still here?")["error"]["code"] == "unauthorized"
        speaker.hear("disconnect")
        # It says nothing, and is found at the next look.
        assert silent.hear("error")["code"] == "unauthorized"
        silent.hear("disconnect")


def test_signing_out_ends_connections_and_a_removed_member_hears_no_more(
    house: House, standin: StandIn
) -> None:
    standin.script("openai", [ok("Gone.")])
    hugo_key = house.key("hugo")
    house.key("inga")
    talk = house.talk(hugo_key, "inga")
    browser = Browser(house.server)
    browser.login("inga")
    with house.listen(hugo_key) as hugo, Listener(house.server, session=browser.session) as inga:
        hugo.join(talk)
        inga.join(talk)
        inga_id = house.studio.accounts.find("inga").id
        path = f"api/chat/conversations/{talk}/members/{inga_id}"
        assert Client(house.server, hugo_key).send("DELETE", path).status_code == 200
        assert inga.hear("error")["conversation_id"] == talk
        hugo.say(talk, "Without her.")
        assert hugo.hear("message_received")["content"] == "Without her."
        assert (
            inga.call("typing_indicator", conversation_id=talk, is_typing=True)["error"]["code"]
            == "not_found"
        )
        assert not inga.heard["message_received"].qsize()
        assert browser.send("DELETE", "api/account/sessions").status_code == 200
        assert inga.hear("disconnect") is None


def test_rooms_in_a_notebook_server(server: Server, client: Client, standin: StandIn) -> None:
    standin.script("openai", [ok("Here."), ok("There.")])
    talk = client.post("api/chat/conversations", json=OPENAI).json()["id"]
    session = requests.Session()
    session.get(f"{server.url}{BASE}api/status?token={server.token}", timeout=30)
    bearer = {"Authorization": f"Bearer {server.token}"}
    with (
        Listener(server, auth={"token": server.token}) as one,
        Listener(server, headers=bearer, transports=["websocket"]) as two,
        Listener(server, query=f"?token={server.token}", transports=["polling"]) as three,
        Listener(server, session=session) as four,
    ):
        for listener in (one, two, three, four):
            listener.join(talk)
        one.say(talk, "Who is here?")
        client.post(f"api/chat/conversations/{talk}/messages", json={"content": "And who there?"})
        for listener in (one, two, three, four):
            heard = [listener.hear("message_received")["content"] for _ in range(4)]
            assert heard == ["Who is here?", "Here.", "And who there?", "There."]
    with pytest.raises(Refusal), Listener(server, auth={"token": "nobody"}):
        pass

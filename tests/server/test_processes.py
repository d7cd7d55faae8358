"""Two server processes that are one, by way of a real PostgreSQL and a real Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.server.browser import Browser
from tests.server.conftest import PASSWORD, Client
from tests.server.listener import Listener
from tests.server.pair import Pair, paired
from tests.server.residents import eventually
from tests.servers.redis import RedisServer
from tests.standin.behaviours import Behaviour, ok
from tests.standin.server import StandIn

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(RedisServer.PROGRAM is None, reason="Redis is not installed"),
]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, standin: StandIn, postgres: Any) -> Iterator[Pair]:
    """Two processes for those tests that leave both alive."""
    with paired(tmp_path_factory.mktemp("pair"), standin, postgres.fresh()) as found:
        yield found


@pytest.fixture(autouse=True)
def _no_script(standin: StandIn) -> None:
    standin.reset()


def together(here: Listener, there: Listener, talk: str) -> None:
    """Wait until what is typed in one process is seen in the other."""
    end = time.monotonic() + 60
    before = there.heard["user_typing"].qsize()
    while there.heard["user_typing"].qsize() == before:
        assert time.monotonic() < end
        here.call("typing_indicator", conversation_id=talk, is_typing=False)


def test_a_client_of_each_hears_the_other(pair: Pair, standin: StandIn) -> None:
    standin.script("openai", [ok("From far away.")])
    room = pair.room()
    with room.listen(pair.one) as here, room.listen(pair.two) as there:
        together(here, there, room.talk)
        reply = here.say(room.talk, "Where from?")
        heard = [there.hear("message_received") for _ in range(2)]
        assert [told["content"] for told in heard] == ["Where from?", "From far away."]
        assert heard[1]["id"] == reply["message_id"]
        assert (
            "".join(told["content"] for event, told in there.row if event == "message_delta")
            == "From far away."
        )
        assert there.hear("run_progress")["run_id"] == reply["run_id"]


def test_messages_through_both_are_answered_one_by_one(pair: Pair, standin: StandIn) -> None:
    standin.script("openai", [Behaviour(text=f"answer {at}", delay=0.05) for at in range(12)])
    room = pair.room()
    with room.listen(pair.one) as here, room.listen(pair.two) as there:
        together(here, there, room.talk)
        for at in range(6):
            for name, speaker in (("here", here), ("there", there)):
                said = {"conversation_id": room.talk, "content": f"{name} {at}"}
                speaker.client.emit("send_message", said)
        rows = [[listener.hear("message_received") for _ in range(24)] for listener in (here, there)]
    stored = room.stored()
    assert [told["role"] for told in stored] == ["user", "assistant"] * 12
    assert [told["content"] for told in stored if told["role"] == "assistant"] == [
        f"answer {at}" for at in range(12)
    ]
    for row in rows:
        assert [told["id"] for told in row] == [told["id"] for told in stored]
    for name in ("here", "there"):
        mine = [told["content"] for told in stored if told["content"].startswith(f"{name} ")]
        assert mine == [f"{name} {at}" for at in range(6)]


def test_what_comes_by_rest_or_goes_is_told_once(pair: Pair) -> None:
    room = pair.room()
    with room.listen(pair.one) as here, room.listen(pair.two) as there:
        together(here, there, room.talk)
        script, path = Client(pair.one, room.key), f"api/chat/conversations/{room.talk}/messages"
        first = script.post(path, json={"content": "At once."}).json()
        for listener in (here, there):
            eventually(lambda one=listener: len(ids(one)) == 2, lambda one=listener: ids(one))
        # The last message that the processes know is dropped.
        pair.studio.chat.retry(room.talk, room.owner, first["message_id"])
        there.say(room.talk, "And again.")
        here.say(room.talk, "And again.")
        wanted = [first["user_message_id"], first["message_id"], *(told["id"] for told in room.stored()[1:])]
        for listener in (here, there):
            eventually(lambda one=listener: ids(one) == wanted, lambda one=listener: ids(one))


def test_who_comes_while_an_answer_is_under_way_sees_its_question(pair: Pair, standin: StandIn) -> None:
    standin.script("openai", [ok("It takes a while.", pace=0.5)])
    room = pair.room()
    with room.listen(pair.one) as here, room.listen(pair.two) as there:
        together(here, there, room.talk)
        here.client.emit("send_message", {"conversation_id": room.talk, "content": "What takes long?"})
        there.hear("message_delta")
        with room.listen(pair.two) as late:
            assert [late.hear("message_received")["content"] for _ in range(2)] == [
                "What takes long?",
                "It takes a while.",
            ]
        assert len(room.stored()) == 2


def test_without_redis_each_goes_on_and_they_find_each_other_again(pair: Pair) -> None:
    room = pair.room()
    with room.listen(pair.one) as here, room.listen(pair.two) as there:
        together(here, there, room.talk)
        pair.redis.stop()
        here.say(room.talk, "Is anybody there?")
        assert [here.hear("message_received")["role"] for _ in range(2)] == ["user", "assistant"]
        assert there.join(room.talk)["missed"] == 0
        alone = there.say(room.talk, "I am.")["message_id"]
        assert not there.heard["error"].qsize()
        # What is not heard is read in the database.
        for listener in (here, there):
            eventually(lambda one=listener: alone in ids(one), lambda one=listener: ids(one))
            assert len(ids(listener)) == len({*ids(listener)})
        assert set(ids(here)) == set(ids(there)) == {told["id"] for told in room.stored()}
        pair.redis.start()
        together(here, there, room.talk)
        here.say(room.talk, "Back again.")
        assert ids(here)[-2:] == ids(there)[-2:] == [told["id"] for told in room.stored()][-2:]


def ids(listener: Listener) -> list[str]:
    """Return the messages that somebody was told of."""
    return [told["id"] for event, told in listener.row if event == "message_received"]


@pytest.mark.slow
def test_redis_goes_and_comes_back_under_load(pair: Pair) -> None:
    room = pair.room()
    people = [room.resident(server) for server in (pair.one, pair.two)]
    pair.studio.accounts.create("carla", password=PASSWORD)
    browser, by_key = Browser(pair.one), Client(pair.two, room.key)
    assert browser.login("carla").status_code == 302
    with ExitStack() as at_work:
        for one in people:
            at_work.enter_context(one)
        eventually(lambda: all(one.acknowledged for one in people), lambda: people)
        pair.redis.stop()
        before = [len(one.acknowledged) for one in people]
        refused = browser.send("GET", "api/account")
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unavailable")
        assert "login sessions" in refused.json()["error"]["message"]
        assert Browser(pair.two).login("carla").status_code == 503
        assert by_key.get("api/account").status_code == 200
        assert by_key.get("api/health").status_code == 200
        eventually(
            lambda: all(len(one.acknowledged) > at for one, at in zip(people, before, strict=True)),
            lambda: [one.refused for one in people],
        )
        pair.redis.start()
        eventually(lambda: browser.send("GET", "api/account").status_code == 200, lambda: "no session")
        with room.listen(pair.one) as here, room.listen(pair.two) as there:
            together(here, there, room.talk)
        for one in people:
            one.hush()
        room.check(in_order=False)
        assert [one.refused for one in people] == [[], []]
        assert [one.connections for one in people] == [1, 1]


@pytest.mark.slow
def test_who_loses_its_server_under_load_misses_nothing(
    tmp_path_factory: pytest.TempPathFactory, standin: StandIn, postgres: Any
) -> None:
    standin.script("openai", [ok("and on " * 100, pace=1)])
    with paired(tmp_path_factory.mktemp("killed"), standin, postgres.fresh()) as pair, ExitStack() as at_work:
        unanswered = pair.room()
        still = at_work.enter_context(unanswered.resident(pair.two, speaks=False))
        still_there = at_work.enter_context(unanswered.resident(pair.one, pair.two, speaks=False))
        for one in (still, still_there):
            assert one.idle.wait(60)
        speaker = at_work.enter_context(unanswered.listen(pair.one))
        speaker.client.emit("send_message", {"conversation_id": unanswered.talk, "content": "Lost."})
        for one in (still, still_there):
            eventually(lambda who=one: len(who.seen) == 1, lambda who=one: who.seen)
        rooms = [pair.room() for _ in range(3)]
        orders = ((pair.one, pair.two), (pair.two, pair.one), (pair.one, pair.two))
        people = [at_work.enter_context(room.resident(*order)) for room in rooms for order in orders]
        eventually(lambda: all(len(one.acknowledged) > 4 for one in people), lambda: "nothing is said")
        pair.one.process.kill()
        before = [len(one.acknowledged) for one in people]
        eventually(
            lambda: all(len(one.acknowledged) > at for one, at in zip(people, before, strict=True)),
            lambda: [one.refused for one in people],
        )
        for one in people:
            one.hush()
        for room in (unanswered, *rooms):
            room.check()
        assert unanswered.stored() == still.seen == still_there.seen == []
        assert [one.connections for one in (still, still_there)] == [1, 2]
        # Who stayed was told of each message once.
        for one in people:
            stayed = one.servers[0] is pair.two
            assert one.connections == (1 if stayed else 2)
            assert not stayed or set(one.heard_on[0].values()) == {1}
        assert [one.refused for one in people] == [[]] * len(people)

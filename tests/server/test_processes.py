"""Two server processes that are one, by way of a real Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.jupyter import Server
from tests.server.conftest import Client, home_of, key_of, standing
from tests.server.listener import Listener
from tests.servers.redis import RedisServer
from tests.standin.behaviours import Behaviour, ok
from tests.standin.server import StandIn
from workbench.settings import load_settings
from workbench.studio import Studio

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(RedisServer.PROGRAM is None, reason="Redis is not installed"),
]


@dataclass
class Pair:
    """Two processes on one home and one Redis, a key, and a conversation."""

    one: Server
    two: Server
    redis: RedisServer
    key: str
    talk: str

    def listen(self, server: Server) -> Listener:
        """Connect, and enter the room."""
        listener = Listener(server, auth={"token": self.key}, transports=["websocket"])
        listener.join(self.talk)
        return listener


@pytest.fixture
def pair(tmp_path_factory: pytest.TempPathFactory, standin: StandIn) -> Iterator[Pair]:
    standin.reset()
    folder = tmp_path_factory.mktemp("pair")
    redis = RedisServer(folder)
    with (
        standing(folder, standin, REDIS_URL=redis.url) as one,
        standing(folder, standin, REDIS_URL=redis.url) as two,
    ):
        studio = Studio(load_settings(workbench_home=home_of(one)))
        key = key_of(studio, studio.accounts.create("ada").id)
        studio.close()
        talk = Client(one, key).post(
            "api/chat/conversations", json={"model_provider": "openai", "model_name": "gpt-4o"}
        )
        yield Pair(one, two, redis, key, talk.json()["id"])
    redis.stop()


def together(here: Listener, there: Listener, talk: str) -> None:
    """Wait until what is typed in one process is seen in the other."""
    end = time.monotonic() + 60
    before = there.heard["user_typing"].qsize()
    while there.heard["user_typing"].qsize() == before:
        assert time.monotonic() < end
        here.call("typing_indicator", conversation_id=talk, is_typing=False)


def test_a_client_of_each_hears_the_other(pair: Pair, standin: StandIn) -> None:
    standin.script("openai", [ok("From far away.")])
    with pair.listen(pair.one) as here, pair.listen(pair.two) as there:
        together(here, there, pair.talk)
        reply = here.say(pair.talk, "Where from?")
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
    with pair.listen(pair.one) as here, pair.listen(pair.two) as there:
        together(here, there, pair.talk)
        for at in range(6):
            for name, speaker in (("here", here), ("there", there)):
                said = {"conversation_id": pair.talk, "content": f"{name} {at}"}
                speaker.client.emit("send_message", said)
        rows = [[listener.hear("message_received") for _ in range(24)] for listener in (here, there)]
    stored = Client(pair.one, pair.key).get(f"api/chat/conversations/{pair.talk}/messages").json()
    assert [told["role"] for told in stored] == ["user", "assistant"] * 12
    assert [told["content"] for told in stored if told["role"] == "assistant"] == [
        f"answer {at}" for at in range(12)
    ]
    for row in rows:
        assert [told["id"] for told in row] == [told["id"] for told in stored]
    for name in ("here", "there"):
        mine = [told["content"] for told in stored if told["content"].startswith(f"{name} ")]
        assert mine == [f"{name} {at}" for at in range(6)]


def test_without_redis_each_goes_on_and_they_find_each_other_again(pair: Pair) -> None:
    with pair.listen(pair.one) as here, pair.listen(pair.two) as there:
        together(here, there, pair.talk)
        pair.redis.stop()
        last = here.say(pair.talk, "Is anybody there?")["message_id"]
        assert [here.hear("message_received")["role"] for _ in range(2)] == ["user", "assistant"]
        assert there.join(pair.talk)["missed"] == 0
        alone = there.say(pair.talk, "I am.")["message_id"]
        assert not there.heard["error"].qsize()
        assert here.join(pair.talk, after=last)["missed"] == 2
        pair.redis.start()
        together(here, there, pair.talk)
        here.say(pair.talk, "Back again.")
        contents = []
        while "Back again." not in contents:
            contents.append(there.hear("message_received")["content"])
        assert there.join(pair.talk, after=alone)["missed"] == 2


def test_who_loses_its_server_goes_on_at_the_other(pair: Pair, standin: StandIn) -> None:
    standin.script("openai", [ok("First."), ok("It never ends.", pace=0.5), ok("Third.")])
    with pair.listen(pair.one) as here, pair.listen(pair.two) as there:
        together(here, there, pair.talk)
        last = here.say(pair.talk, "One.")["message_id"]
        here.client.emit("send_message", {"conversation_id": pair.talk, "content": "Two."})
        while here.hear("message_delta")["message_id"] == last:
            continue  # the first answer's
        pair.one.process.kill()
        here.hear("disconnect")
        # Its turn ends with its lease.
        there.say(pair.talk, "Three.")
        with Listener(pair.two, auth={"token": pair.key}) as again:
            assert again.join(pair.talk, after=last)["missed"] == 2
            assert [again.hear("message_received")["content"] for _ in range(2)] == ["Three.", "Third."]

"""People who talk in rooms: reads who they are, connects them, says so, and on a line begins.

The answer is what each heard, and how long everybody waited for it.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import defaultdict
from typing import Any

import aiohttp
import socketio

from benchmarks.serving.asked import answer, question

PATIENCE = 60
TOGETHER = 20
"""So many connect at a time."""
WORDS = ["the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "and", "runs", "away"]
TAG = re.compile(r"\[([\d-]+)\]")


class Heard:
    """When the last member heard what was said."""

    def __init__(self) -> None:
        self.sent: dict[str, float] = {}
        self.last: dict[tuple[str, str], float] = {}

    def message(self, told: dict[str, Any]) -> None:
        tag = TAG.search(told["content"])
        if tag is not None:
            self.last[told["role"], tag[1]] = time.perf_counter()

    def waited(self, role: str) -> list[float]:
        return [at - self.sent[tag] for (who, tag), at in self.last.items() if who == role]


class Member:
    def __init__(self, given: dict[str, str], url: str, heard: Heard) -> None:
        self.room, self.key, self.url = given["room"], given["key"], url
        self.address, self.heard = given["address"], heard
        self.messages: list[str] = []
        self.contents: dict[str, str] = {}
        self.pieces: dict[str, list[str]] = defaultdict(list)
        self.faults: list[str] = []

    async def come(self) -> None:
        # An address for each, for those of one address share its limit.
        connector = aiohttp.TCPConnector(local_addr=(self.address, 0))
        self.session = aiohttp.ClientSession(connector=connector)
        self.client = socketio.AsyncClient(reconnection=False, http_session=self.session)
        self.client.on("message_received", self._message)
        self.client.on("message_delta", self._delta)
        self.client.on("error", self._fault)
        self.client.on("disconnect", self._fault)
        await self.client.connect(
            self.url, auth={"token": self.key}, transports=["websocket"], wait_timeout=PATIENCE
        )
        await self._call("join_conversation")

    async def say(self, tag: str) -> bool:
        text = f"[{tag}] {' '.join(random.Random(tag).choices(WORDS, k=20))}"
        self.heard.sent[tag] = time.perf_counter()
        return "error" not in await self._call("send_message", content=text)

    async def go(self) -> None:
        await self.client.disconnect()
        await self.session.close()

    def broken(self) -> int:
        """Return how many answers differ from what was shown of them piece by piece."""
        return sum("".join(pieces) != self.contents.get(number) for number, pieces in self.pieces.items())

    async def _call(self, event: str, **more: str) -> Any:
        return await self.client.call(event, {"conversation_id": self.room, **more}, timeout=PATIENCE)

    def _message(self, told: dict[str, Any]) -> None:
        self.messages.append(told["id"])
        self.contents[told["id"]] = told["content"]
        self.heard.message(told)

    def _delta(self, told: dict[str, Any]) -> None:
        self.pieces[told["message_id"]].append(told["content"])

    def _fault(self, *told: Any) -> None:
        self.faults.append(repr(told)[:200])


async def talk(members: list[Member], rate: float, seconds: float) -> list[bool]:
    """Let them speak in turn, at random moments that are ``rate`` to a second in all."""
    dice = random.Random(7)
    moments = sorted(dice.uniform(0, seconds) for _ in range(int(rate * seconds)))
    order = dice.sample(range(len(members)), len(members))
    began, said = time.perf_counter(), []
    for number, moment in enumerate(moments):
        await asyncio.sleep(max(0.0, began + moment - time.perf_counter()))
        who = order[number % len(order)]
        said.append(asyncio.create_task(members[who].say(f"{who}-{number}")))
    return await asyncio.gather(*said)


async def main() -> None:
    given = question()
    heard = Heard()
    members = [Member(one, given["url"], heard) for one in given["members"]]
    began = time.perf_counter()
    for first in range(0, len(members), TOGETHER):
        await asyncio.gather(*(member.come() for member in members[first : first + TOGETHER]))
    answer({"connected_s": time.perf_counter() - began})
    while go := await asyncio.to_thread(question):
        used, began = time.process_time(), time.perf_counter()
        heard = Heard()
        for member in members:
            member.heard = heard
        said = await talk(members, go["rate"], go["seconds"])
        # What was acknowledged may still be on its way to others.
        await asyncio.sleep(2)
        took = time.perf_counter() - began
        answer({
            "sent": len(said),
            "answered": sum(said),
            "question_s": heard.waited("user"),
            "answer_s": heard.waited("assistant"),
            "messages": [member.messages for member in members],
            "deltas": sum(len(pieces) for member in members for pieces in member.pieces.values()),
            "broken": sum(member.broken() for member in members),
            "faults": [fault for member in members for fault in member.faults],
            "core": (time.process_time() - used) / took,
        })  # fmt: skip
    await asyncio.gather(*(member.go() for member in members))


if __name__ == "__main__":
    asyncio.run(main())

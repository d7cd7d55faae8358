"""Run as a program: kill servers and stop what they stand on, again and again, and look after each message.

    python -m tests.server.storms [rounds, 20 by default] [seed]

In each round people talk in rooms by two server processes on one PostgreSQL and one Redis, one of which is
killed (and started again) or stopped (and started again) at a random instant. Then all fall silent, and
everybody must see what is stored, with all that was acknowledged among it.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.jupyter import Server
from tests.server.conftest import home_of, on_database, standing
from tests.server.pair import opened_room
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer
from tests.standin.behaviours import ok
from tests.standin.server import StandIn
from workbench.settings import load_settings
from workbench.studio import Studio

ROOMS, PEOPLE = 4, 3


class Storms:
    """What can be done to the servers; each returns when all stand again."""

    def __init__(self, running: ExitStack, folder: Path, dice: random.Random) -> None:
        self._running = running
        self._dice = dice
        self._folder = folder
        self.standin = running.enter_context(StandIn())
        self.postgres = PostgresServer()
        running.callback(self.postgres.close)
        self.redis = RedisServer(folder)
        running.callback(self.redis.stop)
        on_database(folder, self.postgres.fresh())
        self.servers = [self._start(), self._start()]

    def _start(self) -> Server:
        return self._running.enter_context(standing(self._folder, self.standin, REDIS_URL=self.redis.url))

    def all(self) -> list[Callable[[], object]]:
        """Return what can be done."""
        return [self.kill, self.kill, self.stop_postgresql, self.crash_postgresql, self.stop_redis]

    def kill(self) -> None:
        """Kill a server process."""
        at = self._dice.randrange(2)
        self.servers[at].process.kill()
        self.servers[at] = self._start()

    def stop_postgresql(self) -> None:
        """Stop PostgreSQL."""
        self.postgres.stop()
        time.sleep(self._dice.uniform(0, 3))
        self.postgres.start()

    def crash_postgresql(self) -> None:
        """Let PostgreSQL end as if the machine had lost its power."""
        self.postgres.stop("immediate")
        self.postgres.start()

    def stop_redis(self) -> None:
        """Stop Redis."""
        self.redis.stop()
        time.sleep(self._dice.uniform(0, 3))
        self.redis.start()


def main(rounds: int, seed: int) -> None:
    """Let the storms come."""
    dice = random.Random(seed)
    with ExitStack() as running:
        storms = Storms(running, Path(running.enter_context(tempfile.TemporaryDirectory())), dice)
        studio = Studio(load_settings(workbench_home=home_of(storms.servers[0])))
        running.callback(studio.close)
        rooms = [opened_room(studio) for _ in range(ROOMS)]
        people = [room.resident() for room in rooms for _ in range(PEOPLE)]
        for at, one in enumerate(people):
            one.servers, one.turn = storms.servers, at
            running.enter_context(one)
        in_order = True
        for round_ in range(rounds):
            storms.standin.script("openai", [ok(pace=dice.uniform(0, 0.05)) for _ in range(200)])
            for one in people:
                one.speak()
            time.sleep(dice.uniform(1, 4))
            storm = dice.choice(storms.all())
            storm()
            # Without Redis each process goes on for itself, and hears the other's messages after its own.
            in_order = in_order and storm != storms.stop_redis
            time.sleep(dice.uniform(1, 3))
            for one in people:
                one.hush()
            for room in rooms:
                room.check(in_order=in_order)
            said = sum(len(one.acknowledged) for one in people)
            sys.stdout.write(f"{round_ + 1} {storm.__name__}: {said} messages\n")
            sys.stdout.flush()
        codes = sorted({error["code"] for one in people for error in one.refused})
        connections = sum(one.connections for one in people)
        sys.stdout.write(json.dumps({"messages": said, "connections": connections, "refusals": codes}) + "\n")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*given, *(20, 20261123)[len(given) :])

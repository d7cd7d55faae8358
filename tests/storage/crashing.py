"""Run as a program: kill a writer of Runs and objects again and again, and print what it had finished."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time

from workbench.settings import load_settings
from workbench.studio import Studio


def write_until_killed(home: str, out: int, seed: int) -> None:
    """Write Runs with objects; tell each finished one's identifier through the pipe."""
    studio = Studio(load_settings(workbench_home=home))
    dice = random.Random(seed)

    def compute(recorder):
        for at in range(dice.randrange(3)):
            recorder.artifact(
                f"part-{at}", dice.randbytes(dice.randrange(1, 50_000)), "application/octet-stream"
            )
        return {"numbers": [dice.random() for _ in range(dice.randrange(1, 2000))]}

    number = 0
    while True:
        number += 1
        run = studio.runs.execute("crash", {"seed": seed, "number": number}, compute)
        os.write(out, f"{run.id}\n".encode())


def main(home: str, times: int) -> None:
    """Fork a writer, kill it at a random instant, ``times`` times over."""
    studio = Studio(load_settings(workbench_home=home))
    # What a process learns once, such as its packages, the forked writers inherit.
    studio.runs.execute("crash", {"seed": -1}, lambda _: {})
    studio.close()
    dice = random.Random(20261123)
    finished: list[str] = []
    for round_ in range(times):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            write_until_killed(home, writing, round_)
        os.close(writing)
        time.sleep(dice.uniform(0.01, 0.25))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading) as pipe:
            finished += [line.strip() for line in pipe if line.endswith("\n")]
    sys.stdout.write(json.dumps(finished))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

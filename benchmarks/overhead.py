"""What the workbench adds to the bare SDK on loopback, recording included."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from benchmarks.report import tell
from workbench.settings import load_settings
from workbench.studio import Studio

ROUNDS = 150
STREAMS = 15
CHUNKS = 1000
KEY = "sk-benchmark-0123456789abcdef"
ASK = [{"role": "user", "content": "Hello, how are you?"}]
LONG = "word " * CHUNKS
SERVER = """
import sys
from tests.standin import StandIn
from tests.standin.behaviours import ok
with StandIn() as server:
    print(server.url("openai"), flush=True)
    for line in sys.stdin:
        server.script("openai", [ok("word " * int(line))] * 40)
        print("scripted", flush=True)
"""


def timed(call: Callable[[], object]) -> float:
    """Return the seconds of one call."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def paired(ours: Callable[[], object], bare: Callable[[], object], rounds: int) -> tuple[float, float, float]:
    """Return the medians of both, taken in turn, and of their differences."""
    ours(), bare()
    pairs = [(timed(ours), timed(bare)) for _ in range(rounds)]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a - b for a, b in pairs),
    )


def main() -> None:
    """Measure and tell."""
    from openai import OpenAI

    server = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": "."},
    )
    assert server.stdin
    assert server.stdout
    url = server.stdout.readline().strip()
    with tempfile.TemporaryDirectory() as home:
        studio = Studio(load_settings(workbench_home=home, openai_api_key=KEY, openai_base_url=url))
        sdk = OpenAI(api_key=KEY, base_url=url, max_retries=0)

        def bare_stream() -> None:
            for _ in sdk.chat.completions.create(
                model="gpt-4o", messages=ASK, stream=True, stream_options={"include_usage": True}
            ):
                pass

        call = paired(
            lambda: studio.ai.chat_completion(ASK, "openai", "gpt-4o"),
            lambda: sdk.chat.completions.create(model="gpt-4o", messages=ASK),
            ROUNDS,
        )
        server.stdin.write(f"{CHUNKS}\n")
        server.stdin.flush()
        server.stdout.readline()
        stream = paired(
            lambda: list(studio.ai.stream_chat_completion(ASK, "openai", "gpt-4o")), bare_stream, STREAMS
        )
        record = statistics.median(
            timed(lambda n=n: studio.runs.execute("small", {"n": n}, lambda _: {"n": n})) for n in range(500)
        )
        studio.close()
    server.kill()
    tell(
        "overhead",
        f"Added to the bare openai SDK on loopback, medians of {ROUNDS} calls and {STREAMS} streams",
        [
            row("a call, ms", call, 1e3, 3),
            row("a streamed chunk, us", stream, 1e6 / CHUNKS, 50),
            row("recording a small Run, ms", (record, 0.0, record), 1e3, 2),
        ],
    )


def row(what: str, seconds: tuple[float, float, float], scale: float, limit: float) -> dict[str, object]:
    """Return one line of the table."""
    ours, bare, added = (value * scale for value in seconds)
    return {"what": what, "workbench": ours, "bare": bare, "added": added, "limit": limit}


if __name__ == "__main__":
    main()

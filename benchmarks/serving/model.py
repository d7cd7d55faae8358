"""The tests' stand-in for OpenAI in a process of its own, which speaks as slowly as a model does."""

from __future__ import annotations

import json
import sys

from tests.standin import StandIn, ok

PACE = 0.02
"""Seconds between two words."""
MOST = 100_000

if __name__ == "__main__":
    with StandIn() as server:
        server.script("openai", [ok(pace=PACE)] * MOST)
        print(json.dumps(server.environment("openai")), flush=True)
        sys.stdin.read()

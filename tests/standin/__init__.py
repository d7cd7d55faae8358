"""A stand-in for four chat services on loopback, at the level of the wire.

    from tests.standin import StandIn, cut, fail

    with StandIn() as server:
        settings = load_settings(**server.settings())
        server.script("openai", [fail(500), cut(after=2)])
        ...
        server.requests[-1].body

A request that no behaviour is scripted for gets an answer that depends on the prompt and on a
counter, so that the same prompt asked twice is answered differently, and the same every time.
"""

from __future__ import annotations

from tests.standin.behaviours import Behaviour, corrupt, cut, fail, ok, slow, stumble, truncate
from tests.standin.server import KEYS, Request, StandIn

__all__ = [
    "KEYS",
    "Behaviour",
    "Request",
    "StandIn",
    "corrupt",
    "cut",
    "fail",
    "ok",
    "slow",
    "stumble",
    "truncate",
]

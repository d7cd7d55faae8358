"""A real Studio whose OpenAI is the wire-level stand-in, and a way to wait for what a thread does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import workbench
from tests.standin.server import StandIn
from workbench.settings import load_settings
from workbench.studio import Studio

PATIENCE = 20


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn() as server:
        yield server


@pytest.fixture
def studio(standin: StandIn) -> Iterator[Studio]:
    made = Studio(load_settings(**standin.settings("openai"), workbench_retries=0))
    workbench.use(made)
    yield made
    made.close()


def until(condition: Callable[[], Any]) -> Any:
    """Return the condition's first true value."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError("what was waited for did not happen")

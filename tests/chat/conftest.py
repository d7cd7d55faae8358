"""The stand-in for the remote providers, shared by the tests of one module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.standin import StandIn


@pytest.fixture(scope="module")
def _served() -> Iterator[StandIn]:
    with StandIn() as server:
        yield server


@pytest.fixture
def server(_served: StandIn) -> StandIn:
    """A stand-in with an empty journal and no script."""
    _served.reset()
    return _served

"""A PostgreSQL and a Redis server of the tests' own."""

from __future__ import annotations

import pytest

from tests.servers.redis import RedisServer
from workbench.settings import load_settings
from workbench.studio import Studio


@pytest.fixture
def url(postgres):
    """The address of an empty database."""
    return postgres.empty()


@pytest.fixture
def shared(postgres, home, monkeypatch):
    """A Studio on an upgraded server."""
    monkeypatch.setenv("DATABASE_URL", postgres.fresh())
    studio = Studio(load_settings())
    yield studio
    studio.close()


@pytest.fixture
def redis(tmp_path_factory):
    """An empty Redis of the test's own, on a socket in a temporary folder."""
    if RedisServer.PROGRAM is None:
        pytest.skip("Redis is not installed")
    started = RedisServer(tmp_path_factory.mktemp("redis"))
    yield started
    started.stop()

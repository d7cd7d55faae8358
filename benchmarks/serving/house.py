"""A watched server, and the people and conversations that it has."""

from __future__ import annotations

import json
import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import insert

from tests.jupyter import Server, serving
from workbench.server.identity import COOKIE
from workbench.settings import load_settings
from workbench.storage.models import ChatSession
from workbench.studio import Studio

MODEL = {"provider": "openai", "model": "gpt-4o"}


class Watched:
    """A server, and what was measured in it."""

    def __init__(self, server: Server, file: Path) -> None:
        self.url, self.token = server.url + "/", server.token
        self._process, self._file = psutil.Process(server.process.pid), file
        self._used = self._busy = 0.0
        self._since = time.perf_counter()

    def figures(self) -> dict[str, Any]:
        """Return what was measured since the last time, and how many cores the process and all used."""
        self._file.unlink(missing_ok=True)
        os.kill(self._process.pid, signal.SIGUSR2)
        while not self._file.exists():
            time.sleep(0.01)
        times, now = self._process.cpu_times(), time.perf_counter()
        used, took = times.user + times.system - self._used, now - self._since
        self._used, self._since = times.user + times.system, now
        whole = psutil.cpu_times()
        before, self._busy = self._busy, whole.user + whole.nice + whole.system + whole.softirq
        all_used = self._busy - before
        return json.loads(self._file.read_text()) | {"core": used / took, "cores": all_used / took}


@contextmanager
def alone(folder: Path, environment: dict[str, str]) -> Iterator[Watched]:
    """Start ``workbench serve``."""
    with _watched(folder, "workbench.cli", lambda port, _: ["serve", f"--port={port}"], environment) as found:
        yield found


@contextmanager
def in_jupyter(folder: Path, environment: dict[str, str]) -> Iterator[Watched]:
    """Start a Jupyter Server with the extension."""

    def options(port: int, token: str) -> list[str]:
        return [
            f"--port={port}", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1",
            f"--IdentityProvider.token={token}", "--ServerApp.jpserver_extensions=workbench.server=True",
        ]  # fmt: skip

    with _watched(folder, "jupyter_server", options, environment) as found:
        yield found


@contextmanager
def _watched(
    folder: Path, module: str, options: Callable[[int, str], list[str]], environment: dict[str, str]
) -> Iterator[Watched]:
    file = folder / "loop.json"

    def whole(port: int, token: str) -> list[str]:
        return [str(file), module, *options(port, token)]

    with serving(folder, "benchmarks.serving.watched", whole, "login", environment) as server:
        found = Watched(server, file)
        # Who starts is waited for by nobody.
        found.figures()
        yield found


@contextmanager
def opened(folder: Path, **settings: Any) -> Iterator[Studio]:
    """Open what the server in this folder will stand on."""
    home = folder / "home" / "workbench"
    home.mkdir(parents=True)
    studio = Studio(load_settings(workbench_home=home, workbench_user="researcher", **settings))
    yield studio
    studio.close()


def place(number: int) -> str:
    """Return one of the addresses of loopback, for those of one address share its limit."""
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


def rooms(studio: Studio, count: int, size: int) -> list[dict[str, str]]:
    """Make conversations with so many members each; return the members, room by room."""
    made = []
    for room in range(count):
        users = [studio.accounts.create(f"user-{room}-{number}") for number in range(size)]
        talk = studio.chat.create_session(users[0].id, f"Room {room}", **MODEL)
        for user in users[1:]:
            studio.chat.add_member(talk, users[0].id, user.username)
        for user in users:
            key, _ = studio.accounts.create_key(user.id, "load")
            made.append({"room": talk, "key": key, "address": place(len(made))})
    return made


def filled(studio: Studio, user_id: str, count: int) -> list[str]:
    """Give a user conversations, two of each moment; return them as they are to be listed."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    rows: list[dict[str, Any]] = [
        {
            "id": str(uuid.uuid4()), "user_id": user_id, "title": f"What was said, part {number}",
            "model_provider": "openai", "model_name": "gpt-4o", "settings": {"temperature": 0.2},
            "created_at": start, "updated_at": start + timedelta(minutes=number // 2),
        }
        for number in range(count)
    ]  # fmt: skip
    with studio.database.begin() as session:
        session.execute(insert(ChatSession), rows)
    rows.sort(key=lambda row: (row["updated_at"], row["id"]), reverse=True)
    return [row["id"] for row in rows]


def readers(
    studio: Studio, by: str, count: int, conversations: int, times: int
) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """Make users known by ``key`` or ``cookie``; return them and the lists that they are to read."""
    made, lists = [], {}
    for number in range(count):
        name = f"{by}-{number}"
        user = studio.accounts.create(name)
        if by == "key":
            headers = {"Authorization": f"Bearer {studio.accounts.create_key(user.id, 'load')[0]}"}
        else:
            token = studio.accounts.open_session(user.id, address="127.0.0.1", agent="load")
            headers = {"Cookie": f"{COOKIE}={token}"}
        made.append({"name": name, "headers": headers, "address": place(number), "times": times})
        lists[name] = filled(studio, user.id, conversations) * times
    return made, lists

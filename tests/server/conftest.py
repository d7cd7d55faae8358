"""A Jupyter Server with the workbench in it, and who asks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.jupyter import Server, serving
from tests.standin.server import StandIn

BASE = "/team/"
"""The base URL; not the root, so that no address is right by chance."""


@dataclass
class Client:
    """Sends requests as one user."""

    server: Server
    token: str | None

    def send(self, method: str, path: str, **given: Any) -> requests.Response:
        """Send a request; ``path`` stands below the base URL."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= given.pop("headers", {})
        address = f"{self.server.url}{BASE}{path.removeprefix('/')}"
        return requests.request(method, address, headers=headers, timeout=60, **given)

    def get(self, path: str, **given: Any) -> requests.Response:
        """Read."""
        return self.send("GET", path, **given)

    def post(self, path: str, **given: Any) -> requests.Response:
        """Make."""
        return self.send("POST", path, **given)


@pytest.fixture(scope="session")
def standin() -> Iterator[StandIn]:
    """OpenAI's stand-in."""
    with StandIn() as server:
        yield server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, standin: StandIn) -> Iterator[Server]:
    """A notebook server with the extension, shared by the tests that leave it as it is."""
    folder = tmp_path_factory.mktemp("jupyter")
    with serving(folder, "jupyter_server", _options, f"{BASE[1:]}api/status", _environment(standin)) as found:
        yield found


@pytest.fixture
def client(server: Server) -> Client:
    """Who owns the server."""
    return Client(server, server.token)


@pytest.fixture
def stranger(server: Server) -> Client:
    """Somebody without a token."""
    return Client(server, None)


def _options(port: int, token: str) -> list[str]:
    return [
        f"--port={port}", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.base_url={BASE}", f"--IdentityProvider.token={token}",
        "--ServerApp.jpserver_extensions=workbench.server=True",
        "--ServerApp.allow_unauthenticated_access=False",
    ]  # fmt: skip


def _environment(standin: StandIn) -> dict[str, str]:
    return {"WORKBENCH_EMBEDDER": "minilm", **standin.environment("openai")}


def text_file(folder: Path, name: str, text: str) -> Path:
    """Write a file to be uploaded."""
    path = folder / name
    path.write_text(text)
    return path

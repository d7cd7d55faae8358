"""A Jupyter Server with the workbench in it, and who asks it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.jupyter import ROOT, Server, serving
from tests.standin.server import StandIn
from workbench.settings import load_settings
from workbench.studio import Studio

BASE = "/team/"
"""The base URL; not the root, so that no address is right by chance."""
PASSWORD = "correct horse battery"
OPENAI = {"model_provider": "openai", "model_name": "gpt-4o"}
"""Of a conversation that the stand-in answers."""
_PATIENCE = 120


@dataclass
class Client:
    """Sends requests as one user."""

    server: Server
    token: str | None
    base: str = BASE

    def send(self, method: str, path: str, **given: Any) -> requests.Response:
        """Send a request; ``path`` stands below the base URL."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= given.pop("headers", {})
        address = f"{self.server.url}{self.base}{path.removeprefix('/')}"
        return requests.request(method, address, headers=headers, timeout=60, **given)

    def get(self, path: str, **given: Any) -> requests.Response:
        """Read."""
        return self.send("GET", path, **given)

    def post(self, path: str, **given: Any) -> requests.Response:
        """Make."""
        return self.send("POST", path, **given)

    def ended(self, begun: requests.Response) -> dict[str, Any]:
        """Follow long work to its end; return its Run."""
        assert begun.status_code == 202, begun.text
        assert begun.headers["Location"] == f"{BASE}api/runs/{begun.json()['run_id']}"
        end = time.monotonic() + _PATIENCE
        while (run := self.get(begun.headers["Location"].removeprefix(BASE)).json())["status"] == "running":
            assert time.monotonic() < end
            time.sleep(0.05)
        found: dict[str, Any] = run
        return found


@pytest.fixture(scope="session")
def standin() -> Iterator[StandIn]:
    """OpenAI's stand-in."""
    with StandIn() as server:
        yield server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, standin: StandIn) -> Iterator[Server]:
    """A notebook server with the extension, shared by the tests that leave it as it is."""
    folder = tmp_path_factory.mktemp("jupyter")
    with notebook_server(folder, standin) as found:
        yield found


BOTH = pytest.mark.parametrize("alone", ["sqlite", "postgresql"], indirect=True)
"""Lets a test that asks for `alone` run on either database."""


@pytest.fixture(scope="module")
def _started(tmp_path_factory: pytest.TempPathFactory, standin: StandIn) -> Iterator[Callable[..., Server]]:
    """Start the service on a home and a database of its own, once for each kind of database."""
    found: dict[str, Server] = {}
    with ExitStack() as running:

        def start(kind: str, url: Callable[[], str] | None) -> Server:
            if kind not in found:
                folder = tmp_path_factory.mktemp("alone")
                if url is not None:
                    on_database(folder, url())
                found[kind] = running.enter_context(standing(folder, standin))
            return found[kind]

        yield start


@pytest.fixture
def alone(request: pytest.FixtureRequest, _started: Callable[..., Server]) -> Server:
    """The service without Jupyter, shared by a module's tests."""
    kind = getattr(request, "param", "sqlite")
    return _started(kind, request.getfixturevalue("postgres").fresh if kind == "postgresql" else None)


def on_database(folder: Path, url: str) -> None:
    """Let a server that starts in this folder, and whoever opens its home, use a database."""
    home = folder / "home" / "workbench"
    home.mkdir(parents=True)
    (home / "config.toml").write_text(f'database_url = "{url}"\n')


def notebook_server(
    folder: Path, standin: StandIn, options: Iterable[str] = ()
) -> AbstractContextManager[Server]:
    """Start a Jupyter Server on a folder; that the workbench is installed switches its extension on."""
    environment = {"WORKBENCH_EMBEDDER": "minilm", **standin.environment("openai")}
    return serving(
        folder,
        "jupyter_server",
        lambda port, token: [*_options(port, token), f"--ServerApp.root_dir={folder}", *options],
        f"{BASE[1:]}socket.io/socket.io.js",
        environment,
    )


def standing(
    folder: Path,
    standin: StandIn,
    base: str = BASE,
    options: Iterable[str] = (),
    cwd: Path = ROOT,
    **settings: str,
) -> AbstractContextManager[Server]:
    """Start the service without Jupyter, with the reports of `cwd`."""
    environment = {"WORKBENCH_RETRIES": "0", **standin.environment("openai"), **settings}
    return serving(
        folder,
        "workbench.cli",
        lambda port, _: ["serve", f"--port={port}", f"--base-url={base}", *options],
        f"{base[1:]}login",
        environment,
        cwd,
    )


def home_of(server: Server) -> Path:
    """Return where the server keeps everything."""
    return server.log.parent / "home" / "workbench"


@pytest.fixture
def studio(alone: Server) -> Iterator[Studio]:
    """The service's own database, to make users in."""
    opened = Studio(load_settings(workbench_home=home_of(alone)))
    yield opened
    opened.close()


@pytest.fixture
def user(studio: Studio) -> Callable[[str], str]:
    """Make a user with the usual password; return the identifier."""

    def made(name: str) -> str:
        return studio.accounts.create(name, password=PASSWORD).id

    return made


def key_of(studio: Studio, user_id: str, **given: Any) -> str:
    """Return a new key of the user."""
    return studio.accounts.create_key(user_id, "test", **given)[0]


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
        "--ServerApp.allow_unauthenticated_access=False",
    ]  # fmt: skip


def text_file(folder: Path, name: str, text: str) -> Path:
    """Write a file to be uploaded."""
    path = folder / name
    path.write_text(text)
    return path

"""Nothing here touches the real user, reads a key, or leaves the machine."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.standin import StandIn
from workbench.settings import Settings, load_settings

MODEL_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
# What the machine's own environment may carry and a test must not see.
_KEYS = ("_API_KEY", "_TOKEN", "_SECRET", "_PASSWORD", "_ACCESS_KEY", "_BASE_URL")
_KEPT = {"WORKBENCH_TEST_MODELS"}
_LOOPBACK = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "::", ""}
_REAL = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex", "sendto")}
_LOOKUP = socket.getaddrinfo


# What a folder's tests are marked with.
_FOLDERS = {"acceptance": "acceptance", "browser": "browser", "server": "servers", "servers": "servers"}
# They load torch, hash passwords, wait for limits, servers and jobs, and start a kernel for each test.
_SLOW_FILES = (
    "accounts/test_service.py",
    "chat/test_foreign_servers.py",
    "embedders/test_embedders.py",
    "kernels/test_redaction.py",
    "knowledge/parsing/test_hostile.py",
    "knowledge/parsing/test_sandbox.py",
    "quantum/devices/test_aws.py",
    "quantum/devices/test_fake.py",
    "quantum/devices/test_google.py",
    "quantum/devices/test_ibm.py",
    "reports/test_report.py",
)


# They load circuit engines, each of which takes seconds to start.
_ENGINES = ("/tests/quantum/", "/tests/magics/test_circuit", "/tests/widgets/test_circuit")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what its folder or the local model makes slow, before ``-m`` chooses."""
    for item in items:
        for folder in _FOLDERS.keys() & set(item.path.parts):
            item.add_marker(_FOLDERS[folder])
        if "model_file" in getattr(item, "fixturenames", ()) or item.path.as_posix().endswith(_SLOW_FILES):
            item.add_marker("slow")
        place = item.path.as_posix()
        if any(part in place for part in _ENGINES):
            item.add_marker("engines")


class LeftTheMachine(AssertionError):
    """A test tried to reach something that is not loopback."""


def _is_local(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    return name is None or name in _LOOPBACK or str(name).startswith("127.")


def _guarded(method: str) -> Any:
    real = _REAL[method]

    def guard(self: socket.socket, *args: Any) -> Any:
        address = args[-1]
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
            raise LeftTheMachine(f"A test tried to reach {address}.")
        return real(self, *args)

    return guard


def _lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
    if not _is_local(host):
        raise LeftTheMachine(f"A test tried to look up {host!r}.")
    return _LOOKUP(host, *args, **kwargs)


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for method in _REAL:
            patch.setattr(socket.socket, method, _guarded(method))
        patch.setattr(socket, "getaddrinfo", _lookup)
        yield


@pytest.fixture(autouse=True)
def _nobodys_home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Point every setting at a fresh folder, in a working folder that holds no ``.env``."""
    base = tmp_path_factory.mktemp("nobody")
    known = {name.upper() for name in Settings.model_fields}
    for name in list(os.environ):
        if (name in known or name.endswith(_KEYS) or name.startswith("WORKBENCH_")) and name not in _KEPT:
            monkeypatch.delenv(name)
    folders = {"WORKBENCH_HOME": "home", "JUPYTER_CONFIG_DIR": "jupyter", "IPYTHONDIR": "ipython"}
    for name, folder in folders.items():
        monkeypatch.setenv(name, str(base / folder))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("WORKBENCH_USER", "researcher")
    (base / "work").mkdir()
    monkeypatch.chdir(base / "work")
    yield
    if "workbench.studio" in sys.modules:
        sys.modules["workbench.studio"].use(None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A PostgreSQL server, shared by tests that take a database of their own in it."""
    from tests.servers.postgres import PostgresServer

    started = PostgresServer()
    yield started
    started.close()


@pytest.fixture(scope="module")
def _served() -> Iterator[StandIn]:
    with StandIn() as server:
        yield server


@pytest.fixture
def server(_served: StandIn) -> StandIn:
    """A stand-in with an empty journal and no script."""
    _served.reset()
    return _served


@pytest.fixture
def home() -> Path:
    """Where this test's workbench keeps everything."""
    return Path(os.environ["WORKBENCH_HOME"])


@pytest.fixture
def settings() -> Settings:
    """The settings of an empty home with no key."""
    return load_settings()


@pytest.fixture
def studio(settings: Settings) -> Iterator[Any]:
    """A Studio on an empty home, which is also the process's default one."""
    from workbench.studio import Studio, use

    made = Studio(settings)
    use(made)
    yield made
    made.close()


def _models_folder() -> Path | None:
    root = Path(__file__).parents[1]
    places = (os.environ.get("WORKBENCH_TEST_MODELS"), root / ".cache/models", root / ".workbench/models")
    return next((Path(place) for place in places if place and (Path(place) / MODEL_FILE).is_file()), None)


@pytest.fixture(scope="session")
def model_file() -> Path:
    """The embedded language model; tests that need it say so by asking for this."""
    folder = _models_folder()
    if folder is None:
        pytest.skip("the local model is not here; `make test` fetches it, or set WORKBENCH_TEST_MODELS")
    return folder / MODEL_FILE


@pytest.fixture
def local_model(model_file: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let this test's settings find the embedded model; ask for it before ``settings``."""
    monkeypatch.setenv("WORKBENCH_MODELS_FOLDER", str(model_file.parent))
    return "local:smollm2"

"""Real servers on loopback and a real Chromium; left out, with the reason, where one is missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.jupyter import PATIENCE, ROOT, Server, serving
from tests.standin.server import StandIn

# Read here: the tests' own environment is cleared of WORKBENCH_*.
ARTIFACTS = Path(os.environ.get("WORKBENCH_TEST_ARTIFACTS", ROOT / "test-artifacts"))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SWITCHES = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--no-first-run"]
LOCAL = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser, shared by all tests; each gets pages of its own."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: `apt-get install chromium`, then run again")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def strayed() -> list[str]:
    """Addresses outside loopback that a page asked for; none was reached."""
    return []


@pytest.fixture
def open_page(chromium: Any, strayed: list[str]) -> Iterator[Callable[..., Any]]:
    """Open a page of a size and colour scheme that may reach loopback alone."""
    contexts = []

    def stop(route: Any) -> None:
        strayed.append(route.request.url)
        route.abort()

    def opened(url: str, *, width: int = 1280, height: int = 900, dark: bool = False) -> Any:
        scheme = "dark" if dark else "light"
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        context.route(lambda address: not address.startswith(LOCAL), stop)
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def keep_picture() -> Callable[[Any, str], Path]:
    """Save a screenshot as an artifact of the tests."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)

    def kept(page: Any, name: str) -> Path:
        path = ARTIFACTS / f"{name}.png"
        page.screenshot(path=path)
        return path

    return kept


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start a Jupyter program with a home of its own, and stop it after the test."""
    with ExitStack() as running:
        yield lambda *given: running.enter_context(serving(tmp_path, *given))


@pytest.fixture
def lab(serve: Callable[..., Server]) -> Callable[..., Server]:
    """Start JupyterLab on a folder, as quiet as ``workbench lab`` makes it."""
    from workbench.cli.serve import pages

    def started(folder: Path, **environment: str) -> Server:
        return serve(
            "jupyterlab",
            lambda port, token: _lab_options(folder, port, token),
            "api/status",
            pages() | environment,
        )

    return started


def _lab_options(folder: Path, port: int, token: str) -> list[str]:
    return [
        f"--port={port}", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={folder}", f"--IdentityProvider.token={token}",
        "--ServerApp.allow_unauthenticated_access=False", "--LabApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]  # fmt: skip


@pytest.fixture
def voila(serve: Callable[..., Server]) -> Callable[..., Server]:
    """Start the dashboards as ``workbench dashboards`` does, a token on top."""
    from workbench.cli.dashboards import options
    from workbench.cli.serve import pages

    def started(*more: str, **environment: str) -> Server:
        def arguments(port: int, token: str) -> list[str]:
            return [
                *options(ROOT / "dashboards", port, 0), "--no-browser", f"--token={token}", *more,
            ]  # fmt: skip

        return serve("voila", arguments, "", pages() | environment)

    return started


@pytest.fixture
def standin() -> Iterator[StandIn]:
    """OpenAI's stand-in, for answers of a known pace."""
    with StandIn() as server:
        yield server

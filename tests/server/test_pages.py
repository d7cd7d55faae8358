"""What browsers load: the Socket.IO client from anywhere, one's own pages after logging in."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
import requests

from tests.jupyter import Server
from tests.server.browser import Browser
from tests.server.conftest import BASE, PASSWORD, home_of, standing
from tests.standin.server import StandIn
from workbench.settings import load_settings
from workbench.studio import Studio

SCRIPT = f"{BASE}socket.io/socket.io.js"


@pytest.fixture(scope="module")
def paged(tmp_path_factory: pytest.TempPathFactory, standin: StandIn) -> Iterator[Server]:
    """The service with a folder of pages, and a user."""
    folder = tmp_path_factory.mktemp("paged")
    web = folder / "web"
    (web / "more").mkdir(parents=True)
    (web / "index.html").write_text("<h1>Hello")
    (web / "more" / "room.html").write_text("<h1>Room")
    (web / ".env").write_text("SECRET=1")
    (folder / "outside.html").write_text("outside")
    with standing(folder, standin, options=[f"--pages={web}"]) as server:
        studio = Studio(load_settings(workbench_home=home_of(server)))
        studio.accounts.create("ada", password=PASSWORD)
        studio.close()
        yield server


@pytest.mark.parametrize("kind", ["notebook server", "alone"])
def test_a_stranger_may_load_the_client(server: Server, paged: Server, kind: str) -> None:
    address = f"{(server if kind == 'notebook server' else paged).url}{SCRIPT}"
    got = requests.get(address, timeout=30)
    assert (got.status_code, got.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert got.content == files("workbench.server").joinpath("pages/socket.io.js").read_bytes()
    assert b"Socket.IO v4.8." in got.content
    assert got.headers["Cache-Control"] == "max-age=86400"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in got.headers
    again = requests.get(address, headers={"If-None-Match": got.headers["Etag"]}, timeout=30)
    assert (again.status_code, again.content) == (304, b"")
    assert requests.head(address, timeout=30).headers["Etag"] == got.headers["Etag"]
    assert requests.post(address, timeout=30).status_code in {403, 405}


def test_its_licence_comes_along() -> None:
    told = files("workbench.server").joinpath("pages/socket.io.LICENSE.txt").read_text()
    script = files("workbench.server").joinpath("pages/socket.io.js").read_text()
    version = script.partition("Socket.IO v")[2].split()[0]
    assert f"socket.io-client {version}" in told
    assert "The MIT License" in told


def test_pages_are_for_who_is_logged_in(paged: Server) -> None:
    browser = Browser(paged)
    out = browser.session.get(browser.address("pages/more/room.html"), allow_redirects=False, timeout=30)
    assert out.status_code == 302
    assert out.headers["Location"] == f"{BASE}login?next=%2Fteam%2Fpages%2Fmore%2Froom.html"
    assert browser.session.head(browser.address("pages/more/room.html"), timeout=30).status_code == 302
    inside = browser.login("ada", next=f"{BASE}pages/more/room.html").headers["Location"]
    assert browser.session.get(f"{paged.url}{inside}", timeout=30).text == "<h1>Room"
    front = browser.send("GET", "pages/")
    assert (front.text, front.headers["Cache-Control"]) == ("<h1>Hello", "no-cache")


def test_no_page_is_what_is_hidden_or_outside(paged: Server) -> None:
    browser = Browser(paged)
    browser.login("ada")
    for path in ("pages/.env", "pages/none.html", "pages/%2e%2e/outside.html", "pages/more/%2e%2e/.env"):
        got = browser.send("GET", path)
        assert got.status_code in {403, 404}, path
        assert "error" in got.json()


def test_a_changed_page_is_seen(paged: Server) -> None:
    page = home_of(paged).parents[1] / "web" / "changing.html"
    browser = Browser(paged)
    browser.login("ada")
    for text in ("one", "another"):
        page.write_text(text)
        assert browser.send("GET", "pages/changing.html").text == text


def test_where_no_folder_is_named_there_are_no_pages(alone: Server) -> None:
    assert Browser(alone).send("GET", "pages/").status_code == 404


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from workbench.cli.app import app

    done = CliRunner().invoke(app, ["serve", f"--pages={tmp_path / 'none'}"])
    assert done.exit_code == 2

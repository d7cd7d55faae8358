"""Answers that are files: sent in pieces, saved and never shown, whatever they are called."""

from __future__ import annotations

import asyncio
import io
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from tests.server.conftest import key_of
from workbench.server.application import create_app
from workbench.server.attachment import PIECE, Attachment
from workbench.server.handler import ApiHandler
from workbench.server.route import Route
from workbench.server.sockets import Rooms, Sockets
from workbench.settings import load_settings
from workbench.studio import Studio

SIZE = 40 << 20


class Counting(io.RawIOBase):
    """A file of zeros that knows how far it was read, and when it was closed."""

    def __init__(self) -> None:
        self.at = 0
        self.largest = 0
        self.ended = threading.Event()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.at = SIZE if whence == io.SEEK_END else offset
        return self.at

    def read(self, size: int = -1) -> bytes:
        given = bytes(min(size if size >= 0 else SIZE, SIZE - self.at))
        self.at += len(given)
        self.largest = max(self.largest, len(given))
        return given

    def close(self) -> None:
        self.ended.set()
        super().close()


@pytest.fixture
def studio(home: Path) -> Iterator[Studio]:
    made = Studio(load_settings())
    yield made
    made.close()


@pytest.fixture
def answer(studio: Studio) -> Iterator[Callable[[Attachment], tuple[str, dict[str, str]]]]:
    """Serve a route that gives an attachment; return its address and what opens it."""
    key = key_of(studio, studio.accounts.create("ada").id)
    app = create_app(studio)
    rooms = Sockets(studio).rooms
    started: Future[tuple[int, Callable[[], None]]] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(_serving(app, started)))
    thread.start()
    port, stop = started.result(60)

    def given(file: Attachment) -> tuple[str, dict[str, str]]:
        route = Route("GET", "/file", lambda _: file, "", Attachment, attaches=("*/*",))
        _mount(app, route, studio, rooms)
        return f"http://127.0.0.1:{port}/file", {"Authorization": f"Bearer {key}"}

    yield given
    stop()
    thread.join()


def _mount(app: Any, route: Route, studio: Studio, rooms: Rooms) -> None:
    arguments = {"studio": studio, "rooms": rooms, "by_method": {route.method: route}}
    app.add_handlers(".*", [(route.pattern, ApiHandler, arguments)])


async def _serving(app: Any, started: Future[tuple[int, Callable[[], None]]]) -> None:
    server, stopped, loop = HTTPServer(app), asyncio.Event(), asyncio.get_running_loop()
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    started.set_result((sockets[0].getsockname()[1], lambda: loop.call_soon_threadsafe(stopped.set)))
    await stopped.wait()
    server.stop()
    await server.close_all_connections()


Answer = Callable[[Attachment], tuple[str, dict[str, str]]]


@pytest.mark.parametrize("content", [b"", b"x" * (2 * PIECE + 7)], ids=["empty", "long"])
@pytest.mark.parametrize("kind", ["bytes", "path", "file"])
def test_a_file_arrives_as_it_is(answer: Answer, tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(content)
    given = {"bytes": content, "path": path, "file": io.BytesIO(content)}[kind]
    address, headers = answer(Attachment(given, "application/x-thing", 'Straße "7".bin'))
    got = requests.get(address, headers=headers, timeout=60)
    assert (got.status_code, got.content) == (200, content)
    assert got.headers["Content-Type"] == "application/x-thing"
    assert got.headers["Content-Length"] == str(len(content))
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Disposition"] == (
        "attachment; filename=\"Stra_e _7_.bin\"; filename*=UTF-8''Stra%C3%9Fe%20_7_.bin"
    )


def test_no_more_is_read_than_is_taken_and_who_goes_ends_it(answer: Answer) -> None:
    file = Counting()
    address, headers = answer(Attachment(file, "application/x-thing", "zeros"))
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port), timeout=60) as connection:
        sent = f"GET /file HTTP/1.1\r\nHost: x\r\nAuthorization: {headers['Authorization']}\r\n\r\n"
        connection.sendall(sent.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        # The kernel's buffers hold some megabytes, and the server holds a piece.
        assert file.at < SIZE
    assert file.ended.wait(60)
    assert file.at < SIZE
    assert file.largest == PIECE


def test_a_file_that_is_gone_is_told_and_not_half_sent(answer: Answer, tmp_path: Path) -> None:
    address, headers = answer(Attachment(tmp_path / "gone", "application/x-thing", "gone"))
    got = requests.get(address, headers=headers, timeout=60)
    assert (got.status_code, got.json()["error"]["code"]) == (500, "workbench_error")
    assert "Content-Disposition" not in got.headers

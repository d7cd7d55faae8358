"""Uploads take no memory, are refused in time, and leave nothing when they are cut off."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.jupyter import Server
from tests.server.conftest import BASE, Client

pytestmark = pytest.mark.slow
MOST = 100 << 20
BORDER = "border-of-the-form"
HEAD = (
    f'--{BORDER}\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n'
    "Content-Type: application/octet-stream\r\n\r\n"
).encode()
TAIL = f"\r\n--{BORDER}--\r\n".encode()


def body(size: int) -> Iterator[bytes]:
    """Yield a form with a file of so many bytes, no two pieces alike."""
    yield HEAD
    for at in range(0, size, 1 << 20):
        yield (at.to_bytes(8, "big") * (1 << 17))[: size - at]
    yield TAIL


def opened(server: Server, length: int, *, key: str) -> socket.socket:
    """Begin an upload of so many bytes by hand."""
    place = urlsplit(server.url)
    connection = socket.create_connection((place.hostname, place.port), timeout=30)
    connection.sendall(
        f"POST {BASE}api/files/upload HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: multipart/form-data; boundary={BORDER}\r\nContent-Length: {length}\r\n\r\n".encode()
    )
    return connection


def peak(server: Server) -> int:
    """Return the most memory that the server had, in bytes."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def kept(server: Server) -> list[Path]:
    """Return what lies in the folder of the uploads."""
    folder = server.log.parent / "home" / "workbench" / "uploads"
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no /proc here")
def test_a_hundred_mebibytes_cost_no_memory(server: Server, client: Client) -> None:
    small = client.post("api/files/upload", files={"file": ("small.bin", b"\0\1\2" * 1000)})
    assert small.status_code == 201
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")
    before = peak(server)
    headers = {"Content-Type": f"multipart/form-data; boundary={BORDER}"}
    answer = client.post("api/files/upload", data=body(MOST), headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.json()["file_size"] == MOST
    assert peak(server) - before < 20 << 20
    assert client.send("DELETE", f"api/files/{answer.json()['id']}").status_code == 200


def test_a_byte_too_many_is_told_before_it_has_come(server: Server, client: Client) -> None:
    before = kept(server)
    size = MOST + 1
    with opened(server, len(HEAD) + size + len(TAIL) + (1 << 16), key=server.token) as connection:
        connection.sendall(HEAD)
        answer = b""
        while b"too_large" not in answer:
            answer += connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 413")
    headers = {"Content-Type": f"multipart/form-data; boundary={BORDER}"}
    whole = client.post("api/files/upload", data=body(size), headers=headers)
    assert (whole.status_code, whole.json()["error"]["code"]) == (413, "too_large")
    assert kept(server) == before


def test_a_stranger_is_refused_before_the_body(server: Server) -> None:
    with opened(server, 50 << 20, key="nobody") as connection:
        assert connection.recv(65536).startswith(b"HTTP/1.1 401")


def test_an_upload_that_is_cut_off_leaves_nothing(server: Server, client: Client) -> None:
    before = kept(server)
    with opened(server, 10 << 20, key=server.token) as connection:
        connection.sendall(HEAD + b"x" * (5 << 20))
    assert client.get("api/health").status_code == 200
    assert kept(server) == before
    assert "large.bin" not in client.get("api/files").text

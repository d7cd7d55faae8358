"""No test can leave the machine, read a key of the person who runs it, or write to their home."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from workbench.settings import Settings, load_settings

# Reserved for documentation: nobody is there, whatever happens.
ELSEWHERE = ("192.0.2.1", 80)


def test_nothing_beyond_loopback_can_be_reached() -> None:
    with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagram:
        for leave in (
            lambda: stream.connect(ELSEWHERE),
            lambda: stream.connect_ex(ELSEWHERE),
            lambda: datagram.sendto(b"x", ELSEWHERE),
            lambda: socket.getaddrinfo("example.org", 443),
        ):
            with pytest.raises(AssertionError, match="A test tried to"):
                leave()


def test_loopback_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        server.accept()[0].close()


def test_the_home_is_a_fresh_folder_and_no_key_is_set(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = load_settings()
    assert settings.workbench_home.is_relative_to(tmp_path_factory.getbasetemp())
    assert Path.cwd().is_relative_to(tmp_path_factory.getbasetemp())
    assert settings.secrets() == {}
    given = {name.upper() for name in Settings.model_fields} & set(os.environ)
    assert given == {"WORKBENCH_HOME", "WORKBENCH_USER"}

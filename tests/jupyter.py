"""Jupyter programs on loopback, each with a home of its own."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATIENCE = 90


@dataclass
class Server:
    """A Jupyter program of one test."""

    url: str
    token: str
    process: subprocess.Popen[bytes]
    log: Path

    def address(self, path: str) -> str:
        """The path's address, with the token that opens it."""
        joint = "&" if "?" in path else "?"
        return f"{self.url}/{path}{joint}token={self.token}"


@contextmanager
def serving(
    folder: Path,
    program: str,
    options: Callable[[int, str], list[str]],
    ready: str,
    environment: dict[str, str],
    cwd: Path = ROOT,
) -> Iterator[Server]:
    """Start a program in `cwd` and wait until it answers; its home and its log lie in the folder."""
    port, token = _free_port(), secrets.token_hex(16)
    log = folder / f"server-{port}.log"
    command = [sys.executable, "-m", program, *options(port, token)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=cwd, env=_environment(folder) | environment, stdout=output, stderr=output
        )
    try:
        server = Server(f"http://127.0.0.1:{port}", token, process, log)
        _wait_for(server, ready)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment(tmp_path: Path) -> dict[str, str]:
    """Only what a Jupyter program needs: no key, no setting of this machine's user."""
    home = tmp_path / "home"
    home.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "JUPYTER_PLATFORM_DIRS": "1",
        "WORKBENCH_HOME": str(home / "workbench"),
        "WORKBENCH_USER": "researcher",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(server: Server, path: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if server.process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(server.address(path), timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"The server did not come up:\n{server.log.read_text()[-4000:]}")

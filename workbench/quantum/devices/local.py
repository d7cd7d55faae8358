"""Jobs on virtual devices: a folder each, and a process of their own that outlives ours.

``WORKBENCH_HOME/jobs/TOKEN`` holds ``job.json`` and the program, written by who submits;
``spawned.json`` and ``worker.json``, which name the worker's process; ``result.json``, written once by
whoever ends the job; and ``log``. Every file is there whole or not at all.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from workbench.errors import BadInput
from workbench.quantum.devices.base import Fetched
from workbench.runs.identity import is_alive, owner

__all__ = ["LocalJobs", "read", "write_once"]

_START_SECONDS = 60.0
"""In which a worker says that it is there, should nobody know its process."""
_LOGGED = 400


class LocalJobs:
    """The folder of jobs.

    Parameters
    ----------
    home : Path
        ``WORKBENCH_HOME``.
    """

    def __init__(self, home: Path) -> None:
        self.folder = home / "jobs"

    def start(self, token: str, job: dict[str, Any], program: bytes) -> None:
        """Write the job down and start its worker.

        Parameters
        ----------
        token : str
            Names the job; a Run's identifier.
        job : dict
            JSON, read by `workbench.quantum.devices.worker`.
        program : bytes
            The circuit in the device's own terms.
        """
        place = self._place(token)
        if place.exists():
            raise BadInput(f"The job {token} is here already.", "Submit under a new Run.")
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.folder / f".{token}.{secrets.token_hex(4)}"
        draft.mkdir(mode=0o700)
        _write(draft / "program", program)
        _write(draft / "job.json", json.dumps(job | {"at": time.time(), "by": owner()}).encode())
        draft.rename(place)
        process = _spawn(place)
        write_once(place / "spawned.json", {"owner": owner(process.pid)})
        # Somebody has to wait for it, or a dead worker stays a zombie as long as we live.
        threading.Thread(target=process.wait, name=f"worker-{token}", daemon=True).start()

    def fetch(self, token: str) -> Fetched:
        """Return how the job stands; a worker that died is told as failed."""
        place = self._place(token)
        if not (place / "job.json").is_file():
            return Fetched("failed", message="The job never reached this machine.", cost=0.0)
        return _result(place) or self._unended(place)

    def cancel(self, token: str) -> None:
        """Stop the worker; a job that has a result keeps it."""
        place = self._place(token)
        if not place.is_dir() or not write_once(
            place / "result.json", {"state": "cancelled", "message": "It was cancelled."}
        ):
            return
        for name in ("worker.json", "spawned.json"):
            who = read(place / name)
            if who is not None and is_alive(who["owner"]) and _is_here(who["owner"]):
                with suppress(ProcessLookupError, PermissionError):
                    # It leads a session of its own, so that its children go too.
                    os.killpg(int(who["owner"].rsplit(":", 2)[1]), signal.SIGTERM)

    def _unended(self, place: Path) -> Fetched:
        worker, spawned = read(place / "worker.json"), read(place / "spawned.json")
        who = worker or spawned
        if who is not None and is_alive(who["owner"]):
            return Fetched("running" if worker else "queued", cost=0.0)
        job = read(place / "job.json") or {"at": 0.0}
        if who is None and time.time() - job["at"] < _START_SECONDS:
            return Fetched("queued", cost=0.0)
        # It may have ended in the meantime.
        return _result(place) or Fetched("failed", message=_obituary(place, worker), cost=0.0)

    def _place(self, token: str) -> Path:
        if not token.isalnum():
            raise BadInput(f"{token!r} names no job; expected letters and digits.")
        return self.folder / token


def read(path: Path) -> dict[str, Any] | None:
    """Return the JSON object of a file, or ``None`` where there is none."""
    try:
        body: dict[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    return body


def write_once(path: Path, body: dict[str, Any]) -> bool:
    """Write the file unless it is there; return whether it was not."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    _write(draft, json.dumps(body).encode())
    try:
        # A link fails where a rename would replace: whoever is first has said how the job ended.
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _spawn(place: Path) -> subprocess.Popen[bytes]:
    with (place / "log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "workbench.quantum.devices.worker", str(place / "job.json")],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _is_here(who: str) -> bool:
    return who.rsplit(":", 2)[0] == owner().rsplit(":", 2)[0]


def _result(place: Path) -> Fetched | None:
    body = read(place / "result.json")
    if body is None:
        return None
    return Fetched(
        body["state"], body.get("counts"), body.get("message", ""), cost=0.0, meta=body.get("meta", {})
    )


def _obituary(place: Path, worker: dict[str, Any] | None) -> str:
    what = "The worker's process ended before the job did" if worker else "The worker's process never started"
    with suppress(OSError):
        lines = (place / "log").read_text(errors="replace").strip().splitlines()
        if lines:
            return f"{what}; its last words: {lines[-1][:_LOGGED]}"
    return f"{what}, and it left no word why: it was killed, or the machine was restarted."

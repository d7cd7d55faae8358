"""The process of one job on a virtual device: ``python -m workbench.quantum.devices.worker JOBFILE``."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.quantum.devices.local import read, write_once
from workbench.runs.identity import owner

__all__ = ["main"]

_LOOK_SECONDS = 0.2


def main(path: Path) -> int:
    """Do the job that a file describes and write its result beside it; return the exit code."""
    job = read(path)
    if job is None:
        sys.stderr.write(f"There is no job at {path}.\n")
        return 2
    place = path.parent
    # Whoever sent the job writes this, unless that process has died meanwhile.
    write_once(place / "spawned.json", {"owner": owner()})
    with _turn(place.parent):
        if (place / "result.json").exists():
            return 0
        if not write_once(place / "worker.json", {"owner": owner(), "at": time.time()}):
            sys.stderr.write("Another worker has this job.\n")
            return 3
        return _work(job, place)


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Wait for one of as many turns as there are processors; a process that dies gives its own back."""
    import fcntl

    while True:
        for number in range(os.cpu_count() or 1):
            with (folder / f".turn-{number}").open("ab") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                yield
                return
        time.sleep(_LOOK_SECONDS)


def _work(job: dict[str, Any], place: Path) -> int:
    began = time.perf_counter()
    try:
        counts = _simulate(job, (place / "program").read_bytes())
    except Exception as error:  # noqa: BLE001 - whatever it is, who fetches the job must hear of it
        write_once(place / "result.json", {"state": "failed", "message": f"{type(error).__name__}: {error}"})
        return 1
    meta = {"seconds": round(time.perf_counter() - began, 6)}
    write_once(place / "result.json", {"state": "done", "counts": counts, "meta": meta})
    return 0


def _simulate(job: dict[str, Any], program: bytes) -> dict[str, int]:
    if job["provider"] == "google":
        from workbench.quantum.devices.google_virtual import simulate
    else:
        from workbench.quantum.devices.fake import simulate
    return simulate(job["device"], program, shots=job["shots"], seed=job["seed"], clbits=job["clbits"])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

"""A process that is asked and answers in lines of JSON, and how it does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.jupyter import ROOT


class Process:
    """Asks; what goes wrong there is shown here."""

    def __init__(self, module: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def ask(self, what: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def answer(self) -> Any:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())


@contextmanager
def beside(module: str) -> Iterator[Process]:
    """Run a module of ours beside this process; it ends when nothing more is asked."""
    running = Process(module)
    try:
        yield running
        assert running.process.stdin
        running.process.stdin.close()
        running.process.wait(30)
    finally:
        running.process.kill()
        running.process.wait()


def question() -> Any:
    """Return what is asked, ``None`` at the end."""
    line = sys.stdin.readline()
    return json.loads(line) if line else None


def answer(told: Any) -> None:
    """Answer."""
    print(json.dumps(told), flush=True)

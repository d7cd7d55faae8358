"""A parser that does the worst it can; the file's extension says what."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from workbench.knowledge.document import Block, Document, Page

DEEDS = (
    "astral bounds crash disorder eat fail flood garbage hang litter offspring panic quit rows secrets "
    "spin surrogate"
)


class PanicException(BaseException):
    """What a panic in Rust looks like in Python."""


class Villain:
    name = "villain"
    version = "1"
    reads_text = False
    imports = ()
    file_types = {deed: f"application/x-{deed}" for deed in DEEDS.split()}  # noqa: RUF012

    def available(self):
        return None

    def parse(self, path, filename, limits):
        return getattr(self, filename.rpartition(".")[2])(limits)

    def astral(self, limits):
        return Document("\U0001f600" * (limits.characters // 2))

    def bounds(self, limits):
        kinds = (resource.RLIMIT_CORE, resource.RLIMIT_DATA, resource.RLIMIT_CPU)
        return Document(" ".join(str(resource.getrlimit(kind)[0]) for kind in kinds))

    def crash(self, limits):
        os.kill(os.getpid(), signal.SIGSEGV)

    def disorder(self, limits):
        return Document("abcdef", [Page(1, 3, 6), Page(2, 0, 3)])

    def eat(self, limits):
        held = []
        while True:
            held.append(bytearray(1 << 24))

    def fail(self, limits):
        return {}["missing"]

    def flood(self, limits):
        return Document("x" * (limits.characters + 1))

    def garbage(self, limits):
        for number in Path("/proc/self/fd").iterdir():
            with suppress(OSError):
                if int(number.name) > 2:
                    os.write(int(number.name), b"\xff" * 100)
        os._exit(0)

    def hang(self, limits):
        time.sleep(600)

    def litter(self, limits):
        name = tempfile.mkstemp()[1]
        Path("here.txt").write_text("x" * 1000, encoding="utf-8")
        return Document(name)

    def offspring(self, limits):
        return Document(str(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid))

    def panic(self, limits):
        raise PanicException

    def quit(self, limits):
        os._exit(5)

    def rows(self, limits):
        count = 2_000_000
        return Document("ab\n" * count, (), [Block(3 * n, 3 * n + 2, "row") for n in range(count)])

    def secrets(self, limits):
        return Document("\n".join(f"{name}={value}" for name, value in os.environ.items()))

    def spin(self, limits):
        while True:
            pass

    def surrogate(self, limits):
        return Document("a\ud800b")

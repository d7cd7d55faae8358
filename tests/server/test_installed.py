"""What installing the package does for a Jupyter Server."""

from __future__ import annotations

import re
import subprocess
import sys


def test_the_extension_is_on() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jupyter", "server", "extension", "list"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = " ".join(re.sub(r"\x1b\[\d*m", "", done.stdout + done.stderr).split())
    assert re.search(
        r"workbench\.server enabled - Validating workbench\.server\.\.\. workbench\.server \S* ?OK", told
    )


def test_jupyter_knows_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jupyter", "workbench", "--help"], capture_output=True, text=True, check=True
    )
    assert "--port" in done.stdout

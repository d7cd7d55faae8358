"""The command line, called in this process: a process for each call would take seconds."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from workbench.cli import main
from workbench.errors import WorkbenchError
from workbench.studio import Studio, use


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Call the command as a new process would: on the settings of this moment, with no terminal."""
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    def call(*arguments: str) -> Done:
        capsys.readouterr()
        studio = _fresh()
        try:
            code = main(arguments)
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        finally:
            if studio is not None:
                studio.close()
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return call


def _fresh() -> Studio | None:
    try:
        studio = Studio()
    except WorkbenchError:
        # what the command itself will meet and tell
        use(None)
        return None
    use(studio)
    return studio

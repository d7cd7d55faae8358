"""Running a notebook from top to bottom in a kernel of its own."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from workbench.errors import WorkbenchError
from workbench.reports.libraries import library
from workbench.settings import Settings

__all__ = ["environment", "execute"]

Progress = Callable[[int, int, str], object]


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """Return the environment in which another process has the same settings.

    This process's environment does not say it all: a Studio may have been given settings by argument,
    and the kernel works in the notebook's folder, where another ``.env`` or none may lie.
    """
    given = {name.upper(): _plain(getattr(settings, name)) for name in settings.model_fields_set}
    given["WORKBENCH_HOME"] = str(settings.home)
    return {**os.environ, **{name: text for name, text in given.items() if text is not None}, **more}


def _plain(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, dict):
        return json.dumps({name: limits.model_dump() for name, limits in value.items()})
    return str(value)


def execute(
    notebook: Any, folder: Path, env: Mapping[str, str], progress: Progress, redact: Callable[[str], str]
) -> None:
    """Run every cell in place, working in ``folder``.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Gets its outputs, those before a failure too.
    folder : Path
        The kernel's working folder.
    env : mapping
        The kernel's environment.
    progress : callable
        Called with code cells done, code cells in all and the present one's first line.
    redact : callable
        Takes secrets out of what a failing cell says.

    Raises
    ------
    WorkbenchError
        A cell raised, or the kernel died; names the cell and the message.
    """
    failures = library("nbclient.exceptions")
    total = sum(map(_counts, notebook.cells))
    at = {"cell": 0}

    def begun(*, cell: Any, **_: Any) -> None:
        if _counts(cell):
            at["cell"] += 1
            progress(at["cell"] - 1, total, _heading(cell))

    with tempfile.TemporaryDirectory(prefix="report-") as sockets:
        client = _client(notebook, folder, Path(sockets), begun)
        try:
            client.execute(env=dict(env))
        except failures.CellExecutionError as error:
            raise _failed(at["cell"], error.ename, redact(error.evalue)) from None
        except failures.DeadKernelError:
            raise _failed(at["cell"], "the kernel died", "often because memory ran out") from None
    progress(total, total, "done")


def _client(notebook: Any, folder: Path, sockets: Path, begun: Callable[..., None]) -> Any:
    # Unix sockets in a folder of ours: no port to collide with another report's, none open to others.
    manager = library("jupyter_client.manager").AsyncKernelManager(
        kernel_name=notebook.metadata.kernelspec.name,
        transport="ipc",
        ip=str(sockets / "k"),
        connection_file=str(sockets / "kernel.json"),
    )
    client = library("nbclient").NotebookClient(
        notebook,
        km=manager,
        timeout=None,
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=begun,
    )
    # Else it takes the kernel for somebody else's and leaves it running.
    client.owns_km = True
    return client


def _counts(cell: Any) -> bool:
    """Whether a reader of the source counts it: a code cell, and not the one that parameters came in."""
    return cell.cell_type == "code" and "injected-parameters" not in cell.metadata.tags


def _heading(cell: Any) -> str:
    lines: list[str] = cell.source.strip().splitlines() or [""]
    return lines[0][:60]


def _failed(cell: int, name: str, message: str) -> WorkbenchError:
    sentence = message.strip().splitlines()[0].rstrip(".") if message.strip() else "no message"
    return WorkbenchError(
        f"Code cell {cell} failed with {name}: {sentence}.",
        "The failed Run keeps the notebook as far as it came: see its artifacts.",
        details={"cell": cell, "error": name},
    )

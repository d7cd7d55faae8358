"""One parameterised notebook as one Run."""

from __future__ import annotations

import html
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.reports.execution import environment, execute
from workbench.reports.libraries import library
from workbench.reports.notebook import find_notebook, parameterised
from workbench.reports.page import page

if TYPE_CHECKING:
    import pandas as pd

    from workbench.runs.record import Run
    from workbench.runs.recorder import Progress, Recorder
    from workbench.studio import Studio

__all__ = ["ReportResult", "run_report"]

KIND = "report"
VERSION = "1"


@dataclass(frozen=True)
class ReportResult:
    """A report that ran to its end.

    Attributes
    ----------
    run : Run
        The report's own Run, whose artifacts are the executed notebook and the page.
    html : Path or None
        The page, where a folder was given.
    notebook : Path or None
        The executed notebook, where a folder was given.
    runs : pandas.DataFrame
        The Runs that hang under it, oldest first.
    """

    run: Run
    html: Path | None
    notebook: Path | None
    runs: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the table of the Runs that the notebook made."""
        return self.runs

    def __repr__(self) -> str:
        return f"ReportResult({self.run.name!r}, {len(self.runs)} Runs, {self.html or 'not written'})"

    def _repr_html_(self) -> str:
        head = " · ".join(filter(None, (self.run.name, self.run.status, str(self.html or ""))))
        return f"<p>{html.escape(head)}</p>{self.runs.to_html()}"


def run_report(
    notebook: str | Path,
    parameters: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    studio: Studio | None = None,
    *,
    name: str | None = None,
    reuse: bool = False,
    progress: Progress | None = None,
) -> ReportResult:
    """Run a notebook from top to bottom in a kernel of its own, as one Run.

    The Runs that the notebook makes hang under it. What lands in ``out`` lands whole or not at all.

    Parameters
    ----------
    notebook : str or Path
        A path, or the name of a notebook in notebooks/reports.
    parameters : mapping, optional
        JSON values for names that the notebook's parameters cell declares.
    out : str or Path, optional
        Folder for ``NAME.html`` and ``NAME.ipynb``; made if need be.
    studio : Studio, optional
        Whose Runs they are; by default the process's own.
    name : str, optional
        Of the Run and of its files; by default the notebook's.
    reuse : bool
        Take a finished Run of the same notebook and parameters from the record where there is one. The
        data that the notebook reads is not part of what is compared.
    progress : callable, optional
        ``progress(done, total, message, metrics)``, counting code cells.

    Raises
    ------
    BadInput
        A parameter that the notebook does not declare, or of another type; ``out`` is a file.
    NotFound
        There is no such notebook.
    WorkbenchError
        A cell failed; the failed Run keeps the notebook as far as it came.
    """
    from workbench.studio import studio as default_studio

    studio = studio or default_studio()
    source = find_notebook(notebook)
    label = _label(name or source.stem)
    folder = _folder(out)
    ready = parameterised(source, parameters or {})
    inputs = {
        "notebook": source.name,
        "source": sha256(source.read_bytes()).hexdigest(),
        "parameters": dict(parameters or {}),
    }

    mode = studio.runs.mode
    # The notebook's Runs are those of who asked for the report, whoever this process belongs to.
    acting = {"WORKBENCH_USER": studio.user.username, "WORKBENCH_REPLAY": mode}
    env = partial(environment, studio.settings, **acting, JPY_SESSION_NAME=str(source))

    def compute(recorder: Recorder) -> dict[str, Any]:
        return _compute(recorder, studio, ready, source, label, env(WORKBENCH_PARENT_RUN=recorder.run_id))

    # Only the report itself is looked up when it may be reused; its notebook's calls follow the mode.
    with studio.runs.replay("cache" if reuse and mode == "live" else mode):
        run = studio.runs.execute(
            KIND,
            inputs,
            compute,
            version=VERSION,
            name=label,
            parameters=_flat(parameters),
            progress=progress,
        )
    files = _write(studio, run, folder) if folder else {}
    return ReportResult(run, files.get(".html"), files.get(".ipynb"), _children(studio, run))


def _children(studio: Studio, run: Run) -> pd.DataFrame:
    """Return the table of the Runs under ``run``, oldest first."""
    return studio.runs.frame(parent=run.id).iloc[::-1]


def _compute(
    recorder: Recorder, studio: Studio, notebook: Any, source: Path, label: str, env: dict[str, str]
) -> dict[str, Any]:
    begun = datetime.now(UTC)
    try:
        execute(notebook, source.parent, env, recorder.progress, studio.redactor.text)
    finally:
        nbformat = library("nbformat")
        data = nbformat.writes(notebook).encode()
        recorder.artifact(f"{label}.ipynb", data, "application/x-ipynb+json")
    footer = f"{source.name} · Run {recorder.run_id} · {begun:%Y-%m-%d %H:%M} UTC"
    whole = page(notebook, _title(notebook) or label, footer)
    recorder.artifact(f"{label}.html", whole.encode(), "text/html")
    made = len(studio.runs.frame(parent=recorder.run_id))
    recorder.metric("runs", made)
    return {"cells": sum(cell.cell_type == "code" for cell in notebook.cells), "runs": made}


def _flat(parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what fits a column of the Runs' table; the whole is in the inputs."""
    return {
        name: value
        for name, value in (parameters or {}).items()
        if isinstance(value, str | int | float | bool)
    }


def _title(notebook: Any) -> str | None:
    for cell in notebook.cells:
        first = cell.source.lstrip().splitlines()[:1]
        if cell.cell_type == "markdown" and first and first[0].startswith("# "):
            return str(first[0][2:].strip())
    return None


def _label(name: str) -> str:
    if name != Path(name).name or name.startswith("."):
        raise BadInput(f"{name!r} is no file name for a report.", "Use letters, digits, dashes and dots.")
    return name


def _folder(out: str | Path | None) -> Path | None:
    if out is None:
        return None
    folder = Path(out).expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"{folder} is a file; a report needs a folder to write to.", "Give another --out.")
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise BadInput(f"{folder} cannot be written.", "Give another --out.")
    return folder


def _write(studio: Studio, run: Run, folder: Path) -> dict[str, Path]:
    try:
        return _lay(studio, run, folder)
    except OSError as error:
        raise BadInput(
            f"{folder} cannot be written: {error.strerror or error}.",
            f"Run {run.id} keeps its pages: with WORKBENCH_REPLAY=cache another --out takes them from there.",
        ) from None


def _lay(studio: Studio, run: Run, folder: Path) -> dict[str, Path]:
    """Lay the Run's artifacts into the folder, each by a rename."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for artifact in run.artifacts:
        target = folder / artifact.name
        temporary = folder / f".{artifact.name}.{run.id}.part"
        try:
            temporary.write_bytes(studio.runs.artifact_bytes(artifact))
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        written[target.suffix] = target
    return written

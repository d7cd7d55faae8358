"""Runs."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbench.errors import NotFound
from workbench.runs import Run
from workbench.server.attachment import Attachment
from workbench.server.route import Call, Routes
from workbench.server.routes.usage import user_named
from workbench.server.schemas.runs import ArtifactView, Difference, RunPage, RunRow, RunView, Soundness

__all__ = ["routes"]

routes = Routes("runs")
_ONE = "/api/runs/{run_id}"
_BUNDLE = "application/zip"


@routes.get("/api/runs", list[RunRow], query=RunPage, errors=(404,))
def list_runs(call: Call) -> list[dict[str, Any]]:
    """List one's Runs, newest first; an admin may ask for another user's."""
    wanted = call.query
    after = _seen(call, wanted.cursor) if wanted.cursor else None
    whose = user_named(call, wanted.user).id if wanted.user else call.user_id
    filters = {"kind": wanted.kind, "status": wanted.status, "user": whose}
    found = call.studio.runs.list(limit=wanted.limit + 1, after=after, **filters)
    return call.page([_view(run) for run in found], wanted.limit)


@routes.get(_ONE, RunView, errors=(404,))
def read_run(call: Call) -> dict[str, Any]:
    """Return a whole Run."""
    return _view(_seen(call, call.path["run_id"]))


@routes.delete(_ONE, RunView, status=202, errors=(404,), audit="run.stop")
def stop_run(call: Call) -> dict[str, Any]:
    """Ask a running Run to stop at its next sign of progress; one that has ended stays as it is."""
    return _view(call.studio.runs.stop(_seen(call, call.path["run_id"])))


@routes.get(f"{_ONE}/artifacts", list[ArtifactView], errors=(404,))
def list_artifacts(call: Call) -> list[dict[str, Any]]:
    """List the objects that a Run made."""
    return [asdict(artifact) for artifact in _seen(call, call.path["run_id"]).artifacts]


@routes.get(f"{_ONE}/artifacts/{{artifact}}", Attachment, errors=(404,), attaches=("*/*",))
def read_artifact(call: Call) -> Attachment:
    """Return an object that a Run made, by its name or digest."""
    run, wanted = _seen(call, call.path["run_id"]), call.path["artifact"]
    for artifact in run.artifacts:
        if wanted in {artifact.name, artifact.digest}:
            content = call.studio.runs.artifact_bytes(artifact)
            return Attachment(content, artifact.media_type, artifact.name)
    raise NotFound(f"Run {run.id} has no artifact {wanted!r}.", "List those that it has.")


@routes.get(f"{_ONE}/export", Attachment, errors=(404,), attaches=(_BUNDLE,))
def export_run(call: Call) -> Attachment:
    """Return a Run, those below it and their objects as a bundle, which `runs.import_` takes in."""
    run = _seen(call, call.path["run_id"])
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        path = call.studio.runs.export(Path(folder) / "bundle.zip", [run])
        # The open file outlives its name.
        return Attachment(path.open("rb"), _BUNDLE, f"run-{run.id}.zip")


@routes.get(f"{_ONE}/diff/{{other_id}}", Difference, errors=(404,))
def compare_runs(call: Call) -> dict[str, Any]:
    """Say what differs between two Runs."""
    left, right = (_seen(call, call.path[name]) for name in ("run_id", "other_id"))
    found = call.studio.runs.diff(left, right)
    return {"left": left.id, "right": right.id, "changes": [asdict(item) for item in found.items]}


@routes.get(f"{_ONE}/verify", Soundness, errors=(404,))
def verify_run(call: Call) -> dict[str, Any]:
    """Hash a Run and its objects again; an empty list says that it is sound."""
    return {"problems": call.studio.runs.verify([_seen(call, call.path["run_id"])])}


def _view(run: Run) -> dict[str, Any]:
    names = RunView.model_fields.keys() - {"started_at", "artifacts", "tags"}
    return {name: getattr(run, name) for name in names} | {
        "started_at": run.started_at,
        "artifacts": [asdict(artifact) for artifact in run.artifacts],
        "tags": list(run.tags),
    }


def _seen(call: Call, run_id: str) -> Run:
    """Return a Run that whoever asks may see: an admin sees everybody's, which is no secret act."""
    studio = call.studio
    if not call.sees_all:
        return studio.runs.get(run_id)
    found = studio.runs.store.get(run_id)
    if found.user_id != call.user_id:
        studio.accounts.record("run.read", found.id, user_id=found.user_id)
    return found

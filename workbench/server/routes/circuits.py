"""Quantum circuits, as text: nothing that comes in is executed as Python or read as a path."""

from __future__ import annotations

from typing import Any

from workbench.errors import NotFound
from workbench.server.route import Call, Routes
from workbench.server.schemas.circuits import (
    Circuit,
    Diagram,
    EngineView,
    Estimate,
    JobView,
    NewCircuitRun,
    NewEstimate,
    NewJob,
)
from workbench.server.schemas.common import Begun, Page

__all__ = ["routes"]

routes = Routes("compute")
_JOBS = "/api/circuits/jobs"
_ONE = f"{_JOBS}/{{job_id}}"


@routes.get("/api/circuits/engines", list[EngineView])
def list_engines(call: Call) -> list[dict[str, Any]]:
    """List the engines that simulate here, and why one cannot be used."""
    engines = call.studio.quantum.engines
    reasons = {name: engines.any(name).available() or "" for name in engines.local()}
    return [{"name": name, "available": not reason, "reason": reason} for name, reason in reasons.items()]


@routes.post("/api/circuits/diagram", Diagram, body=Circuit)
def draw_circuit(call: Call) -> dict[str, Any]:
    """Draw a circuit; where it is malformed the message says at which line and column."""
    from workbench.quantum.drawing.diagram import circuit_svg
    from workbench.quantum.loading import load

    program = load(_text(call.body), call.body.dialect)
    circuit = program.circuit
    return {
        "svg": circuit_svg(circuit),
        "dialect": program.dialect,
        "qubits": circuit.num_qubits,
        "clbits": circuit.num_clbits,
        "operations": circuit.size(),
        "depth": circuit.depth(),
        "parameters": [parameter.name for parameter in circuit.parameters],
    }


@routes.post("/api/circuits/run", Begun, body=NewCircuitRun, status=202, errors=(429,), lasts=True)
def run_circuit(call: Call) -> None:
    """Run a circuit on an engine of this server; the Run's output is the result."""
    given = call.body
    call.studio.quantum.run(_text(given), **given.model_dump(exclude={"circuit"}))


@routes.post("/api/circuits/estimate", Estimate, body=NewEstimate)
def estimate_circuit(call: Call) -> dict[str, Any]:
    """Say what a circuit takes, and which engines take it; nothing is run."""
    given = call.body
    found = call.studio.quantum.estimate(_text(given), **given.model_dump(exclude={"circuit"}))
    names = Estimate.model_fields.keys() - {"engines"}
    return {name: getattr(found, name) for name in names} | {"engines": found.run.output["engines"]}


@routes.get(_JOBS, list[JobView], query=Page, errors=(404,))
def list_jobs(call: Call) -> list[dict[str, Any]]:
    """List one's jobs on machines as they are recorded, newest first."""
    from workbench.quantum.jobs import KIND

    wanted = call.query
    after = call.studio.runs.get(wanted.cursor) if wanted.cursor else None
    found = call.studio.runs.list(limit=wanted.limit + 1, after=after, kind=KIND)
    return call.page([_view(call.studio.quantum.job(run.id)) for run in found], wanted.limit)


@routes.post(_JOBS, JobView, body=NewJob, status=201, errors=(502,))
def submit_job(call: Call) -> dict[str, Any]:
    """Send a circuit to a machine; the job goes on whatever becomes of this server."""
    given = call.body.model_dump(exclude={"circuit"}, exclude_none=True)
    return _view(call.studio.quantum.submit(_text(call.body), **given))


@routes.get(_ONE, JobView, errors=(404, 502))
def read_job(call: Call) -> dict[str, Any]:
    """Ask the machine how a job is; where it has ended, its Run has what was measured."""
    return _view(call.studio.quantum.job(_own(call)).refresh())


@routes.delete(_ONE, JobView, status=202, errors=(404, 502), audit="circuit.cancel")
def cancel_job(call: Call) -> dict[str, Any]:
    """Call a job back; it is cancelled when the machine says so, and one that has ended stays as it is."""
    return _view(call.studio.quantum.cancel(_own(call)))


def _text(given: Circuit) -> str:
    # A text of several lines is never taken for the path of a file.
    return f"{given.circuit}\n"


def _own(call: Call) -> str:
    from workbench.quantum.jobs import KIND

    run = call.studio.runs.get(call.path["job_id"])
    if run.kind != KIND:
        raise NotFound(f"There is no job {call.path['job_id']!r}.", f"List them at {_JOBS}.")
    return run.id


def _view(job: Any) -> dict[str, Any]:
    names = JobView.model_fields.keys() - {"id"}
    return {name: getattr(job, name) for name in names} | {"id": job.run_id}

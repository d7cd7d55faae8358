"""Reports."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbench.errors import NotFound, Refused
from workbench.reports import declared_parameters, listed_reports, run_report
from workbench.server.route import Call, Routes
from workbench.server.schemas.common import Begun
from workbench.server.schemas.reports import NewReport, ReportView

__all__ = ["routes"]

routes = Routes("compute")


@routes.get("/api/reports", list[ReportView])
def list_reports(_: Call) -> list[dict[str, Any]]:
    """List the reports that this server has, with their parameters."""
    return [
        {"name": path.stem, "parameters": [asdict(one) for one in declared_parameters(path).values()]}
        for path in listed_reports()
    ]


@routes.post("/api/reports/{report}", Begun, body=NewReport, status=202, errors=(404, 429), lasts=True)
def start_report(call: Call) -> None:
    """Run a report; its Run's artifacts are the page and the executed notebook."""
    name = call.path["report"]
    found = {path.stem: path for path in listed_reports()}.get(name)
    if found is None:
        raise NotFound(f"There is no report {name!r}.", "List them at /api/reports.")
    for given in call.body.parameters:
        _check_no_path(found, given)
    run_report(found, call.body.parameters, studio=call.studio)


def _check_no_path(notebook: Path, name: str) -> None:
    """Refuse to let somebody elsewhere choose what is read on this machine."""
    declared = declared_parameters(notebook).get(name)
    default = declared.default if declared else None
    if isinstance(default, str) and default and (notebook.parent / default).exists():
        raise Refused(
            f"The parameter {name!r} names files on the server, so it cannot be set from elsewhere.",
            "Leave it out, or run the report on the server: `workbench report`.",
        )

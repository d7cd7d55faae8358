"""The same notebook for many parameter sets, each a report of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from workbench.compute import parallel
from workbench.errors import BadInput, WorkbenchError
from workbench.reports.notebook import find_notebook, parameterised
from workbench.reports.report import KIND, run_report
from workbench.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from workbench.studio import Studio

__all__ = ["BatchItem", "BatchResult", "run_batch"]


@dataclass(frozen=True, slots=True)
class BatchItem:
    """How one parameter set went.

    Attributes
    ----------
    parameters : dict
        The set.
    status : {"finished", "failed"}
        What the Run's own record says.
    run_id : str
        The report's Run.
    reused : bool
        Whether it was taken from the record instead of run again.
    seconds : float
        How long the report took when it ran.
    page : str
        Path of the HTML; empty where it failed.
    error : str
        What went wrong; empty where nothing did.
    """

    parameters: dict[str, Any]
    status: Literal["finished", "failed"]
    run_id: str
    reused: bool = False
    seconds: float = 0.0
    page: str = ""
    error: str = ""


@dataclass(frozen=True)
class BatchResult:
    """All items of a batch, in the order of their parameter sets."""

    items: tuple[BatchItem, ...]

    @property
    def failed(self) -> tuple[BatchItem, ...]:
        """Those that did not end well."""
        return tuple(item for item in self.items if item.status == "failed")

    def to_frame(self) -> pd.DataFrame:
        """Return one row a report: its parameters, then how it went."""
        import pandas as pd

        rows = [
            {
                **item.parameters,
                "status": item.status,
                "reused": item.reused,
                "seconds": round(item.seconds, 2),
                "page": item.page,
                "error": item.error,
            }
            for item in self.items
        ]
        return pd.DataFrame(rows, index=pd.Index([item.run_id for item in self.items], name="run"))

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html())


@dataclass(frozen=True, slots=True)
class _Order:
    """What a worker process needs to make one report."""

    settings: Settings
    mode: str
    notebook: str
    name: str
    parameters: dict[str, Any]
    out: str
    fresh: bool


def run_batch(
    notebook: str | Path,
    parameter_sets: Sequence[Mapping[str, Any]],
    out: str | Path,
    studio: Studio | None = None,
    *,
    fresh: bool = False,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> BatchResult:
    """Run one report for each parameter set, several at a time.

    A set that finished before, with the same notebook and parameters, is taken from the record: a
    batch that was cut short or had failures goes on where it stopped. Equal sets are run once.

    Parameters
    ----------
    notebook : str or Path
        As for `run_report`.
    parameter_sets : sequence of mapping
        One report for each.
    out : str or Path
        Folder for the pages, named by the notebook and a digest of the parameters.
    studio : Studio, optional
        Whose Runs they are; by default the process's own.
    fresh : bool
        Run every set again. The data that a notebook reads is not part of what is compared.
    workers : int, optional
        Reports at a time; by default one a core.
    progress : callable, optional
        ``progress(done, total)`` after each report.

    Raises
    ------
    BadInput
        There is no set, or one does not fit the notebook; then none has been run.
    """
    from workbench.studio import studio as default_studio

    studio = studio or default_studio()
    source = find_notebook(notebook)
    if not parameter_sets:
        raise BadInput("A batch needs at least one parameter set.", "Give a list of mappings.")
    for one in parameter_sets:
        parameterised(source, one)
    names = [_name(source, one) for one in parameter_sets]
    orders = {
        name: _Order(
            studio.settings, studio.runs.mode, str(source), name, dict(one), str(Path(out).absolute()), fresh
        )
        for name, one in zip(names, parameter_sets, strict=True)
    }
    done = parallel(_make, list(orders.values()), studio.settings, workers=workers, progress=progress)
    by_name = dict(zip(orders, done, strict=True))
    return BatchResult(tuple(by_name[name] for name in names))


def _name(source: Path, parameters: Mapping[str, Any]) -> str:
    text = json.dumps(dict(parameters), sort_keys=True, default=str)
    return f"{source.stem}-{sha256(text.encode()).hexdigest()[:8]}"


def _make(order: _Order) -> BatchItem:
    """Make one report in this process; its failure is its own."""
    from workbench.studio import Studio

    studio = Studio(order.settings)
    studio.runs.set_mode(order.mode)
    try:
        result = run_report(
            order.notebook, order.parameters, order.out, studio, name=order.name, reuse=not order.fresh
        )
    except WorkbenchError as error:
        return BatchItem(order.parameters, "failed", *_last(studio), error=str(error))
    else:
        run = result.run
        return BatchItem(
            order.parameters, "finished", run.id, run.replayed, run.duration or 0.0, str(result.html)
        )
    finally:
        studio.close()


def _last(studio: Studio) -> tuple[str, bool, float]:
    """Return the failed Run of this process; none where even that could not be recorded."""
    runs = studio.runs.list(kind=KIND, execution=studio.runs.execution, limit=1)
    return (runs[0].id, False, runs[0].duration or 0.0) if runs else ("", False, 0.0)

"""The Runs panel without its browser: a filtered, sorted, paged view on every Run of one user.

One read of the whole table serves all filters until `RunsExplorer.refresh`, so a panel over a
hundred thousand Runs answers a click in tens of milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, NotFound
from workbench.widgets import run_html, summary
from workbench.widgets.failures import described

if TYPE_CHECKING:
    import pandas as pd

    from workbench.runs import Run
    from workbench.studio import Studio

__all__ = ["Query", "RunsExplorer"]

PAGE = 25
SORTS = {
    "started": "started_at",
    "kind": "kind",
    "model": "model",
    "status": "status",
    "duration": "duration_s",
    "tokens": "tokens",
    "cost": "cost_usd",
}
MEASURES = {"", *summary.MEASURES}
PAIR = 2


@dataclass(frozen=True, slots=True)
class Query:
    """What the table shows.

    Attributes
    ----------
    text : str
        Words that must all stand in a Run's name, kind, model, id or inputs.
    kind, status, model : str
        Exactly these; empty for all.
    since, until : str
        First and last day, UTC, ``YYYY-MM-DD``; empty for no limit.
    sort : str
        One of ``started, kind, model, status, duration, tokens, cost``.
    descending : bool
        Largest or latest first.
    page : int
        From 0.
    measure : str
        What the charts add up: ``cost``, ``tokens`` or ``runs``; empty chooses.
    """

    text: str = ""
    kind: str = ""
    status: str = ""
    model: str = ""
    since: str = ""
    until: str = ""
    sort: str = "started"
    descending: bool = True
    page: int = 0
    measure: str = ""


class RunsExplorer:
    """The state of one Runs panel.

    Parameters
    ----------
    studio : Studio
        Whose Runs are shown: those of its current user.
    publish : callable
        Called without arguments when `snapshot` would differ.
    """

    def __init__(self, studio: Studio, publish: Callable[[], None]) -> None:
        self.studio = studio
        self.query = Query()
        self.error: dict[str, Any] | None = None
        self.opened: str | None = None
        self.compared: tuple[str, str] | None = None
        self._drawn: dict[str, str] = {}
        self._publish = publish
        self._actions: dict[str, Callable[..., None]] = {
            "ask": self.ask,
            "refresh": self.refresh,
            "open": self.open,
            "compare": self.compare,
            "close": self.close,
        }

    # ---- what a reader may do ----

    def act(self, action: dict[str, Any]) -> None:
        """Do what the browser asks; a failure becomes `error`, never an exception.

        Parameters
        ----------
        action : dict
            ``do`` names a public method; the other items are its arguments.
        """
        arguments = {name: value for name, value in action.items() if name != "do"}
        method = self._actions.get(str(action.get("do")))
        if method is None:
            return
        self.error = None
        try:
            method(**arguments)
        except Exception as error:  # noqa: BLE001 - a browser's callback has nobody above it
            self.error = described(error)
        self._publish()

    def ask(self, **changes: Any) -> None:
        """Change fields of the `Query`; any but ``page`` starts again at the first page."""
        self.query = _checked(replace(self.query, **({"page": 0} | changes)))
        if changes.keys() - {"page", "measure"}:
            self._forget("selected", "totals")

    def refresh(self) -> None:
        """Read the Runs again."""
        self._forget("selected", "totals", "choices", "frame")

    def open(self, id: str) -> None:  # noqa: A002 - the browser's word
        """Show all of one Run, or put it away again."""
        if self.opened == id:
            self.opened = None
            return
        self._run(id)
        self.opened = id

    def compare(self, ids: list[str]) -> None:
        """Show where two Runs differ; the older one stands left."""
        if len(ids) != PAIR:
            raise BadInput("A comparison takes two Runs.", "Tick two rows of the table.")
        left, right = sorted(self._run(id).id for id in ids)  # noqa: A001 - the browser's word
        self.compared = (left, right)

    def close(self) -> None:
        """Put the comparison away."""
        self.compared = None

    # ---- what to show ----

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Every Run of the user, newest first, with ``tokens``, ``model`` and ``what``."""
        frame = self.studio.runs.frame(user=self.studio.user_id)
        frame["tokens"] = frame["tokens_input"] + frame["tokens_output"]
        for name in ("model", "provider", "name"):
            frame[name] = frame[name].fillna("").astype("str") if name in frame else ""
        frame["model"] = (frame["provider"] + ":" + frame["model"]).str.strip(":")
        return frame

    @cached_property
    def choices(self) -> dict[str, list[str]]:
        """The kinds, statuses and models that there are."""
        return {name: sorted(set(self.frame[name].unique()) - {""}) for name in ("kind", "status", "model")}

    @cached_property
    def selected(self) -> pd.DataFrame:
        """The Runs that the query selects, in its order."""
        frame, query = self.frame, self.query
        for column in ("kind", "status", "model"):
            if wanted := getattr(query, column):
                frame = frame[frame[column] == wanted]
        if since := _day(query.since):
            frame = frame[frame["started_at"] >= since]
        if until := _day(query.until):
            frame = frame[frame["started_at"] < until + timedelta(days=1)]
        for word in query.text.split():
            frame = frame[self._mentions(frame, word)]
        if (query.sort, query.descending) == ("started", True):
            return frame
        return frame.sort_values(SORTS[query.sort], ascending=not query.descending, kind="stable")

    @cached_property
    def totals(self) -> str:
        """What the selected Runs add up to, as HTML."""
        return summary.totals(self.selected)

    def snapshot(self) -> dict[str, Any]:
        """Return everything the panel shows, as JSON values; the HTML in it is escaped."""
        try:
            return self._snapshot()
        except Exception as error:  # noqa: BLE001 - the panel must say why it cannot show the Runs
            return {"error": described(error), "query": asdict(self.query)}

    def _snapshot(self) -> dict[str, Any]:
        selected, query = self.selected, self.query
        pages = max(1, -(-len(selected) // PAGE))
        start = min(query.page, pages - 1) * PAGE
        shown = self._runs(list(selected.index[start : start + PAGE]))
        measure = query.measure or summary.best_measure(selected)
        body = {
            "query": asdict(query) | {"measure": measure},
            "choices": self.choices,
            "summary": self.totals,
            "charts": self._charts(measure),
            "rows": [run_html.row(run, opened=run.id == self.opened) for run in shown],
            "pager": {"page": start // PAGE, "pages": pages, "total": len(selected), "all": len(self.frame)},
            "detail": {"id": self.opened, "html": self._detail()} if self.opened else None,
            "comparison": self._comparison(),
            "error": self.error,
        }
        clean: dict[str, Any] = self.studio.redactor.value(body)
        return clean

    def _charts(self, measure: str) -> str:
        if measure not in self._drawn:
            self._drawn[measure] = summary.charts(self.selected, measure)
        return self._drawn[measure]

    def _detail(self) -> str:
        run = self._run(self.opened or "")
        problems = self.studio.runs.verify([run]) if run.status != "running" else []
        return run_html.detail(run, problems, self.studio.runs.artifact_bytes)

    def _comparison(self) -> str | None:
        if self.compared is None:
            return None
        return run_html.comparison(self.studio.runs.diff(*self.compared))

    # ---- inside ----

    def _run(self, run_id: str) -> Run:
        found = self._runs([run_id])
        if not found:
            raise NotFound(f"There is no Run {run_id!r}.", "Refresh the table.")
        return found[0]

    def _runs(self, ids: list[str]) -> list[Run]:
        """Return the user's Runs of these identifiers, in their order, by one query."""
        from sqlalchemy import select

        from workbench.storage import RunRow

        mine = select(RunRow.__table__).where(RunRow.user_id == self.studio.user_id, RunRow.id.in_(ids))
        found = {run.id: run for run in self.studio.runs.store.select(mine)}
        return [found[each] for each in ids if each in found]

    def _mentions(self, frame: pd.DataFrame, word: str) -> Any:
        """Tell for each row whether ``word`` stands in what the table shows or in the inputs."""
        shown = frame["name"] + " " + frame["kind"] + " " + frame["model"] + " " + frame.index
        return shown.str.contains(word, case=False, regex=False) | frame.index.isin(self._asked(word))

    def _asked(self, word: str) -> list[str]:
        from sqlalchemy import select

        from workbench.storage import RunRow

        mine = RunRow.user_id == self.studio.user_id
        found = select(RunRow.id).where(mine, RunRow.inputs.icontains(word, autoescape=True))
        with self.studio.database.engine.connect() as connection:
            return list(connection.scalars(found))

    def _forget(self, *names: str) -> None:
        self._drawn.clear()
        for name in names:
            self.__dict__.pop(name, None)


def _checked(query: Query) -> Query:
    right_types = all(type(value) is type(getattr(Query(), name)) for name, value in asdict(query).items())
    if not right_types or query.page < 0 or query.sort not in SORTS or query.measure not in MEASURES:
        raise BadInput("The table cannot be asked for that.", "Choose what it offers.")
    for day in (query.since, query.until):
        _day(day)
    return query


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time.min, UTC)
    except ValueError:
        raise BadInput(f"{text!r} is no day.", "Write it as 2026-11-30.") from None

"""What the circuit panel computes: Runs, and previews that follow a slider. The latest wins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from workbench.runs import followed
from workbench.widgets.circuits_desk import Desk, in_thread, place
from workbench.widgets.circuits_editor import Editor
from workbench.widgets.circuits_html import shown
from workbench.widgets.failures import described

if TYPE_CHECKING:
    from workbench.quantum import CircuitResult
    from workbench.quantum.previewing import Preview
    from workbench.quantum.request import Shots
    from workbench.runs import Run

__all__ = ["START", "Asked", "Work", "Worker"]

START = 0.785398
"""What a parameter is before anybody turns it: an eighth of a turn, where most circuits show something."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a circuit is to be run with.

    Attributes
    ----------
    on : str
        An engine's name, or ``auto``.
    shots : int, None or "auto"
        As `QuantumService.run` takes them.
    seed : int or None
        ``None`` has one drawn.
    observables : str
        Sums of Pauli strings, apart by commas.
    values : dict of str to float
        Parameter to its value, radians.
    """

    on: str = "auto"
    shots: Shots = "auto"
    seed: int | None = None
    observables: str = ""
    values: dict[str, float] = field(default_factory=dict)


@dataclass(eq=False)
class Work:
    """One computation.

    Attributes
    ----------
    kind : {"run", "compare", "preview"}
        A preview leaves no Run.
    source : str
        The circuit.
    asked : Asked
        What with.
    run : Run or None
        Once it has begun.
    error : BaseException or None
        Why there is no answer.
    """

    kind: Literal["run", "compare", "preview"]
    source: str
    asked: Asked
    run: Run | None = None
    error: BaseException | None = None
    found: CircuitResult | Preview | None = None

    def begun(self, run: Run) -> None:
        """Take the Run."""
        self.run = run

    def progress(self, done: int, total: int | None, message: str, metrics: dict[str, float]) -> None:
        """Take how far it is, which nobody asks."""


class Worker:
    """Computes one thing after the other; of those that wait only the latest is kept.

    Parameters
    ----------
    desk : Desk
        The panel's shared state.
    editor : Editor
        The text.
    asked : callable
        Gives what it is to be run with now.
    """

    def __init__(self, desk: Desk, editor: Editor, asked: Callable[[], Asked]) -> None:
        self.desk = desk
        self.editor = editor
        self._asked = asked
        self._of: tuple[str, Asked] | None = None
        self._shown: dict[str, Any] = {}
        self._error: dict[str, Any] | None = None
        self._note = ""
        self._current: Work | None = None
        self._wanted: Work | None = None

    # ---- what a reader may do ----

    def begin(self, kind: Literal["run", "compare", "preview"]) -> None:
        """Compute what is asked now, as soon as what is being computed has ended."""
        work = Work(kind, self.editor.source, self._asked())
        with self.desk.lock:
            self._wanted = work
            if self._current is None:
                self._current, self._wanted = work, None
                in_thread(self._follow, work)
        self.desk.changed("result")

    def stop(self) -> None:
        """Wait no longer: what comes of it is not shown, and its Run is asked to stop."""
        with self.desk.lock:
            work, self._current, self._wanted = self._current, None, None
            if work is None:
                return
            self._note = "Stopped." if work.run is None else f"Stopped, Run …{work.run.id[-6:]} too."
        if work.run is not None:
            self.desk.studio.runs.stop(work.run)
        self.desk.changed("result")

    # ---- what to show ----

    @property
    def busy(self) -> bool:
        """Whether anything is being computed whose answer will be shown."""
        return self._current is not None

    def view(self) -> dict[str, Any]:
        """Return the answer, as JSON values; the HTML in them is escaped."""
        return {
            **self._shown,
            "busy": self._current.kind if self._current else "",
            "stale": bool(self._shown) and self._of != (self.editor.source, self._asked()),
            "error": self._error,
            "note": self._note,
        }

    # ---- inside ----

    def _follow(self, work: Work) -> None:
        following: Work | None = work
        while following is not None:
            work = following
            self._do(work)
            view = {} if work.found is None else shown(work.found, auto=work.asked.on == "auto")
            with self.desk.lock:
                if self._current is not work:  # stopped: another thread may be under way already
                    return
                self._settle(work, view)
                following = self._current = self._wanted
                self._wanted = None
            self.desk.changed("result", settled=work.kind != "preview")

    def _do(self, work: Work) -> None:
        try:
            circuit = self.editor.read(work.source).circuit
            bind = {each.name: work.asked.values.get(each.name, START) for each in circuit.parameters}
            quantum, observables = self.desk.studio.quantum, work.asked.observables.strip() or None
            if work.kind == "preview":
                work.found = quantum.preview(circuit, observables, bind)
                return
            with followed(work):
                work.found = quantum.run(
                    work.source + "\n", work.asked.on, work.asked.shots, work.asked.seed, observables, bind,
                    compare=True if work.kind == "compare" else None,
                )  # fmt: skip
        except Exception as failure:  # noqa: BLE001 - a thread has nobody above it: the panel shows it
            work.error = failure

    def _settle(self, work: Work, view: dict[str, Any]) -> None:
        self._error, self._note = None, ""
        if work.error is None:
            self._of, self._shown = (work.source, work.asked), view
        elif work.kind == "preview":
            said = place(described(work.error))["message"]
            self._note = f"No preview: {said} Release the slider to run it."
        else:
            self._error = place(described(work.error))

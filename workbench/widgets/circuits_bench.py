"""The circuit panel without its browser: what it knows, what a reader may do, what to show.

Every action returns at once: diagrams and answers come from threads of their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.widgets.circuits_desk import Desk, in_thread
from workbench.widgets.circuits_editor import Editor
from workbench.widgets.circuits_work import START, Asked, Worker
from workbench.widgets.failures import described

if TYPE_CHECKING:
    from workbench.studio import Studio

__all__ = ["PARTS", "CircuitBench"]

PARTS = ("program", "asked", "result", "engines", "status")
_ASKED = frozenset({"on", "shots", "seed", "observables"})


class CircuitBench:
    """The state of one circuit panel.

    Parameters
    ----------
    studio : Studio
        Whose service runs the circuits.
    publish : callable
        Called with ``{"parts": (...), "settled": bool}`` when `view` of these parts would differ. From
        any thread.
    source : str
        OpenQASM.
    asked : Asked
        What the circuit is run with at first.
    """

    def __init__(
        self, studio: Studio, publish: Callable[[dict[str, Any]], None], source: str, asked: Asked
    ) -> None:
        self.desk = Desk(studio, publish)
        self.asked = asked
        self.error: dict[str, Any] | None = None
        self._engines: list[dict[str, str]] = []
        self.editor = Editor(self.desk, source)
        self.worker = Worker(self.desk, self.editor, lambda: self.asked)
        self._actions: dict[str, Callable[..., None]] = {
            "edit": self.edit,
            "ask": self.ask,
            "turn": self.turn,
            "run": self.run,
            "compare": self.compare,
            "stop": self.worker.stop,
            "dismiss": self.dismiss,
        }
        in_thread(self._look)

    # ---- what a reader may do ----

    def act(self, action: dict[str, Any]) -> None:
        """Do what the browser asks; a failure is shown, never raised.

        Parameters
        ----------
        action : dict
            ``do`` names a public method; the other items are its arguments.
        """
        arguments = {name: value for name, value in action.items() if name != "do"}
        method = self._actions.get(str(action.get("do")))
        if method is None:
            return
        try:
            method(**arguments)
        except Exception as error:  # noqa: BLE001 - a browser's callback has nobody above it
            self._failed(error)

    def edit(self, source: str) -> None:
        """Take a new text."""
        self.editor.edit(source)
        self.desk.changed("program", "result")

    def ask(self, **changes: Any) -> None:
        """Change fields of `Asked`; the service judges them when the circuit is run."""
        if not changes.keys() <= _ASKED or not isinstance(changes.get("observables", ""), str):
            raise BadInput("The panel cannot ask for that.", "Choose what it offers.")
        self.asked = replace(self.asked, **changes)
        self.desk.changed("asked", "result")

    def turn(self, values: dict[str, float], *, hold: bool = False) -> None:
        """Give parameters values, and compute.

        Parameters
        ----------
        values : dict of str to float
            Parameter to its value, radians.
        hold : bool
            Whether they are still being changed: what is computed then is shown, and no Run.
        """
        numbers = {str(name): float(value) for name, value in values.items()}
        if not all(map(math.isfinite, numbers.values())):
            raise BadInput("A parameter is a finite number of radians.", "Move its slider.")
        self.asked = replace(self.asked, values={**self.asked.values, **numbers})
        self.desk.changed("asked")
        if self.editor.error is None:
            self.worker.begin("preview" if hold else "run")

    def run(self) -> None:
        """Run the circuit."""
        self.worker.begin("run")

    def compare(self) -> None:
        """Run the circuit on every engine, and say whether they agree."""
        self.worker.begin("compare")

    def dismiss(self) -> None:
        """Take the error away."""
        self.error = None
        self.desk.changed("status")

    # ---- what to show ----

    @property
    def busy(self) -> bool:
        """Whether anything is on its way."""
        return self.editor.busy or self.worker.busy

    def view(self, part: str) -> Any:
        """Return what one of `PARTS` shows, as JSON values without secrets."""
        makers: dict[str, Callable[[], Any]] = {
            "program": self.editor.view,
            "asked": self._asked,
            "result": self.worker.view,
            "engines": lambda: self._engines,
            "status": lambda: {"error": self.error},
        }
        return self.desk.studio.redactor.value(makers[part]())

    # ---- inside ----

    def _asked(self) -> dict[str, Any]:
        values = self.asked.values
        parameters = [{"name": name, "value": values.get(name, START)} for name in self.editor.parameters]
        return {**asdict(self.asked), "parameters": parameters}

    def _look(self) -> None:
        """Ask the engines whether they can be used."""
        try:
            self._engines = _engines(self.desk.studio)
        except Exception as error:  # noqa: BLE001 - a thread has nobody above it: the panel shows it
            self._failed(error)
        self.desk.changed("engines")

    def _failed(self, error: BaseException) -> None:
        self.error = described(error)
        self.desk.changed("status")


def _engines(studio: Studio) -> list[dict[str, str]]:
    """Return ``name`` and ``reason`` of every engine of this machine; the reason why it cannot be used."""
    engines = studio.quantum.engines
    return [{"name": name, "reason": engines.any(name).available() or ""} for name in engines.local()]

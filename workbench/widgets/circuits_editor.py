"""The text of a circuit while it is typed: read, drawn, or told where it is wrong. The latest wins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput
from workbench.widgets.circuits_desk import Desk, in_thread, place
from workbench.widgets.failures import described
from workbench.wording import amount

if TYPE_CHECKING:
    from workbench.quantum.loading import Program

__all__ = ["Editor", "program_of"]

LONGEST = 200_000
"""Characters of a text that is read while it is typed."""
FOLD = 760
_DIALECTS = {"qasm2": "OpenQASM 2", "qasm3": "OpenQASM 3"}


def program_of(source: str) -> Program:
    """Return what a text says; it is never taken for the path of a file."""
    from workbench.quantum.loading import load

    return load(source + "\n")


class Editor:
    """The text, and the last diagram that could be drawn of it.

    Parameters
    ----------
    desk : Desk
        The panel's shared state.
    source : str
        OpenQASM.
    """

    def __init__(self, desk: Desk, source: str) -> None:
        self.desk = desk
        self.source = ""
        self.svg = ""
        self.program: Program | None = None
        self.error: dict[str, Any] | None = None
        self._drawn: str | None = None
        self._busy = False
        self.edit(source)

    # ---- what a reader may do ----

    def edit(self, source: str) -> None:
        """Take a new text; its diagram follows."""
        if not isinstance(source, str) or len(source) > LONGEST:
            raise BadInput(
                f"The text of a circuit has at most {LONGEST:,} characters here.", "Run it as a cell."
            )
        with self.desk.lock:
            self.source = source
            if not self._busy:
                self._busy = True
                in_thread(self._follow)

    def read(self, source: str) -> Program:
        """Return what a text says, which is known where it is the one that was drawn."""
        with self.desk.lock:
            if self.program is not None and self._drawn == source:
                return self.program
        return program_of(source)

    # ---- what to show ----

    @property
    def busy(self) -> bool:
        """Whether the diagram is still to come."""
        return self._busy

    @property
    def parameters(self) -> list[str]:
        """The names of the free parameters of the last text that could be read."""
        return [] if self.program is None else [each.name for each in self.program.circuit.parameters]

    def view(self) -> dict[str, Any]:
        """Return text, diagram and error, as JSON values; the SVG in them is escaped."""
        return {
            "source": self.source,
            "svg": self.svg,
            "stale": self._drawn != self.source,
            "error": self.error,
            "facts": self._facts(),
            "busy": self._busy,
        }

    # ---- inside ----

    def _facts(self) -> str:
        if self.program is None:
            return ""
        circuit = self.program.circuit
        parts = [
            _DIALECTS.get(self.program.dialect, self.program.dialect),
            amount(circuit.num_qubits, "qubit"),
        ]
        return " · ".join([*parts, amount(circuit.size(), "operation"), f"depth {circuit.depth():,}"])

    def _follow(self) -> None:
        source = None
        while True:
            with self.desk.lock:
                if source == self.source:
                    self._busy = False
                    break
                source = self.source
            self._draw(source)
        self.desk.changed("program", "asked", "result", settled=True)

    def _draw(self, source: str) -> None:
        program, svg, error = None, "", None
        try:
            from workbench.quantum.drawing.diagram import circuit_svg

            program = program_of(source)
            svg = circuit_svg(program.circuit, fold=FOLD)
        except Exception as failure:  # noqa: BLE001 - a thread has nobody above it: the panel shows it
            error = place(described(failure))
        with self.desk.lock:
            self.error = error
            if error is None:
                self.program, self.svg, self._drawn = program, svg, source

"""What a computation gets in hand to say how it went."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from workbench.errors import BadInput, Cancelled
from workbench.runs.record import Artifact, Run

if TYPE_CHECKING:
    from workbench.runs.redaction import Scrubber
    from workbench.storage.objects import ObjectStore

__all__ = ["Progress", "Recorder"]

Progress = Callable[[int, int | None, str, dict[str, float]], None]
"""``progress(done, total, message, metrics)``; ``total`` is ``None`` when it is not known."""

_LOOK_SECONDS = 0.5
"""Between two looks at whether the Run is to stop: each is a query."""


class Recorder:
    """Collects usage, metrics, parameters and artifacts of one Run while it is computed.

    Attributes
    ----------
    run_id : str
        The Run being made.
    stopping : bool
        Whether somebody asked to stop work that was sent elsewhere; see `workbench.runs.Runs.settle`.
    """

    def __init__(
        self,
        run_id: str,
        objects: ObjectStore,
        scrubber: Scrubber,
        progress: Iterable[Progress] = (),
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self.run_id = run_id
        self.metrics: dict[str, Any] = {}
        self.parameters: dict[str, Any] = {}
        self.artifacts: list[Artifact] = []
        self.tokens_input = 0
        self.tokens_output = 0
        self.cost: float | None = 0.0
        self.stopping = False
        self._objects = objects
        self._scrubber = scrubber
        self._progress = tuple(progress)
        self._stopped = stopped
        self._began = time.perf_counter()
        self._looked = self._began

    def elapsed(self) -> float:
        """Return the seconds since the start, whatever the clock on the wall did meanwhile."""
        return time.perf_counter() - self._began

    def go_on(self, run: Run) -> None:
        """Take up a Run that was begun before; what it used is told anew."""
        self.metrics |= run.metrics
        self.parameters |= run.parameters
        self.artifacts += run.artifacts
        self._began = time.perf_counter() - (time.time() - run.started_us / 1e6)

    def metric(self, name: str, value: float) -> None:
        """Set a number that the Run reached."""
        self.metrics[name] = value

    def parameter(self, name: str, value: Any) -> None:
        """Set a fact about how the Run was done."""
        self.parameters[name] = value

    def usage(self, input_tokens: int = 0, output_tokens: int = 0, cost: float | None = 0.0) -> None:
        """Add tokens and US dollars; one unknown cost makes the sum unknown."""
        # Plain numbers, for SQL takes numpy's for bytes.
        self.tokens_input += int(input_tokens)
        self.tokens_output += int(output_tokens)
        known = self.cost is not None and cost is not None and math.isfinite(cost)
        self.cost = float(self.cost + cost) if known else None  # type: ignore[operator]

    def artifact(self, name: str, data: bytes, media_type: str) -> Artifact:
        """Store the bytes as an object of this Run.

        Parameters
        ----------
        name : str
            Unique within the Run.
        data : bytes
            The content; secrets are removed from text formats.
        media_type : str
            Such as ``image/png``.
        """
        name, media_type = self._scrubber.label(name), self._scrubber.label(media_type)
        if any(item.name == name for item in self.artifacts):
            raise BadInput(f"The Run already has an artifact named {name!r}; names are unique within a Run.")
        kept = self._scrubber.data(data, media_type)
        made = Artifact(name, self._objects.put(kept), media_type, len(kept))
        self.artifacts.append(made)
        return made

    def progress(
        self, done: int, total: int | None = None, message: str = "", metrics: dict[str, float] | None = None
    ) -> None:
        """Tell how far the work is.

        Raises
        ------
        Cancelled
            Somebody asked it to stop.
        """
        self.check()
        for tell in self._progress:
            tell(done, total, message, metrics or {})

    def check(self) -> None:
        """Stop here where somebody asked for it; what costs nothing may be called often.

        Raises
        ------
        Cancelled
            Somebody did, here or in another process.
        """
        now = time.perf_counter()
        if now - self._looked < _LOOK_SECONDS:
            return
        self._looked = now
        if self._stopped():
            raise Cancelled("The work was stopped before its end.", "Start it again to have the rest.")

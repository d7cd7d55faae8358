"""What every result of the service stands on: the Run that recorded it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.runs import Run

__all__ = ["Recorded"]


@dataclass(frozen=True)
class Recorded:
    """A view of a Run.

    Parameters
    ----------
    run : Run
        That recorded it.
    """

    run: Run = field(repr=False)

    @property
    def run_id(self) -> str:
        """The identifier of the Run."""
        return self.run.id

    @property
    def _output(self) -> dict[str, Any]:
        output: dict[str, Any] = self.run.output
        return output

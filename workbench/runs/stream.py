"""The streaming twin's handle."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, Self

from workbench.errors import BadInput
from workbench.runs.record import Run

__all__ = ["RunStream"]


class RunStream:
    """Pieces of a Run as they come; iterate it once.

    Closing it before its end stops the work, and the Run is recorded as cancelled.
    """

    def __init__(self, pieces: Generator[Any, None, Run]) -> None:
        self._pieces = pieces
        self._run: Run | None = None

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        try:
            return next(self._pieces)
        except StopIteration as end:
            self._run = end.value or self._run
            raise StopIteration from None

    @property
    def run(self) -> Run:
        """The finished Run.

        Raises
        ------
        BadInput
            The stream has not ended yet.
        """
        if self._run is None:
            raise BadInput(
                "The stream has not ended, so its Run is not finished.", "Iterate it to its end first."
            )
        return self._run

    def close(self) -> None:
        """Stop the work."""
        self._pieces.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

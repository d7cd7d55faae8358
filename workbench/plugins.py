"""Plug-ins: classes that any package may register in an entry-point group, loaded on first use."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from workbench.errors import BadInput, MissingExtra

__all__ = ["Plugins"]


class Plugins:
    """What is registered in one entry-point group.

    Parameters
    ----------
    group : str
        The group, such as ``workbench.parsers``.
    what : str
        What one of them is called in a message, such as ``parser``.
    field : str
        The name of the input that chooses one, for ``details`` of the error.
    """

    def __init__(self, group: str, what: str, field: str) -> None:
        self.group = group
        self.what = what
        self.field = field

    @cached_property
    def points(self) -> dict[str, EntryPoint]:
        """The entry points by name, sorted; none is loaded."""
        found = sorted(entry_points(group=self.group), key=lambda point: point.name)
        return {point.name: point for point in found}

    def names(self) -> list[str]:
        """Return the names, sorted; none is loaded."""
        return list(self.points)

    def load(self, name: str) -> Any:
        """Return what goes by a name.

        Raises
        ------
        BadInput
            For a name that nobody registered.
        MissingExtra
            For a plug-in whose own imports fail.
        """
        point = self.points.get(name)
        if point is None:
            raise self.unknown(name)
        try:
            return point.load()
        except ImportError as error:
            raise MissingExtra(
                f"The {self.what} {name!r} could not be loaded: {error}.",
                f"Install what {point.value} needs.",
            ) from error

    def loadable(self) -> dict[str, Any]:
        """Load all that can be, by name: somebody's broken plug-in does not hide the others."""
        found = {}
        for name in self.points:
            with suppress(MissingExtra):
                found[name] = self.load(name)
        return found

    def unknown(self, name: str) -> BadInput:
        """Return the error for a name that nobody registered."""
        return BadInput(
            f"There is no {self.what} {name!r}.",
            f"There are {', '.join(self.points)}.",
            details={"field": self.field},
        )

"""What the parts of the knowledge panel share: the Studio, the open base, and a way to say what changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.errors import NotFound
from workbench.widgets.failures import described

if TYPE_CHECKING:
    from workbench.studio import Studio

__all__ = ["Desk"]


@dataclass(eq=False)
class Desk:
    """The state that the parts share.

    Attributes
    ----------
    studio : Studio
        Whose services do the work.
    publish : callable
        Told of every event.
    base_id : str, optional
        The knowledge base that is open.
    error : dict, optional
        What the panel says went wrong.
    lock : RLock
        Held while the shared state changes.
    """

    studio: Studio
    publish: Callable[[dict[str, Any]], None]
    base_id: str | None = None
    error: dict[str, Any] | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def user(self) -> str:
        """Whose bases these are."""
        return self.studio.user_id

    def opened(self) -> str:
        """Return the open base's identifier.

        Raises
        ------
        NotFound
            None is open.
        """
        if self.base_id is None:
            raise NotFound("No knowledge base is open.", "Make one, or drop files here.")
        return self.base_id

    def changed(self, *parts: str, settled: bool = False) -> None:
        """Say which parts of the panel look different now.

        Parameters
        ----------
        *parts : str
            Names of traits of the widget.
        settled : bool
            Whether it is worth writing down in the notebook.
        """
        self.publish({"type": "state", "parts": parts, "settled": settled})

    def failed(self, error: BaseException) -> None:
        """Show an error."""
        self.error = described(error)
        self.changed("status")

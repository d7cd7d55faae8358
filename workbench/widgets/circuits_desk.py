"""What the parts of the circuit panel share: the Studio, a lock, and a way to say what changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.studio import Studio

__all__ = ["Desk", "in_thread", "place"]


@dataclass(eq=False)
class Desk:
    """The state that the parts share.

    Attributes
    ----------
    studio : Studio
        Whose service does the work.
    publish : callable
        Told of every event.
    lock : RLock
        Held while the shared state changes.
    """

    studio: Studio
    publish: Callable[[dict[str, Any]], None]
    lock: threading.RLock = field(default_factory=threading.RLock)

    def changed(self, *parts: str, settled: bool = False) -> None:
        """Say which parts of the panel look different now.

        Parameters
        ----------
        *parts : str
            Names of traits of the widget.
        settled : bool
            Whether it is worth writing down in the notebook.
        """
        self.publish({"parts": parts, "settled": settled})


def in_thread(work: Callable[..., None], *arguments: Any) -> None:
    """Go on in a thread, in a copy of this context: the Studio's replay mode lives there."""
    threading.Thread(target=copy_context().run, args=(work, *arguments), daemon=True).start()


def place(error: dict[str, Any]) -> dict[str, Any]:
    """Return an error of `described` whose message is one sentence, the excerpt below it left out."""
    return error | {"message": error["message"].partition("\n")[0]}

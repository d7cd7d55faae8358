"""What every request is answered with."""

from __future__ import annotations

from workbench.server.jobs import Jobs
from workbench.server.sockets import Rooms, Sockets
from workbench.studio import Studio

__all__ = ["Service"]


class Service:
    """A Studio with those who listen to it and the work that goes on in it.

    Parameters
    ----------
    studio : Studio
        What requests are answered from.
    """

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.sockets = Sockets(studio)
        self.jobs = Jobs(studio, self.rooms)

    @property
    def rooms(self) -> Rooms:
        """Tells those who listen."""
        return self.sockets.rooms

    def close(self) -> None:
        """Stop long work, and what runs in the background; replies that are under way are stored still."""
        self.jobs.close()
        self.sockets.close()

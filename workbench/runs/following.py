"""Following from outside a Run that is being computed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from workbench.runs.record import Run

__all__ = ["Follower", "first_follower", "followed"]


class Follower(Protocol):
    """Who wants to know of a Run while it is computed; called in the thread that computes it."""

    def begun(self, run: Run) -> None:
        """Take the Run that began, or that was taken from the record."""

    def progress(self, done: int, total: int | None, message: str, metrics: dict[str, float]) -> None:
        """Take how far it is."""


_followers: ContextVar[list[Follower]] = ContextVar("workbench_followers")


@contextmanager
def followed(follower: Follower) -> Iterator[None]:
    """Tell the follower of the first Run that begins in the ``with`` block."""
    token = _followers.set([follower])
    try:
        yield
    finally:
        _followers.reset(token)


def first_follower() -> Follower | None:
    """Return who wants to know of the Run that begins now; those after it are not asked for."""
    waiting = _followers.get([])
    return waiting.pop() if waiting else None

"""Runs: the one memory of everything that the bench does."""

from workbench.runs.accounts import Reservation, Spent
from workbench.runs.diff import Difference, RunDiff
from workbench.runs.following import Follower, followed
from workbench.runs.record import Artifact, Run
from workbench.runs.recorder import Progress, Recorder
from workbench.runs.service import Runs
from workbench.runs.stream import RunStream
from workbench.runs.submitting import NOT_YET, Submission

__all__ = [
    "NOT_YET",
    "Artifact",
    "Difference",
    "Follower",
    "Progress",
    "Recorder",
    "Reservation",
    "Run",
    "RunDiff",
    "RunStream",
    "Runs",
    "Spent",
    "Submission",
    "followed",
]
